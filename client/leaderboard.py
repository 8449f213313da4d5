"""The candidates of a finished training, best first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """A candidate's place; ``metrics`` has the names of the leaderboard's columns."""

    name: str
    status: str
    is_best: bool
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Leaderboard:
    """Candidates, best first by the objective, whose column is the first."""

    columns: tuple[str, ...]
    places: tuple[Place, ...]


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
