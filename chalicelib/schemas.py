"""What a model was trained to forecast, and from which columns: its schema."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_HASH_LENGTH = 16
# What each part is called in a sentence.
_WORDS = {
    "keys": "the key columns are",
    "timestamp": "the timestamp's column is",
    "target": "the target is",
    "frequency": "the frequency is",
    "horizon": "the horizon is",
    "quantiles": "the quantiles are",
    "filling": "the filling is",
    "aggregation": "the aggregation is",
    "holidays": "the holidays are those of",
    "algorithms": "the algorithms are",
    "objective": "the objective is",
    "engine": "the engine is",
}
_MOST_NAMED = 3


def describe_schema(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Describe the schema that a run's ``settings.json`` asks for."""
    job = settings["TimeSeriesForecastingJobConfig"]
    columns = job["TimeSeriesConfig"]
    keys = [
        columns["ItemIdentifierAttributeName"],
        *(columns.get("GroupingAttributeNames") or []),
    ]
    timestamp = columns["TimestampAttributeName"]
    target = columns["TargetAttributeName"]
    roles = {*keys, timestamp, target}
    transformations = job.get("Transformations") or {}
    generation = (job.get("CandidateGenerationConfig") or {}).get("AlgorithmsConfig")
    return {
        "keys": keys,
        "timestamp": timestamp,
        "target": target,
        "covariates": sorted(
            name for name in settings.get("Columns") or [] if name not in roles
        ),
        "frequency": job["ForecastFrequency"],
        "horizon": job["ForecastHorizon"],
        "quantiles": sorted(job["ForecastQuantiles"]),
        "filling": transformations.get("Filling") or {},
        "aggregation": transformations.get("Aggregation") or {},
        "holidays": [one["CountryCode"] for one in job.get("HolidayConfig") or []],
        "algorithms": [
            name
            for one in generation or []
            for name in one.get("AutoMLAlgorithms") or []
        ],
        "objective": (settings.get("AutoMLJobObjective") or {}).get("MetricName"),
        "engine": settings.get("Engine"),
    }


def hash_schema(schema: Mapping[str, Any]) -> str:
    """Hash a schema, to so many hex digits."""
    text = json.dumps(schema, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]


def list_differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Say in words what differs between two schemas; empty where nothing does."""
    return [
        *_compare_covariates(then["covariates"], now["covariates"]),
        *(
            f"{words} {_spell(now.get(name))} instead of {_spell(then.get(name))}"
            for name, words in _WORDS.items()
            if then.get(name) != now.get(name)
        ),
    ]


def _compare_covariates(then: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    gone = [name for name in then if name not in now]
    added = [name for name in now if name not in then]
    for names, what in ((gone, "gone"), (added, "new")):
        if names:
            noun, verb = ("s", "are") if len(names) > 1 else ("", "is")
            yield f"the covariate{noun} {_list_some(names)} {verb} {what}"


def _list_some(names: Sequence[str]) -> str:
    some = ", ".join(f"'{name}'" for name in names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"{some} and {more} more" if more > 0 else some


def _spell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, dict):
        return json.dumps(value) if value else "none"
    return "none" if value is None else str(value)
