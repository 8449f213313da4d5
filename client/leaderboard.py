"""The candidates of a finished training, and the baseline, best first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from client.words import name_metric


@dataclass(frozen=True)
class Entry:
    """A line of the leaderboard; ``metrics`` has the names of its columns.

    ``gain`` is by how many per cent its error is less than the baseline's.
    """

    name: str
    is_best: bool
    metrics: Mapping[str, float]
    is_baseline: bool = False
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
            name=str(found["name"]),
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
