"""The settings that name columns, held against the columns that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from glue.findings.finding import Finding, list_some, make_finding, shorten
from glue.settings.layers import Settings
from glue.understanding.roles import Roles, match_column

OWN_LAYER = "config.json"
_TRANSFORMATIONS = "TimeSeriesForecastingJobConfig.Transformations"


# The fixed quotas of "timeseries-forecasting-limits".
MAX_NUMBERS, MAX_TEXTS = 13, 10


def count_too_many(numbers: int, texts: int) -> str | None:
    """Say in words that there are more features than Autopilot takes."""
    if numbers <= MAX_NUMBERS and texts <= MAX_TEXTS:
        return None
    return (
        f"{numbers} numeric and {texts} text columns beside the keys "
        f"(at most {MAX_NUMBERS} and {MAX_TEXTS})"
    )


@dataclass(frozen=True)
class DataColumns:
    """The columns of the forecast input that settings may name."""

    target: str
    numbers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def all(self) -> list[str]:
        """Every column, for suggestions."""
        return [self.target, *self.numbers, *self.texts, *self.keys]


@dataclass
class Transformations:
    """The filling and aggregation that fit the data, and what did not."""

    filling: dict[str, dict[str, str]] = field(default_factory=dict)
    aggregation: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def futurefill(self) -> frozenset[str]:
        """The columns whose future Autopilot fills."""
        filled = (name for name, kinds in self.filling.items() if "futurefill" in kinds)
        return frozenset(filled)

    def as_setting(self) -> dict[str, Any]:
        """Give the Transformations; without empty members, which AWS refuses."""
        both = {"Filling": self.filling, "Aggregation": self.aggregation}
        return {name: value for name, value in both.items() if value}


def fit_transformations(settings: Settings, columns: DataColumns) -> Transformations:
    """Keep what can be applied to the data's columns; report the rest."""
    fitted = Transformations()
    for name, methods in settings.transformations.get("Filling", {}).items():
        path = f"{_TRANSFORMATIONS}.Filling.{name}"
        column = _match(
            settings, path, name=name, columns=columns, findings=fitted.findings
        )
        if column is None:
            continue
        problems = list(_check_filling(path, column, methods, columns))
        fitted.findings += problems
        if not problems:
            fitted.filling[column] = dict(methods)
    for name, method in settings.transformations.get("Aggregation", {}).items():
        path = f"{_TRANSFORMATIONS}.Aggregation.{name}"
        column = _match(
            settings, path, name=name, columns=columns, findings=fitted.findings
        )
        if column == columns.target:
            fitted.aggregation[column] = method
        elif column is not None:
            what = f"{path} is set (needs the target column, {columns.target!r})"
            fitted.findings.append(make_finding("setting-invalid", what))
    return fitted


def check_preparation(settings: Settings, header: Sequence[str]) -> list[Finding]:
    """Report the columns that our own settings name and no file has."""
    findings = []
    for section in ("DropColumns", "ColumnTypes"):
        for name in settings.preparation.get(section, ()):
            if name not in header:
                path = f"Preparation.{section}.{name}"
                if section == "DropColumns":
                    path = f"Preparation.{section}"
                found = unknown_column(settings, path, name, header)
                findings.append(found)
    return findings


def _match(
    settings: Settings,
    path: str,
    *,
    name: str,
    columns: DataColumns,
    findings: list[Finding],
) -> str | None:
    column = match_column(name, columns.all)
    if column is None:
        findings.append(unknown_column(settings, path, name, columns.all))
    return column


def unknown_column(
    settings: Settings, path: str, name: str, columns: Sequence[str]
) -> Finding:
    """Say that a setting names a column that the data has not.

    In the upload's own settings that is a mistake; in the bucket's it may be
    meant for another upload.
    """
    source = settings.source_of(path) or "the settings"
    code = "setting-column-unknown" if source == OWN_LAYER else "setting-column-dropped"
    what = f"{path.rsplit('.', 1)[0]} in {source} names {shorten(name)!r}"
    return make_finding(code, f"{what} (found columns {list_some(columns)})")


def _check_filling(
    path: str, column: str, methods: Mapping[str, str], columns: DataColumns
) -> Iterator[Finding]:
    if column in columns.texts or column in columns.keys:
        what = f"{path} is set, and the column is no number"
        yield make_finding("setting-column-text", what)
        return
    is_target = column == columns.target
    if is_target and "futurefill" in methods:
        yield _refuse(path, "futurefill", "covariates only, never the target")
    if not is_target and "frontfill" in methods:
        yield _refuse(path, "frontfill", "the target only")
    nans = sorted(kind for kind, logic in methods.items() if logic == "nan")
    if nans and not is_target:
        yield _refuse(path, nans[0], "a value for covariates, 'nan' is the target's")


def _refuse(path: str, kind: str, needs: str) -> Finding:
    what = f"{path}.{kind} is set (it is for {needs})"
    return make_finding("setting-invalid", what, remedy="remove it")


def complete_job(
    settings: Settings,
    roles: Roles,
    transformations: Transformations,
    *,
    frequency: str,
    horizon: int,
) -> dict[str, Any]:
    """Build the TimeSeriesForecastingJobConfig, valid as it stands."""
    job = {
        name: value
        for name, value in settings.job.items()
        if name not in ("TimeSeriesConfig", "Transformations")
    }
    columns: dict[str, Any] = {
        "TargetAttributeName": roles.target,
        "TimestampAttributeName": roles.timestamp,
        "ItemIdentifierAttributeName": roles.item_id,
    }
    if roles.groups:
        columns["GroupingAttributeNames"] = list(roles.groups)
    job.update(
        ForecastFrequency=frequency, ForecastHorizon=horizon, TimeSeriesConfig=columns
    )
    if transformations.as_setting():
        job["Transformations"] = transformations.as_setting()
    return job
