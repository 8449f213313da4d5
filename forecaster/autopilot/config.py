"""Autopilot's job config, read into a problem and the rules of its table.

As in the API reference of TimeSeriesForecastingJobConfig; the engine below knows none
of this.
"""

import re
from collections.abc import Mapping
from typing import Any

from forecaster.autopilot.align import AGGREGATIONS, Rules
from forecaster.data.frequency import parse_frequency
from forecaster.data.problem import Problem
from forecaster.errors import SettingsError
from forecaster.metrics import METRIC_OF_OBJECTIVE

ALGORITHMS = ("cnn-qr", "deepar", "prophet", "arima", "npts", "ets")
_QUANTILE = re.compile(r"p([1-9]\d?)")


def read_config(config: Mapping[str, Any]) -> tuple[Problem, Rules]:
    """Read AWS's TimeSeriesForecastingJobConfig, bare or inside its envelope.

    Raises
    ------
    SettingsError
        Listing everything that the config lacks or that AWS would not take.
    """
    config = config.get("TimeSeriesForecastingJobConfig", config)
    columns = config.get("TimeSeriesConfig", {})
    _require(config, ("ForecastFrequency", "ForecastHorizon", "TimeSeriesConfig"))
    _require(
        columns,
        (
            "TargetAttributeName",
            "TimestampAttributeName",
            "ItemIdentifierAttributeName",
        ),
    )
    criteria = config.get("CompletionCriteria", {})
    holidays = config.get("HolidayConfig") or [{}]
    problem = Problem(
        item=(
            columns["ItemIdentifierAttributeName"],
            *columns.get("GroupingAttributeNames", ()),
        ),
        timestamp=columns["TimestampAttributeName"],
        target=columns["TargetAttributeName"],
        frequency=str(config["ForecastFrequency"]),
        horizon=int(config["ForecastHorizon"]),
        quantiles=_quantiles(config.get("ForecastQuantiles") or ["p10", "p50", "p90"]),
        country=str(holidays[0].get("CountryCode", "")),
        algorithms=_algorithms(config.get("CandidateGenerationConfig") or {}),
        max_seconds=float(criteria.get("MaxAutoMLJobRuntimeInSeconds", 0)),
        max_candidate_seconds=float(
            criteria.get("MaxRuntimePerTrainingJobInSeconds", 0)
        ),
    )
    parse_frequency(problem.frequency)
    return problem, _rules(config.get("Transformations") or {}, problem.target)


def check_objective(objective: str) -> str:
    """Give the metric of an AutoMLJobObjective's name, or refuse it."""
    if objective not in METRIC_OF_OBJECTIVE:
        raise SettingsError(
            f"no such objective (found {objective!r}); "
            f"give one of {', '.join(METRIC_OF_OBJECTIVE)}"
        )
    return METRIC_OF_OBJECTIVE[objective]


def _require(config: Mapping[str, Any], names: tuple[str, ...]) -> None:
    missing = [name for name in names if name not in config]
    if missing:
        raise SettingsError(
            f"config lacks {', '.join(missing)} (found {sorted(config)}); add it"
        )


def _quantiles(names: list[str]) -> tuple[float, ...]:
    matches = [_QUANTILE.fullmatch(str(name)) for name in names]
    if not all(matches):
        raise SettingsError(
            f"no such quantile (found {names}); give names from p1 to p99"
        )
    return tuple(int(match[1]) / 100 for match in matches if match)


def _algorithms(config: Mapping[str, Any]) -> tuple[str, ...]:
    lists = config.get("AlgorithmsConfig") or []
    names = tuple(name for part in lists for name in part.get("AutoMLAlgorithms", ()))
    unknown = [name for name in names if name not in ALGORITHMS]
    if unknown:
        raise SettingsError(
            f"no such algorithm (found {unknown}); give some of {list(ALGORITHMS)}"
        )
    return names


def _rules(transformations: Mapping[str, Any], target: str) -> Rules:
    aggregation = (transformations.get("Aggregation") or {}).get(target, "sum")
    if aggregation not in AGGREGATIONS:
        raise SettingsError(
            f"no such aggregation (found {aggregation!r}); "
            f"give one of {', '.join(AGGREGATIONS)}"
        )
    filling = transformations.get("Filling") or {}
    return Rules(
        aggregation,
        tuple((name, tuple(rules.items())) for name, rules in filling.items()),
    )
