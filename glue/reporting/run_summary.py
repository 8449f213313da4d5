"""What is worth remembering of a run beside the dataset's other runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from glue.bucket import SCHEMAS

NAME = "summary.json"
# What model.json calls the road without a training.
_CHAMPION = "champion"
_OF_VERDICT = (
    "sentence",
    "outcome",
    "metric",
    "candidate",
    "baseline",
    "improvement_percent",
    "improvement_low",
    "improvement_high",
)
_OF_SCORED = (
    "run_id",
    "forecast_first",
    "forecast_last",
    "scored_first",
    "scored_last",
    "points",
    "metrics",
    "baseline",
    "calibration",
    "bias_percent",
)


def build_summary(
    document: Mapping[str, Any],
    scored: Iterable[Mapping[str, Any]],
    model: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Build a run's ``summary.json``.

    Parameters
    ----------
    document
        Its report.json.
    scored
        The earlier forecasts that its upload shows the truth of.
    model
        Its model.json; None where a run says nothing of its model, and trained it.
    """
    stamps = document["total"]["forecast"]["timestamps"]
    cost = (document.get("took") or {}).get("cost") or {}
    return {
        "schema": SCHEMAS[NAME],
        "run_id": document["run_id"],
        "dataset": document["dataset"],
        "title": document["title"],
        "made_at": document["made_at"],
        "data_last": document["data"]["last"],
        "series": document["data"]["series"],
        "forecast_first": stamps[0] if stamps else None,
        "forecast_last": stamps[-1] if stamps else None,
        "verdict": {name: document["verdict"][name] for name in _OF_VERDICT},
        "came_true": [{name: one[name] for name in _OF_SCORED} for one in scored],
        "model": describe_model(model),
        "cost": {name: cost.get(name) for name in ("least", "most", "local")},
    }


def describe_model(model: Mapping[str, Any] | None) -> dict[str, Any]:
    """Say whether a run trained, and why or why not."""
    found = model or {}
    by = found.get("forecast_by") or {}
    return {
        "trained": found.get("road") != _CHAMPION,
        "version": by.get("version"),
        "reason": found.get("reason"),
    }
