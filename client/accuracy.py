"""How good a forecast is: its verdict, its leaderboard, and how the last one did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table
from rich.text import Text

from chalicelib.endings import read_verdict
from chalicelib.terminal import printable
from client.leaderboard import (
    Entry,
    Leaderboard,
    list_candidates,
    read_leaderboard,
)
from client.results import Results, read_file
from client.words import format_numbers

if TYPE_CHECKING:
    from rich.console import RenderableType

_SHOWN_ENTRIES = 6
_SHOWN_METRICS = 4
_STYLES = {"better": "bold green", "worse": "bold red"}


def present_accuracy(results: Results) -> Iterator[RenderableType]:
    """Give what a run's report says of its accuracy; else its candidates."""
    report = read_file(results, "report.json")
    if verdict := read_verdict(report):
        yield Text()
        yield Text(printable(verdict), style=_choose_style(report))
    leaderboard, source = _find_leaderboard(results, report)
    if leaderboard.entries:
        rest = len(leaderboard.entries) - _SHOWN_ENTRIES
        more = f", {rest} more in {source}" if rest > 0 else ""
        yield Text()
        yield Text(f"Candidates, smaller is better{more}", style="bold")
        yield render_leaderboard(leaderboard)
    if sentence := _find_earlier(report):
        yield Text()
        yield Text(printable(sentence))


def _choose_style(report: Mapping[str, Any] | None) -> str:
    outcome = ((report or {}).get("verdict") or {}).get("outcome")
    return _STYLES.get(str(outcome), "bold")


def _find_leaderboard(
    results: Results, report: Mapping[str, Any] | None
) -> tuple[Leaderboard, str]:
    if report and report.get("leaderboard"):
        return read_leaderboard(report), "leaderboard.csv"
    candidates = read_file(results, "candidates.json") or {}
    return list_candidates(candidates), "candidates.json"


def _find_earlier(report: Mapping[str, Any] | None) -> str:
    earlier = (report or {}).get("earlier_forecasts") or {}
    scored = earlier.get("scored") or []
    if not scored:
        return ""
    return f"The last forecast ({scored[0]['run_id']}): {scored[0]['sentence']}"


def render_leaderboard(leaderboard: Leaderboard) -> Table:
    """Render the best candidates, and the baseline, with their metrics."""
    shown = leaderboard.first(_SHOWN_ENTRIES)
    columns = leaderboard.columns[:_SHOWN_METRICS]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("candidate", overflow="ellipsis", max_width=48)
    numbers = {}
    for column in columns:
        heading = Text(printable(column))
        table.add_column(heading, justify="right")
        numbers[column] = format_numbers([entry.metrics.get(column) for entry in shown])
    has_gain = any(entry.gain is not None for entry in shown)
    if has_gain:
        table.add_column("gain over naive", justify="right")
    for row, entry in enumerate(shown):
        cells = [numbers[column][row] for column in columns]
        if has_gain:
            cells.append("-" if entry.gain is None else f"{entry.gain:+.0f} %")
        table.add_row(*map(Text, (_name(entry), *cells)), style=_style(entry))
    return table


def _name(entry: Entry) -> str:
    if entry.is_baseline:
        return f"{printable(entry.name)} (baseline)"
    return printable(entry.name) + (" (chosen)" if entry.is_best else "")


def _style(entry: Entry) -> str:
    if entry.is_baseline:
        return "yellow"
    return "green" if entry.is_best else ""
