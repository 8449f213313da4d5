"""The rules of every setting, as SageMaker documents them, and their check.

Source: the API reference of TimeSeriesForecastingJobConfig; limits.py has the rest.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Union

from glue.engines import ENGINES, KEY
from glue.findings.finding import Findings, list_some, shorten
from glue.limits import (
    AGGREGATIONS,
    ALGORITHMS,
    FILL_LOGICS,
    FILLINGS,
    FREQUENCY_PATTERN,
    FRONT_LOGICS,
    MAX_GROUPS,
    MAX_HORIZON,
    OBJECTIVES,
    TRANSFORM_TYPES,
)
from glue.settings.advice import (
    JOB,
    advise_list,
    advise_map,
    advise_method,
    advise_place,
    advise_text,
    advise_whole,
    advise_word,
    advise_yes,
    show,
    unwrap,
    write,
)


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
class Number:
    """A number within bounds, whole or not."""

    min: float
    max: float


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


Rule = Union[Text, Whole, Number, YesNo, ListOf, MapOf, Struct]

COLUMN = Text(max=256)
FREQUENCY_HINT = (
    "a frequency: Y, M, W, D, H for hours or min, with a number in front where it is "
    "several, such as 2W or 30min; 7D is W, 24H is D, 60min is H, 12M is Y"
)
FILLING_VALUE = Text(
    pattern=r"[a-zA-Z0-9\_\-]+",
    max=256,
    hint="letters, digits, _ and - only, so no decimal point",
)
JOB_CONFIG = Struct(
    {
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
            hint=FREQUENCY_HINT,
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
                "GroupingAttributeNames": ListOf(
                    COLUMN, min=0, max=MAX_GROUPS, distinct=True
                ),
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
        "ColumnTypes": MapOf(
            key=COLUMN, value=Text(choices=("number", "text")), max=1_000
        ),
        "DropColumns": ListOf(COLUMN, max=1_000, distinct=True),
        "DropShortSeries": YesNo(),
        "Seasonality": Whole(min=1, max=100_000),
        "Title": Text(min=1, max=100),
        "Unit": Text(min=1, max=30),
    }
)
# When a run trains, and when it forecasts with a model that there is.
RETRAINING = Struct(
    {
        "MaxAgeDays": Whole(min=0, max=3_650),
        "WhenWorseThan": Number(min=0.1, max=100),
        "MaxNewSeriesPercent": Whole(min=0, max=100),
        "Approval": Text(choices=("automatic", "manual")),
        "KeepVersions": Whole(min=2, max=1_000),
        "KeepDays": Whole(min=0, max=36_500),
    }
)
_MOMENTS = Text(
    pattern=r"every [1-9]\d{0,2} (hours?|days?|weeks?)"
    r"|cron\([\d*,/-]+ [\d*,/-]+ [\d?*,/-]+ [\dA-Z*,/-]+ [\dA-Z?*,/-]+ [\d*,/-]+\)",
    max=256,
    hint="such as 'every 28 days' or, in UTC, 'cron(0 6 ? * MON *)'",
)
SCHEDULE = Struct({"Retrain": _MOMENTS, "Reforecast": _MOMENTS})
SETTINGS = Struct(
    {
        "TimeSeriesForecastingJobConfig": JOB_CONFIG,
        "AutoMLJobObjective": Struct({"MetricName": Text(choices=OBJECTIVES)}),
        "TransformResources": Struct(
            {
                "InstanceType": Text(
                    choices=TRANSFORM_TYPES,
                    hint="an instance type of batch transform, such as ml.m5.4xlarge",
                ),
                "InstanceCount": Whole(min=1, max=100),
            }
        ),
        "Preparation": PREPARATION,
        KEY: Text(choices=ENGINES),
        "Retraining": RETRAINING,
        "Schedule": SCHEDULE,
    }
)
# How other programs write a frequency, and how it is written here.
FREQUENCY_NEEDS = "a frequency such as H, D, W or M"
FREQUENCY_WORDS = {
    **dict.fromkeys(("MS", "ME", "BM", "month", "monthly", "Monthly", "1MS"), "M"),
    **dict.fromkeys(("Q", "QS", "QE", "quarterly", "quarter", "Quarterly"), "3M"),
    **dict.fromkeys(("A", "AS", "YS", "YE", "yearly", "annual", "year"), "Y"),
    **dict.fromkeys(("h", "hourly", "Hourly", "hour", "1h"), "H"),
    **dict.fromkeys(("T", "minute", "m", "min", "1T"), "1min"),
    **dict.fromkeys(("B", "C", "d", "daily", "Daily", "day", "1d"), "D"),
    **dict.fromkeys(("weekly", "Weekly", "week", "w", "W-MON", "W-SUN"), "W"),
    **{"15T": "15min", "30T": "30min", "24h": "D", "7d": "W"},
}
# What people carry over from other requests, and why it has no place here.
REFUSED_KEYS = {
    "DataSplitConfig": "Autopilot refuses it for time series; remove it",
    "AutoMLProblemTypeConfig": "take it away around what is inside it, so that the "
    'file begins with {"TimeSeriesForecastingJobConfig": ...',
    "ModelDeployConfig": "no endpoint is made by this pipeline; remove it",
    "FeatureSpecificationS3Uri": "it names a file that nobody has checked and that "
    "SageMaker's role may not read; remove it, and say in Preparation.ColumnTypes and "
    "DropColumns what the columns are",
}


def check_settings(
    values: Mapping[str, Any], source: str, findings: Findings
) -> list[tuple[str, ...]]:
    """Say every break of the rules in one layer of settings.

    Gives the places of the values that break any, as the keys that lead there.

    Parameters
    ----------
    values
        The layer as parsed; any key may be missing.
    source
        The file it came from, for the messages.
    findings
        Takes what is wrong.
    """
    place = _Place(findings, source)
    _check(values, SETTINGS, place)
    _check_filling(values, place)
    return place.bad


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
    """Where in a layer a value stands, and where to say what is wrong with it."""

    findings: Findings
    source: str
    path: str = ""
    keys: tuple[str, ...] = ()
    bad: list[tuple[str, ...]] = field(default_factory=list)

    def key(self, name: object) -> _Place:
        path = f"{self.path}.{name}" if self.path else str(name)
        return replace(self, path=path, keys=(*self.keys, str(name)))

    def item(self, index: int) -> _Place:
        return replace(self, path=f"{self.path}[{index}]")

    @property
    def name(self) -> str:
        """The last key that leads here."""
        return self.keys[-1] if self.keys else ""

    def refuse(
        self,
        value: Any,
        needs: str,
        choices: tuple[str, ...] = (),
        *,
        remedy: str | None = None,
    ) -> None:
        """Say that the value here breaks its rule."""
        if self.keys in self.bad:
            return  # one value breaks one rule
        self.bad.append(self.keys)
        near = _nearest(value, choices) if isinstance(value, str) else None
        hint = f"; did you mean {near!r}?" if near else ""
        if choices and isinstance(value, str):
            remedy = remedy or advise_word(self.name, value, choices, near or "")
        said = FREQUENCY_WORDS.get(str(value)) if "frequency" in needs else None
        if said:
            needs, hint = FREQUENCY_NEEDS, ""
            remedy = (
                f'write "{said}", or remove the key, so that the step of the history '
            )
            remedy += "is taken"
        held = f"{tell_held(value)} (needs {needs}{hint})"
        self.findings.add(
            "setting-invalid",
            remedy=remedy,
            path=self.path or "the file",
            problem=f"in {self.source} {held}",
        )

    def refuse_key(self, key: str, names: Iterable[str], value: Any = None) -> None:
        """Say that a key here is none of those that are known."""
        names = list(names)
        self.bad.append((*self.keys, key))
        full = self.findings.is_full("setting-unknown")
        near = None if full else _nearest(key, names)
        problem = "is not a setting of this pipeline"
        inner = unwrap(value, JOB_CONFIG.members)
        if inner is not None and not self.keys:
            remedy = f"take it away around what is inside it: write {write(inner)}"
        elif key in REFUSED_KEYS:
            remedy = REFUSED_KEYS[key]
        elif self.keys != (JOB,) and key in JOB_CONFIG.members:
            remedy = advise_place(key, value)
            problem = f"stands outside of {JOB}, where it belongs"
        elif near:
            shown = show(near, value) if write(value) != "..." else repr(near)
            remedy = f"write {shown} instead, if that is meant"
        else:
            remedy = f"remove it; known here are {list_some(names, 12)}"
        path = self.key(shorten(key)).path
        self.findings.add(
            "setting-unknown",
            remedy=remedy,
            path=path,
            problem=problem,
            source=self.source,
        )


def tell_held(value: Any) -> str:
    """Say what stands where something else is needed."""
    return f"is {shorten(json.dumps(value, ensure_ascii=False))}"


def _nearest(name: str, names: Iterable[str]) -> str | None:
    by_fold = {word.casefold(): word for word in names}
    near = difflib.get_close_matches(name[:256].casefold(), by_fold, n=1)
    return by_fold[near[0]] if near else None


def _check(value: Any, rule: Rule, place: _Place) -> None:
    """Check a value by the kind of its rule."""
    if isinstance(rule, Struct):
        _check_struct(value, rule, place)
    elif isinstance(rule, MapOf):
        _check_map(value, rule, place)
    elif isinstance(rule, ListOf):
        _check_list(value, rule, place)
    elif isinstance(rule, Text):
        _check_text(value, rule, place)
    elif isinstance(rule, Whole):
        _check_whole(value, rule, place)
    elif isinstance(rule, Number):
        _check_number(value, rule, place)
    elif not isinstance(value, bool):
        place.refuse(value, "true or false", remedy=advise_yes(place.name, value))


def _check_struct(value: Any, rule: Struct, place: _Place) -> None:
    if not isinstance(value, dict):
        names = list_some(rule.members, 3)
        place.refuse(value, f"an object {{ }} with keys such as {names}")
        return
    for key, inner in value.items():
        if key in rule.members:
            _check(inner, rule.members[key], place.key(key))
        elif not key.startswith("_"):  # the usual way to write a comment in JSON
            place.refuse_key(key, rule.members, inner)


def _check_map(value: Any, rule: MapOf, place: _Place) -> None:
    if not isinstance(value, dict):
        example = '{"middlefill": "zero"}' if rule.key.choices else "{ }"
        remedy = advise_map(place.name, value) if rule.key.choices else None
        place.refuse(value, f"an object such as {example}", remedy=remedy)
        return
    _check_size(value, rule, place)
    for key, inner in value.items():
        if rule.key.choices and key not in rule.key.choices:
            place.refuse_key(key, rule.key.choices, inner)
        else:
            _check_text(key, rule.key, place.key(key))
            _check(inner, rule.value, place.key(key))


def _check_list(value: Any, rule: ListOf, place: _Place) -> None:
    if not isinstance(value, list):
        remedy = None
        if isinstance(rule.member, Text):
            remedy = advise_list(place.name, value)
        place.refuse(value, "a list [ ]", remedy=remedy)
        return
    _check_size(value, rule, place)
    for index, inner in enumerate(value):
        _check(inner, rule.member, place.item(index))
    texts = [inner for inner in value if isinstance(inner, str)]
    if rule.distinct and len(set(texts)) < len(texts):
        place.refuse(value, "no member twice")


def _check_text(value: Any, rule: Text, place: _Place) -> None:
    if not isinstance(value, str):
        place.refuse(value, "a text in quotes")
    elif rule.choices and value not in rule.choices:
        needs = rule.hint or f"one of {', '.join(rule.choices)}"
        place.refuse(value, needs, rule.choices)
    elif len(value) < rule.min or (rule.max and len(value) > rule.max):
        most = rule.max or "any number of"
        needs = rule.hint or f"{rule.min} to {most} characters"
        place.refuse(value, needs, remedy=advise_text(place.name, value))
    elif rule.pattern and not re.fullmatch(rule.pattern, value):
        needs = rule.hint or f"the form {rule.pattern}"
        place.refuse(value, needs, remedy=advise_text(place.name, value))


def _check_whole(value: Any, rule: Whole, place: _Place) -> None:
    remedy = advise_whole(place.name, value, (rule.min, rule.max))
    if isinstance(value, bool) or not isinstance(value, int):
        place.refuse(value, "a whole number without quotes", remedy=remedy)
    elif (rule.min is not None and value < rule.min) or (
        rule.max is not None and value > rule.max
    ):
        is_only = rule.min == rule.max
        place.refuse(value, _describe_bounds(rule), remedy=None if is_only else remedy)


def _check_number(value: Any, rule: Number, place: _Place) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        place.refuse(value, "a number without quotes")
    elif not rule.min <= value <= rule.max:
        place.refuse(value, f"{rule.min:g} to {rule.max:g}")


def _describe_bounds(rule: Whole) -> str:
    if rule.min == rule.max:
        return f"{rule.min}, the only value that is supported"
    if rule.max is None:
        return f"{rule.min} or more"
    return f"{rule.min} to {rule.max}"


def _check_size(
    value: list[Any] | dict[str, Any], rule: ListOf | MapOf, place: _Place
) -> None:
    if len(value) < rule.min:
        place.refuse(value, f"at least {rule.min} member")
    if rule.max is not None and len(value) > rule.max:
        place.refuse(value, f"at most {rule.max} members")


def _check_filling(values: Mapping[str, Any], place: _Place) -> None:
    """Check what the keys of one column's filling say about each other."""
    for section in ("TimeSeriesForecastingJobConfig", "Transformations", "Filling"):
        values, place = _dict(values.get(section)), place.key(section)
    for column, methods in values.items():
        for kind in FILLINGS:
            _check_method(_dict(methods), kind, place.key(column))


def _is_whole(value: Any) -> bool:
    return re.fullmatch(r"-?\d+", str(value)) is not None


def _check_method(methods: Mapping[str, Any], kind: str, place: _Place) -> None:
    logic, value = methods.get(kind), methods.get(f"{kind}_value")
    logic_place, value_place = place.key(kind), place.key(f"{kind}_value")
    choices = FRONT_LOGICS if kind == "frontfill" else FILL_LOGICS
    if isinstance(logic, str) and logic not in choices:
        logic_place.refuse(logic, f"one of {', '.join(choices)}", choices)
    if logic == "value" and value is None:
        needed = f'"{kind}_value" beside it, such as "{kind}_value": "1"'
        logic_place.refuse(logic, needed)
    if value is not None and logic != "value":
        given = f"it is {logic!r}" if logic else "it is missing"
        needs = f'"{kind}": "value" beside it, where {given}'
        if not _is_whole(value):
            needs += ", and a whole number as text"
        value_place.refuse(value, needs, remedy=advise_method(kind, value))
    if isinstance(value, str) and not _is_whole(value):
        needs = "a whole number as text"
        value_place.refuse(value, needs, remedy=advise_method(kind, value))


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
