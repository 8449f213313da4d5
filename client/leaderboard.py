"""The candidates of a finished training, and the baseline, best first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich import box
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from cli.terminal import printable
from client.formats import format_numbers, name_metric
from client.terminal import PIPED_WIDTH

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

_SHOWN_ENTRIES = 6
_SHOWN_METRICS = 4


@dataclass(frozen=True)
class Entry:
    """A line of the leaderboard; ``metrics`` has the names of its columns.

    ``gain`` is by how many per cent its error is less than the baseline's.
    """

    name: str
    is_best: bool
    metrics: Mapping[str, float]
    is_baseline: bool = False
    is_simple: bool = False
    gain: float | None = None


@dataclass(frozen=True)
class Leaderboard:
    """Candidates and baseline, best first by the metric of the first column."""

    columns: tuple[str, ...]
    entries: tuple[Entry, ...]

    def first(self, count: int) -> tuple[Entry, ...]:
        """Give the first entries; the baseline is among them however bad it is."""
        shown = self.entries[:count]
        rest = [entry for entry in self.entries[count:] if entry.is_baseline]
        return (*shown[: count - len(rest)], *rest)


def read_leaderboard(report: Mapping[str, Any]) -> Leaderboard:
    """Read the leaderboard of a ``report.json``, which has the baseline too."""
    entries = tuple(
        Entry(
            name=str(entry["name"]),
            is_best=entry.get("kind") == "winner",
            metrics={
                name: value
                for name, value in entry["metrics"].items()
                if value is not None
            },
            is_baseline=entry.get("kind") == "baseline",
            is_simple=entry.get("kind") == "simple",
            gain=entry.get("improvement_percent"),
        )
        for entry in report.get("leaderboard") or []
    )
    metric = report.get("metric")
    columns = sorted(_list_metrics(entries), key=lambda name: name != metric)
    return Leaderboard(tuple(columns), entries)


def list_candidates(candidates: Mapping[str, Any]) -> Leaderboard:
    """List the candidates of a ``candidates.json``, for a run without a report.

    Their one metric is the objective, and smaller is better. A candidate without a
    score comes last.
    """
    best = candidates.get("best_candidate")
    entries = [
        Entry(
            name=str(found.get("label") or found["name"]),
            is_best=found["name"] == best,
            metrics=_read_objective(found.get("objective") or {}),
        )
        for found in candidates.get("candidates", [])
    ]
    unscored = float("inf")
    entries.sort(key=lambda e: (not e.is_best, *e.metrics.values(), unscored))
    return Leaderboard(_list_metrics(entries), tuple(entries))


def _read_objective(objective: Mapping[str, Any]) -> dict[str, float]:
    name, value = objective.get("name"), objective.get("value")
    return {name_metric(name): float(value)} if name and value is not None else {}


def _list_metrics(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for entry in entries for name in entry.metrics))


def present_leaderboard(
    leaderboard: Leaderboard, source: str
) -> Iterator[RenderableType]:
    """Give the best candidates as a table, and say where the others stand."""
    if leaderboard.entries:
        rest = len(leaderboard.entries) - _SHOWN_ENTRIES
        more = f", {rest} more in {source}" if rest > 0 else ""
        yield Text()
        yield Text(f"Candidates, smaller is better{more}", style="bold")
        yield LeaderboardTable(leaderboard)


@dataclass(frozen=True)
class LeaderboardTable:
    """The best candidates, and the baseline, with as many metrics as there is room."""

    leaderboard: Leaderboard

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> RenderResult:
        """Render the fullest table that fits."""
        columns = self.leaderboard.columns[:_SHOWN_METRICS]
        counts = range(len(columns), 0, -1)
        tables = [self._build(columns[:count]) for count in counts]
        wide = options.update(max_width=PIPED_WIDTH)
        fitting = (
            table
            for table in tables
            if Measurement.get(console, wide, table).maximum <= options.max_width
        )
        yield next(fitting, self._build(columns[:1]))

    def _build(self, columns: tuple[str, ...]) -> Table:
        shown = self.leaderboard.first(_SHOWN_ENTRIES)
        table = Table(box=box.SIMPLE_HEAD, show_edge=False)
        table.add_column("candidate", overflow="ellipsis", max_width=48, no_wrap=True)
        numbers = {}
        for column in columns:
            table.add_column(Text(printable(column)), justify="right", no_wrap=True)
            values = [entry.metrics.get(column) for entry in shown]
            numbers[column] = format_numbers(values)
        has_gain = any(entry.gain is not None for entry in shown)
        if has_gain:
            table.add_column("gain", justify="right", no_wrap=True)
        for row, entry in enumerate(shown):
            cells = [numbers[column][row] for column in columns]
            if has_gain:
                cells.append("-" if entry.gain is None else f"{entry.gain:+.0f}%")
            table.add_row(*map(Text, (_name(entry), *cells)), style=_style(entry))
        return table


def _name(entry: Entry) -> str:
    if entry.is_baseline:
        return f"{printable(entry.name)} (baseline)"
    if entry.is_simple:
        return f"{printable(entry.name)} (simple)"
    return printable(entry.name) + (" (chosen)" if entry.is_best else "")


def _style(entry: Entry) -> str:
    if entry.is_baseline:
        return "yellow"
    return "green" if entry.is_best else ""
