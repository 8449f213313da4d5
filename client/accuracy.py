"""How good a forecast is: its verdict, its leaderboard, and how the last one did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

from chalicelib.endings import read_verdict
from cli.terminal import printable
from client.leaderboard import (
    Leaderboard,
    list_candidates,
    present_leaderboard,
    read_leaderboard,
)
from client.results import Results, read_file

if TYPE_CHECKING:
    from rich.console import RenderableType

_STYLES = {"better": "bold green", "worse": "bold red"}


def present_accuracy(results: Results) -> Iterator[RenderableType]:
    """Give what a run's report says of its accuracy; else its candidates."""
    report = read_file(results, "report.json")
    if verdict := read_verdict(report):
        yield Text()
        yield Text(printable(verdict), style=_choose_style(report))
        yield from _present_next(report)
    leaderboard, source = _find_leaderboard(results, report)
    yield from present_leaderboard(leaderboard, source)
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


def _present_next(report: Mapping[str, Any] | None) -> Iterator[RenderableType]:
    """Say which periods are past already, and what to plan with."""
    found = (report or {}).get("next") or {}
    if past := found.get("past"):
        yield Text()
        yield Text(printable(str(past)), style="yellow")
    if plan := found.get("plan"):
        yield Text()
        yield Text(printable(str(plan)))


def find_planned(results: Results) -> str:
    """Name the file that the report advises to plan with."""
    report = read_file(results, "report.json") or {}
    name = str((report.get("next") or {}).get("file"))
    return name if results.find(name) else "forecast.csv"


def _find_earlier(report: Mapping[str, Any] | None) -> str:
    earlier = (report or {}).get("earlier_forecasts") or {}
    scored = earlier.get("scored") or []
    if not scored:
        return ""
    return f"The last forecast ({scored[0]['run_id']}): {scored[0]['sentence']}"
