"""The layers of settings: read, checked and merged, each value with its source."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from glue.engines import AUTOPILOT, BY_COST, KEY
from glue.findings.finding import Findings, shorten
from glue.limits import MAX_SETTINGS_BYTES, TRANSFORM_SIZES
from glue.settings.advice import unwrap, write
from glue.settings.mending import mend
from glue.settings.rules import JOB_CONFIG, SETTINGS, check_settings, strip_comments

BUILT_IN = "built-in default"
OWN_LAYER = "config.json"
_JOB = "TimeSeriesForecastingJobConfig"
# What an upload costs is for the bucket's settings to say; its own may only lower it.
_CEILINGS = (
    (_JOB, "CompletionCriteria", "MaxAutoMLJobRuntimeInSeconds"),
    (_JOB, "CompletionCriteria", "MaxRuntimePerTrainingJobInSeconds"),
    ("TransformResources", "InstanceCount"),
)
# How settings begin, for those who wrote something else.
_LONGEST_MENDED = 400
_LIKE = '{"TimeSeriesForecastingJobConfig": {"ForecastHorizon": 14}}'
_KINDS = {
    list: "a list",
    str: "a text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}
_INSTANCE = ("TransformResources", "InstanceType")
# An upload's own settings may make trainings rarer, and not more frequent.
_FLOORS = ("MaxAgeDays", "WhenWorseThan", "MaxNewSeriesPercent")
# And they may ask for a person's approval, but not do without one.
_STRICTEST = (("Approval", "manual"),)
# The bucket's settings alone say what is removed, and what starts by the clock.
_NOT_THEIRS = (
    ("Retraining", "KeepVersions"),
    ("Retraining", "KeepDays"),
    ("Schedule", "Retrain"),
    ("Schedule", "Reforecast"),
)
DEFAULTS: dict[str, Any] = {
    "TimeSeriesForecastingJobConfig": {
        "ForecastQuantiles": ["p10", "p50", "p90"],
        "CompletionCriteria": {"MaxAutoMLJobRuntimeInSeconds": 4 * 3600},
    },
    "AutoMLJobObjective": {"MetricName": "AverageWeightedQuantileLoss"},
    "TransformResources": {"InstanceType": "ml.m5.4xlarge", "InstanceCount": 1},
    KEY: AUTOPILOT,
    "Retraining": {
        "MaxAgeDays": 0,
        "WhenWorseThan": 1.2,
        "MaxNewSeriesPercent": 10,
        "Approval": "automatic",
        "KeepVersions": 10,
        "KeepDays": 90,
    },
}


@dataclass(frozen=True)
class Layer:
    """One file of settings: where it came from, and its text."""

    source: str
    text: str


@dataclass
class Settings:
    """The merged settings; ``sources`` names the layer of each value by its path.

    ``lost`` are the paths of what was set and could not be used, "" for a whole file.
    """

    values: dict[str, Any]
    sources: dict[str, str] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)

    @property
    def job(self) -> dict[str, Any]:
        """The TimeSeriesForecastingJobConfig, to be completed by inference."""
        section: dict[str, Any] = self.values["TimeSeriesForecastingJobConfig"]
        return section

    @property
    def columns(self) -> dict[str, Any]:
        """The TimeSeriesConfig: which column is what."""
        section: dict[str, Any] = self.job.setdefault("TimeSeriesConfig", {})
        return section

    @property
    def transformations(self) -> dict[str, Any]:
        """The filling and aggregation of columns; empty when not set."""
        section: dict[str, Any] = self.job.get("Transformations", {})
        return section

    @property
    def preparation(self) -> dict[str, Any]:
        """The keys of ours, which steer the preparation only."""
        section: dict[str, Any] = self.values.get("Preparation", {})
        return section

    def has_lost(self, key: str) -> bool:
        """Tell whether a setting of the job may be among what could not be used.

        So it may be when a whole object was left out, and a key that is spelled alike.
        """
        names = {path.rpartition(".")[2] for path in self.lost}
        wholes = any("." not in path for path in self.lost)
        return wholes or bool(difflib.get_close_matches(key, names, cutoff=0.8))

    def source_of(self, path: str) -> str | None:
        """Name the layer that a value came from; None when nobody set it."""
        inside = (path + ".", path + "[")
        for place, source in self.sources.items():
            if place == path or place.startswith(inside):
                return source
        return None


def merge_settings(layers: Iterable[Layer], findings: Findings) -> Settings:
    """Merge the layers over the built-in defaults, later ones winning.

    Objects are merged key by key; lists and plain values are replaced whole;
    null takes a value back, so that it is inferred again. A layer that breaks
    a rule is reported, and its values that break it are left out. What the upload's
    own layer sets may not cost more than the others allow.
    """
    settings = Settings(values={})
    allowed: Settings | None = None
    for layer in layers:
        if layer.source == OWN_LAYER:
            allowed = deepcopy(settings)
        values = read_layer(layer, findings, settings.lost)
        if values is not None:
            _merge_into(settings.values, values)
            _note_sources(values, layer.source, settings.sources, "")
    _fill_defaults(settings.values, DEFAULTS, settings.sources, "")
    if allowed is not None:
        _fill_defaults(allowed.values, DEFAULTS, allowed.sources, "")
        _cap_costs(settings, allowed, findings)
    return settings


def _cap_costs(settings: Settings, allowed: Settings, findings: Findings) -> None:
    """Put back what costs more than the settings without the upload's own allow."""
    for keys in _CEILINGS:
        most, wanted = _get(allowed.values, keys), _get(settings.values, keys)
        if most is None and keys[0] == _JOB:
            most = _get(allowed.values, _CEILINGS[0])
            if wanted is None:
                continue
        if wanted is None or wanted > most:
            _cap(settings, allowed, keys, most, findings=findings)
    most, wanted = (_get(one.values, _INSTANCE) for one in (allowed, settings))
    if wanted not in _smaller_types(most):
        _cap(settings, allowed, _INSTANCE, most, findings=findings)
    most, wanted = allowed.values[KEY], settings.values[KEY]
    if BY_COST.index(wanted) > BY_COST.index(most):
        _cap(settings, allowed, (KEY,), most, findings=findings)
    for keys in _list_retraining_beyond(settings, allowed):
        most = _get(allowed.values, keys)
        _cap(settings, allowed, keys, most, findings=findings)
    schedule = _set_values(settings.values.pop("Schedule", {}))
    if schedule:
        settings.values["Schedule"] = schedule


def _list_retraining_beyond(
    settings: Settings, allowed: Settings
) -> Iterator[tuple[str, str]]:
    """List what an upload's own settings may not set as they do."""
    for key in _FLOORS:
        keys = ("Retraining", key)
        if _get(settings.values, keys) < _get(allowed.values, keys):
            yield keys
    for key, strictest in _STRICTEST:
        keys = ("Retraining", key)
        if strictest == _get(allowed.values, keys) != _get(settings.values, keys):
            yield keys
    for keys in _NOT_THEIRS:
        if _get(settings.values, keys) != _get(allowed.values, keys):
            yield keys


def _cap(
    settings: Settings,
    allowed: Settings,
    keys: tuple[str, ...],
    most: Any,
    *,
    findings: Findings,
) -> None:
    section = settings.values
    for key in keys[:-1]:
        section = section.setdefault(key, {})
    path, wanted = ".".join(keys), section.get(keys[-1])
    if wanted is not None and settings.source_of(path) == OWN_LAYER:
        source = allowed.source_of(path) or BUILT_IN
        findings.add(
            "setting-capped", path=path, wanted=wanted, most=most, source=source
        )
    section[keys[-1]] = most
    settings.sources[path] = allowed.source_of(path) or BUILT_IN


def _smaller_types(instance: str) -> list[str]:
    """List an instance type and the smaller ones of its family."""
    _, family, size = instance.split(".")
    sizes = TRANSFORM_SIZES[family].split()
    return [f"ml.{family}.{one}" for one in sizes[: sizes.index(size) + 1]]


def _get(values: Mapping[str, Any], keys: Iterable[str]) -> Any:
    for key in keys:
        values = values.get(key, {})
    return None if values == {} else values


def read_layer(
    layer: Layer, findings: Findings, lost: set[str]
) -> dict[str, Any] | None:
    """Parse one layer, and leave out what breaks a rule; None when it is no JSON.

    ``lost`` takes the paths of what is left out.
    """
    twice = set[str]()
    try:
        parsed = _parse(layer.text, twice)
    except (ValueError, RecursionError) as error:
        problem, remedy = _describe_error(error, layer.text)
        findings.add(
            "settings-unreadable", source=layer.source, problem=problem, remedy=remedy
        )
        lost.add("")
        return None
    for key in sorted(twice):
        findings.add("settings-key-twice", source=layer.source, key=shorten(key))
    values: dict[str, Any] = strip_comments(parsed, SETTINGS)
    for keys in check_settings(_set_values(values), layer.source, findings):
        _leave_out(values, keys)
        lost.add(".".join(keys))
    return values


def _describe_error(error: Exception, text: str) -> tuple[str, str | None]:
    """Say why settings cannot be read, and what to write, if that is seen."""
    if not isinstance(error, json.JSONDecodeError):
        words = shorten(str(error) or "it is nested too deeply", 120)
        return words, _advise_whole(text)
    near = error.doc[max(error.pos - 15, 0) : error.pos + 15].strip()
    place = f"line {error.lineno}, column {error.colno}"
    mended = mend(text)
    if mended is not None:
        wrong, whole = mended
        remedy = f"write {shorten(whole, _LONGEST_MENDED)}"
        return f"{wrong} (at {place}, near {near!r})", remedy
    words = f"it is no JSON at {place}, near {near!r}"
    return f"{words} ({error.msg[:1].lower()}{error.msg[1:]})", None


def _advise_whole(text: str) -> str | None:
    """Say what to write in place of a whole file, where it is empty or a list."""
    if not text.strip():
        return f"write {_LIKE} into it, or leave the file out of the archive"
    with suppress(ValueError, RecursionError):
        inner = unwrap(json.loads(text), JOB_CONFIG.members)
        if inner is not None:
            return f"write {write(inner)}"
    return None


def _leave_out(values: dict[str, Any], keys: tuple[str, ...]) -> None:
    """Take the value at a place out of nested objects, and objects left empty."""
    if not keys:
        values.clear()
        return
    inner = values.get(keys[0])
    if len(keys) == 1:
        values.pop(keys[0], None)
    elif isinstance(inner, dict):
        _leave_out(inner, keys[1:])
        if not inner:
            del values[keys[0]]


def _parse(text: str, twice: set[str]) -> dict[str, Any]:
    """Read an object from text; ``twice`` takes the keys that one object repeats.

    Raises
    ------
    ValueError
        When it is too long, no JSON, or no object.
    """
    if len(text.encode("utf-8", "replace")) > MAX_SETTINGS_BYTES:
        raise ValueError(f"it is too long for settings ({len(text)} characters)")

    if not text.strip():
        raise ValueError("it is empty")
    if "\0" in text or "\ufffd" in text:
        raise ValueError("it is not in UTF-8")

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        counts = Counter(name for name, _ in members)
        twice.update(name for name, count in counts.items() if count > 1)
        return dict(members)

    values = json.loads(
        text.lstrip("\ufeff"), object_pairs_hook=pairs, parse_constant=_no_constant
    )
    if not isinstance(values, dict):
        kind = _KINDS[type(values)]
        raise ValueError(f"it holds {kind}, not an object such as {_LIKE}")
    return values


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _set_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Drop what is null, or holds nothing else: it takes values back, unchecked."""
    kept: dict[str, Any] = {}
    for key, value in values.items():
        inner = _set_values(value) if isinstance(value, dict) else value
        if value is not None and (inner != {} or value == {}):
            kept[key] = inner
    return kept


def _merge_into(target: dict[str, Any], values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict):
            inner = target.get(key)
            if not isinstance(inner, dict):
                inner = target[key] = {}
            _merge_into(inner, value)
            if value and not inner:
                del target[key]  # all was taken back; SageMaker refuses empty objects
        else:
            target[key] = deepcopy(value)


def _fill_defaults(
    values: dict[str, Any],
    defaults: Mapping[str, Any],
    sources: dict[str, str],
    path: str,
) -> None:
    for key, default in defaults.items():
        name = f"{path}.{key}" if path else key
        if isinstance(default, dict):
            _fill_defaults(values.setdefault(key, {}), default, sources, name)
        elif key not in values:
            values[key] = deepcopy(default)
            sources[name] = BUILT_IN


def _note_sources(
    values: Mapping[str, Any], source: str, sources: dict[str, str], path: str
) -> None:
    for key, value in values.items():
        name = f"{path}.{key}" if path else key
        if isinstance(value, dict) and value:
            _note_sources(value, source, sources, name)
        elif value is None:
            for place in [p for p in sources if f"{p}.".startswith(f"{name}.")]:
                del sources[place]
        else:
            sources[name] = source
