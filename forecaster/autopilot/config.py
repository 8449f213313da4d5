"""Autopilot's semantics: its job config, alignment, aggregation and filling.

Rules as in AWS's data format guide for time-series forecasting and the
TimeSeriesForecastingJobConfig reference; the engine below knows none of this.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecaster.arrays import Array
from forecaster.candidates.catalogue import ALGORITHMS
from forecaster.data.frequency import Frequency, parse_frequency
from forecaster.data.panel import Panel, build_panel
from forecaster.data.problem import Problem
from forecaster.data.schema import Schema, encode
from forecaster.data.table import tidy
from forecaster.errors import SettingsError
from forecaster.metrics import METRIC_OF_OBJECTIVE

_AGGREGATIONS = {
    "sum": "sum",
    "avg": "mean",
    "first": "first",
    "min": "min",
    "max": "max",
}
_QUANTILE = re.compile(r"p([1-9]\d?)")
_RECENT = 64  # entries before a gap that mean, median, min and max look at

# Applied to the target where the config says nothing: the documented default.
_TARGET_DEFAULT = {"middlefill": "zero", "backfill": "zero"}


@dataclass(frozen=True)
class Rules:
    """How a table is brought onto the forecast's time steps."""

    aggregation: str = "sum"
    filling: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

    def of(self, column: str) -> dict[str, str]:
        """Filling rules of one column, by AWS's names."""
        return dict(dict(self.filling).get(column, ()))


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


def rules_from_json(values: Mapping[str, Any]) -> Rules:
    """Read rules back from plain JSON types."""
    filling = tuple(
        (name, tuple((key, value) for key, value in rules))
        for name, rules in values["filling"]
    )
    return Rules(values["aggregation"], filling)


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
    if aggregation not in _AGGREGATIONS:
        raise SettingsError(
            f"no such aggregation (found {aggregation!r}); "
            f"give one of {', '.join(_AGGREGATIONS)}"
        )
    filling = transformations.get("Filling") or {}
    return Rules(
        aggregation,
        tuple((name, tuple(rules.items())) for name, rules in filling.items()),
    )


def align(
    table: pd.DataFrame, problem: Problem, rules: Rules, frequency: Frequency
) -> pd.DataFrame:
    """Bring rows onto period starts; rows of one period become one.

    The target is aggregated; covariates are not, their first value in a period stands.
    """
    keys = [*problem.item, problem.timestamp]
    table = tidy(table, problem)
    stamps = table[problem.timestamp].to_numpy().astype("M8[s]")
    table[problem.timestamp] = frequency.floor(stamps)
    if not table.duplicated(keys).any():
        return table
    how = dict.fromkeys(table.columns.difference(keys, sort=False), "first")
    groups = table.groupby(keys, sort=False, observed=True)
    merged = groups.agg(how)
    if rules.aggregation == "sum":
        merged[problem.target] = groups[problem.target].sum(min_count=1)
    else:
        method = _AGGREGATIONS[rules.aggregation]
        merged[problem.target] = groups[problem.target].agg(method)
    return merged.reset_index()


def lay_out(
    table: pd.DataFrame, problem: Problem, rules: Rules, schema: Schema
) -> Panel:
    """Make the panel that Autopilot would forecast from.

    Every series runs to the last time stamp of all items (the target end date), missing
    values are filled by rule, and the forecast starts after that date.
    """
    known = tuple(feature.name for feature in schema.known)
    panel = build_panel(
        encode(table, schema),
        problem,
        parse_frequency(problem.frequency),
        schema=schema,
        common_end=True,
    )
    filled = fill_target(panel.target, rules.of(problem.target))
    covariates = panel.known.copy()
    for column, name in enumerate(known):
        covariates[:, :, column] = fill_covariate(
            covariates[:, :, column], panel.starts, panel.n_steps, rules.of(name)
        )
    return replace(panel, target=filled, known=covariates)


def fill_target(target: Array, rules: Mapping[str, str]) -> Array:
    """Fill gaps inside (middle) and after (back) each series; never before it."""
    rules = {**_TARGET_DEFAULT, **rules}
    filled = target.copy()
    seen = ~np.isnan(target)
    some = np.flatnonzero(seen.any(axis=1))
    first = seen.argmax(axis=1)
    final = target.shape[1] - 1 - seen[:, ::-1].argmax(axis=1)
    for row in some:
        middle = slice(first[row], final[row] + 1)
        _fill(filled[row], seen[row], middle, _logic(rules, "middlefill"))
        back = slice(final[row] + 1, target.shape[1])
        _fill(filled[row], seen[row], back, _logic(rules, "backfill"))
    return filled


def fill_covariate(
    values: Array, starts: NDArray[np.int64], end: int, rules: Mapping[str, str]
) -> Array:
    """Fill a covariate as its rules say; without a rule nothing is filled.

    Column `end` is the first of the future.
    """
    filled = values.copy()
    if not rules:
        return filled
    seen = ~np.isnan(values)
    for row, start in enumerate(starts):
        past = np.flatnonzero(seen[row, :end])
        final = int(past[-1]) + 1 if len(past) else min(int(start), end)
        spans = {
            "middlefill": slice(min(int(start), final), final),
            "backfill": slice(final, end),
            "futurefill": slice(end, values.shape[1]),
        }
        for name, span in spans.items():
            _fill(filled[row], seen[row], span, _logic(rules, name))
    return filled


def _logic(rules: Mapping[str, str], name: str) -> tuple[str, float]:
    logic = str(rules.get(name, "nan"))
    try:
        value = float(rules.get(f"{name}_value", "nan"))
    except ValueError as e:
        raise SettingsError(
            f"{name}_value is no number (found {rules[f'{name}_value']!r}); give one"
        ) from e
    if logic not in _LOGICS:
        raise SettingsError(
            f"no such {name} (found {logic!r}); give one of {', '.join(_LOGICS)}"
        )
    if logic == "value" and np.isnan(value):
        raise SettingsError(f"{name} is 'value' without {name}_value; add it")
    return logic, value


_LOGICS = {
    "nan": None,
    "none": None,
    "zero": None,
    "value": None,
    "mean": np.mean,
    "median": np.median,
    "min": np.min,
    "max": np.max,
}


def _fill(
    row: Array,
    seen: NDArray[np.bool_],
    span: slice,
    logic: tuple[str, float],
) -> None:
    """Fill the gaps of one row within a span, in place."""
    name, value = logic
    holes = span.start + np.flatnonzero(~seen[span])
    if not len(holes) or name in ("nan", "none"):
        return
    if name in ("zero", "value"):
        row[holes] = 0.0 if name == "zero" else value
        return
    summarise = _LOGICS[name]
    for gap in np.split(holes, np.flatnonzero(np.diff(holes) > 1) + 1):
        before = row[: gap[0]][~np.isnan(row[: gap[0]])][-_RECENT:]
        if len(before) and summarise is not None:
            row[gap] = summarise(before)
