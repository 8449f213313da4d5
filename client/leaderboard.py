"""The candidates of a finished training, and the baseline, best first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """A candidate's place; ``metrics`` has the names of the leaderboard's columns.

    ``gain`` is by how many per cent its error is less than the baseline's.
    """

    name: str
    status: str
    is_best: bool
    metrics: Mapping[str, float]
    is_baseline: bool = False
    gain: float | None = None


@dataclass(frozen=True)
class Leaderboard:
    """Candidates, best first by the objective, whose column is the first."""

    columns: tuple[str, ...]
    places: tuple[Place, ...]

    def first(self, count: int) -> tuple[Place, ...]:
        """Give the first places; the baseline is among them however bad it is."""
        shown = self.places[:count]
        rest = [place for place in self.places[count:] if place.is_baseline]
        return (*shown[: count - len(rest)], *rest)


def read_leaderboard(report: Mapping[str, Any]) -> Leaderboard:
    """Read the leaderboard of a ``report.json``, which has the baseline too."""
    entries = report.get("leaderboard") or []
    places = tuple(
        Place(
            name=str(entry["name"]),
            status=str(entry.get("status", "")),
            is_best=entry.get("kind") == "winner",
            metrics={
                name: value
                for name, value in entry["metrics"].items()
                if value is not None
            },
            is_baseline=entry.get("kind") == "baseline",
            gain=entry.get("improvement_percent"),
        )
        for entry in entries
    )
    names = dict.fromkeys(name for place in places for name in place.metrics)
    metric = report.get("metric")
    columns = sorted(names, key=lambda name: name != metric)
    return Leaderboard(columns=tuple(columns), places=places)


def build_leaderboard(candidates: Mapping[str, Any]) -> Leaderboard:
    """Build the leaderboard of a ``candidates.json``.

    Every metric of a forecast is better when it is smaller. A candidate without a
    score comes last.
    """
    objective = (candidates.get("objective") or {}).get("name") or ""
    best = candidates.get("best_candidate")
    places = [
        Place(
            name=str(found["name"]),
            status=str(found.get("status", "")),
            is_best=found["name"] == best,
            metrics=_metrics_of(found),
        )
        for found in candidates.get("candidates", [])
    ]
    if not objective:
        objective = next((name for p in places for name in p.metrics), "")
    others = dict.fromkeys(name for place in places for name in place.metrics)
    columns = tuple(dict.fromkeys([*filter(None, [objective]), *others]))
    unscored = float("inf")
    places.sort(key=lambda p: (not p.is_best, p.metrics.get(objective, unscored)))
    return Leaderboard(columns=columns, places=tuple(places))


def _metrics_of(found: Mapping[str, Any]) -> dict[str, float]:
    listed = [found.get("objective") or {}, *(found.get("metrics") or [])]
    metrics: dict[str, float] = {}
    for metric in listed:
        if metric.get("name") and metric.get("value") is not None:
            metrics.setdefault(str(metric["name"]), float(metric["value"]))
    return metrics
