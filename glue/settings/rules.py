"""The rules of every setting, as SageMaker documents them, and their check.

Source: the API reference of TimeSeriesForecastingJobConfig, and the quotas page
"timeseries-forecasting-limits". Where the documents are narrower than the API's
own model (one candidate, 500 steps, six algorithms), the documents count.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Union

from glue.findings.finding import Finding, list_some, make_finding, shorten

MAX_HORIZON = 500
FREQUENCY_PATTERN = (
    r"(1Y|Y|([1-9]|1[0-1])M|M|[1-4]W|W|[1-6]D|D|"
    r"([1-9]|1[0-9]|2[0-3])H|H|([1-9]|[1-5][0-9])min)"
)
OBJECTIVES = ("AverageWeightedQuantileLoss", "RMSE", "MASE", "MAPE", "WAPE")
ALGORITHMS = ("cnn-qr", "deepar", "prophet", "npts", "arima", "ets")
FILLINGS = ("frontfill", "middlefill", "backfill", "futurefill")
AGGREGATIONS = ("sum", "avg", "first", "min", "max")


@dataclass(frozen=True)
class Text:
    """A text with a pattern, a length, or a list of choices."""

    pattern: str | None = None
    min: int = 1
    max: int | None = None
    choices: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds."""

    min: int | None = None
    max: int | None = None


@dataclass(frozen=True)
class YesNo:
    """True or false."""


@dataclass(frozen=True)
class ListOf:
    """A list of members of one kind."""

    member: Rule
    min: int = 0
    max: int | None = None
    distinct: bool = False


@dataclass(frozen=True)
class MapOf:
    """Names mapped to values of one kind."""

    key: Text
    value: Rule
    min: int = 0
    max: int | None = None


@dataclass(frozen=True)
class Struct:
    """Known keys, each with its own rule."""

    members: Mapping[str, Rule]


Rule = Union[Text, Whole, YesNo, ListOf, MapOf, Struct]

COLUMN = Text(max=256)
FILLING_VALUE = Text(
    pattern=r"[a-zA-Z0-9\_\-]+",
    max=256,
    hint="letters, digits, _ and - only, so no decimal point",
)
JOB_CONFIG = Struct(
    {
        "FeatureSpecificationS3Uri": Text(
            pattern=r"(https|s3)://([^/]+)/?(.*)", min=0, max=1024
        ),
        "CompletionCriteria": Struct(
            {
                "MaxCandidates": Whole(min=1, max=1),
                "MaxRuntimePerTrainingJobInSeconds": Whole(min=1),
                "MaxAutoMLJobRuntimeInSeconds": Whole(min=1),
            }
        ),
        "ForecastFrequency": Text(
            pattern=FREQUENCY_PATTERN,
            max=5,
            hint="a frequency such as D, W, M, 2W, 6H or 30min; 7D is W, 24H is D, "
            "60min is H, 12M is Y",
        ),
        "ForecastHorizon": Whole(min=1, max=MAX_HORIZON),
        "ForecastQuantiles": ListOf(
            Text(
                pattern=r"(^p[1-9]\d?$)",
                min=2,
                max=4,
                hint="p1 to p99, such as p10, p50 and p90",
            ),
            min=1,
            max=5,
            distinct=True,
        ),
        "Transformations": Struct(
            {
                "Filling": MapOf(
                    key=COLUMN,
                    value=MapOf(
                        key=Text(
                            choices=FILLINGS
                            + tuple(f"{filling}_value" for filling in FILLINGS)
                        ),
                        value=FILLING_VALUE,
                        min=1,
                        max=6,
                    ),
                    min=1,
                    max=50,
                ),
                "Aggregation": MapOf(
                    key=COLUMN, value=Text(choices=AGGREGATIONS), min=1, max=50
                ),
            }
        ),
        "TimeSeriesConfig": Struct(
            {
                "TargetAttributeName": Text(),
                "TimestampAttributeName": COLUMN,
                "ItemIdentifierAttributeName": COLUMN,
                "GroupingAttributeNames": ListOf(COLUMN, min=0, max=5, distinct=True),
            }
        ),
        "HolidayConfig": ListOf(
            Struct(
                {
                    "CountryCode": Text(
                        pattern=r"[A-Z]{2}",
                        min=2,
                        max=2,
                        hint="two capital letters, such as DE",
                    )
                }
            ),
            min=1,
            max=1,
        ),
        "CandidateGenerationConfig": Struct(
            {
                "AlgorithmsConfig": ListOf(
                    Struct(
                        {
                            "AutoMLAlgorithms": ListOf(
                                Text(choices=ALGORITHMS), max=11, distinct=True
                            )
                        }
                    ),
                    max=1,
                )
            }
        ),
    }
)
# Our own keys; they steer the preparation and are never sent to SageMaker.
PREPARATION = Struct(
    {
        "DateOrder": Text(choices=("day-first", "month-first")),
        "DecimalMark": Text(choices=(".", ",")),
        "ColumnTypes": MapOf(key=COLUMN, value=Text(choices=("number", "text"))),
        "DropColumns": ListOf(COLUMN, distinct=True),
        "DropShortSeries": YesNo(),
        "Seasonality": Whole(min=1, max=100_000),
    }
)
SETTINGS = Struct(
    {
        "TimeSeriesForecastingJobConfig": JOB_CONFIG,
        "AutoMLJobObjective": Struct({"MetricName": Text(choices=OBJECTIVES)}),
        "TransformResources": Struct(
            {
                "InstanceType": Text(
                    pattern=r"ml\.[a-z0-9]+\.[a-z0-9]+",
                    hint="an instance type such as ml.m5.4xlarge",
                ),
                "InstanceCount": Whole(min=1, max=100),
            }
        ),
        "Preparation": PREPARATION,
    }
)
# What people carry over from other requests, and why it has no place here.
REFUSED_KEYS = {
    "DataSplitConfig": "Autopilot refuses it for time series; remove it",
    "AutoMLProblemTypeConfig": "put what is inside it at the top of the file",
    "ModelDeployConfig": "no endpoint is made by this pipeline; remove it",
}


def check_settings(values: Mapping[str, Any], source: str) -> list[Finding]:
    """List every break of the rules in one layer of settings.

    Parameters
    ----------
    values
        The layer as parsed; any key may be missing.
    source
        The file it came from, for the messages.
    """
    return [*_check(values, SETTINGS, _Place(source)), *_check_filling(values, source)]


def strip_comments(values: Any, rule: Rule = SETTINGS) -> Any:
    """Drop the keys that begin with an underscore, where keys are ours to name."""
    if isinstance(rule, Struct) and isinstance(values, dict):
        return {
            key: strip_comments(value, rule.members[key])
            if key in rule.members
            else value
            for key, value in values.items()
            if not key.startswith("_")
        }
    return values


@dataclass(frozen=True)
class _Place:
    source: str
    path: str = ""

    def key(self, name: object) -> _Place:
        return _Place(self.source, f"{self.path}.{name}" if self.path else str(name))

    def item(self, index: int) -> _Place:
        return _Place(self.source, f"{self.path}[{index}]")


def _check(value: Any, rule: Rule, place: _Place) -> Iterator[Finding]:
    """Check a value by the kind of its rule."""
    if isinstance(rule, Struct):
        yield from _check_struct(value, rule, place)
    elif isinstance(rule, MapOf):
        yield from _check_map(value, rule, place)
    elif isinstance(rule, ListOf):
        yield from _check_list(value, rule, place)
    elif isinstance(rule, Text):
        yield from _check_text(value, rule, place)
    elif isinstance(rule, Whole):
        yield from _check_whole(value, rule, place)
    elif not isinstance(value, bool):
        yield _wrong(place, value, "true or false")


def _check_struct(value: Any, rule: Struct, place: _Place) -> Iterator[Finding]:
    if not isinstance(value, dict):
        yield _wrong(place, value, "an object { }")
        return
    for key, inner in value.items():
        if key in rule.members:
            yield from _check(inner, rule.members[key], place.key(key))
        elif not key.startswith("_"):  # the usual way to write a comment in JSON
            yield _unknown(place, key, rule.members)


def _check_map(value: Any, rule: MapOf, place: _Place) -> Iterator[Finding]:
    if not isinstance(value, dict):
        yield _wrong(place, value, "an object { }")
        return
    yield from _check_size(value, rule, place)
    for key, inner in value.items():
        if rule.key.choices and key not in rule.key.choices:
            yield _unknown(place, key, rule.key.choices)
        else:
            yield from _check_text(key, rule.key, place.key(key))
            yield from _check(inner, rule.value, place.key(key))


def _check_list(value: Any, rule: ListOf, place: _Place) -> Iterator[Finding]:
    if not isinstance(value, list):
        yield _wrong(place, value, "a list [ ]")
        return
    yield from _check_size(value, rule, place)
    for index, inner in enumerate(value):
        yield from _check(inner, rule.member, place.item(index))
    texts = [inner for inner in value if isinstance(inner, str)]
    if rule.distinct and len(set(texts)) < len(texts):
        yield _wrong(place, value, "no member twice")


def _check_text(value: Any, rule: Text, place: _Place) -> Iterator[Finding]:
    if not isinstance(value, str):
        yield _wrong(place, value, "a text in quotes")
    elif rule.choices and value not in rule.choices:
        yield _wrong(place, value, f"one of {', '.join(rule.choices)}", rule.choices)
    elif len(value) < rule.min or (rule.max and len(value) > rule.max):
        most = rule.max or "any number of"
        yield _wrong(place, value, rule.hint or f"{rule.min} to {most} characters")
    elif rule.pattern and not re.fullmatch(rule.pattern, value):
        yield _wrong(place, value, rule.hint or f"the form {rule.pattern}")


def _check_whole(value: Any, rule: Whole, place: _Place) -> Iterator[Finding]:
    if isinstance(value, bool) or not isinstance(value, int):
        yield _wrong(place, value, "a whole number without quotes")
    elif (rule.min is not None and value < rule.min) or (
        rule.max is not None and value > rule.max
    ):
        yield _wrong(place, value, _describe_bounds(rule))


def _describe_bounds(rule: Whole) -> str:
    if rule.min == rule.max:
        return f"{rule.min}, the only value that is supported"
    if rule.max is None:
        return f"{rule.min} or more"
    return f"{rule.min} to {rule.max}"


def _check_size(
    value: list[Any] | dict[str, Any], rule: ListOf | MapOf, place: _Place
) -> Iterator[Finding]:
    if len(value) < rule.min:
        yield _wrong(place, value, f"at least {rule.min} member")
    if rule.max is not None and len(value) > rule.max:
        yield _wrong(place, value, f"at most {rule.max} members")


def _wrong(
    place: _Place, value: Any, needs: str, choices: Iterable[str] = ()
) -> Finding:
    near = _nearest(value, choices) if isinstance(value, str) else None
    hint = f"; did you mean {near!r}?" if near else ""
    path = place.path or "the file"
    return make_finding(
        "setting-invalid",
        f"{path} in {place.source} is {shorten(repr(value))} (needs {needs}{hint})",
    )


def _unknown(place: _Place, key: str, known: Iterable[str]) -> Finding:
    known = list(known)
    near = _nearest(key, known)
    path = place.key(shorten(key)).path
    if key in REFUSED_KEYS:
        remedy = REFUSED_KEYS[key]
    elif near:
        remedy = f"did you mean {near!r}? Correct the name or remove the key"
    else:
        remedy = f"remove it; known here are {list_some(known, 12)}"
    what = f"{path} in {place.source} is no setting that is known"
    return make_finding("setting-unknown", what, remedy=remedy)


def _nearest(name: str, known: Iterable[str]) -> str | None:
    by_fold = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(name[:256].casefold(), by_fold, n=1)
    return by_fold[near[0]] if near else None


def _check_filling(values: Mapping[str, Any], source: str) -> Iterator[Finding]:
    """Check what the keys of one column's filling say about each other."""
    config = _dict(values.get("TimeSeriesForecastingJobConfig"))
    filling = _dict(_dict(config.get("Transformations")).get("Filling"))
    place = _Place(source, "TimeSeriesForecastingJobConfig.Transformations.Filling")
    for column, methods in filling.items():
        for kind in FILLINGS:
            yield from _check_method(_dict(methods), kind, place.key(column))


# The guide's table also gives "nan" for the target; the API's pattern admits it.
_LOGICS = ("zero", "value", "mean", "median", "min", "max", "nan")


def _check_method(
    methods: Mapping[str, Any], kind: str, place: _Place
) -> Iterator[Finding]:
    logic, value = methods.get(kind), methods.get(f"{kind}_value")
    choices = ("none",) if kind == "frontfill" else _LOGICS
    if isinstance(logic, str) and logic not in choices:
        yield _wrong(place.key(kind), logic, f"one of {', '.join(choices)}", choices)
    if logic == "value" and value is None:
        needed = f"{kind}_value beside it, such as {kind}_value: '1'"
        yield _wrong(place.key(kind), logic, needed)
    if value is not None and logic != "value":
        yield _wrong(place.key(f"{kind}_value"), value, f"{kind}: 'value' beside it")
    if isinstance(value, str) and not re.fullmatch(r"-?\d+", value):
        yield _wrong(place.key(f"{kind}_value"), value, "a whole number as text")


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
