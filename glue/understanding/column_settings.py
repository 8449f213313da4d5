"""The settings that name columns, held against the columns that there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from glue.findings.finding import Findings, list_some, shorten
from glue.limits import MAX_NUMBERS, MAX_TEXTS
from glue.settings.layers import OWN_LAYER, Settings
from glue.understanding.column_names import match_column
from glue.understanding.roles import Roles

_TRANSFORMATIONS = "TimeSeriesForecastingJobConfig.Transformations"


def describe_too_many(numbers: int, texts: int) -> str | None:
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


@dataclass(frozen=True)
class Transformations:
    """The filling and aggregation that fit the data."""

    filling: dict[str, dict[str, str]] = field(default_factory=dict)
    aggregation: dict[str, str] = field(default_factory=dict)

    @property
    def futurefill(self) -> frozenset[str]:
        """The columns whose future Autopilot fills."""
        filled = (name for name, kinds in self.filling.items() if "futurefill" in kinds)
        return frozenset(filled)

    def as_setting(self) -> dict[str, Any]:
        """Give the Transformations; without empty members, which AWS refuses."""
        both = {"Filling": self.filling, "Aggregation": self.aggregation}
        return {name: value for name, value in both.items() if value}


def check_columns(
    settings: Settings,
    columns: DataColumns,
    header: Sequence[str],
    findings: Findings,
) -> Transformations:
    """Hold the settings against the columns; give the Transformations that fit.

    Parameters
    ----------
    settings
        They may name columns.
    columns
        Those of the forecast input.
    header
        Those of the files, whether they are used or not.
    findings
        Takes what does not fit.
    """
    fitted = Transformations(
        _fit_filling(settings, columns, findings),
        _fit_aggregation(settings, columns, findings),
    )
    _check_preparation(settings, header, findings)
    too_many = describe_too_many(len(columns.numbers), len(columns.texts))
    if too_many is not None:
        most = max((columns.numbers, columns.texts), key=len)
        names = list_some(map(repr, most), 15)
        findings.add("too-many-features", columns=f"{too_many}: {names}")
    return fitted


def _fit_filling(
    settings: Settings, columns: DataColumns, findings: Findings
) -> dict[str, dict[str, str]]:
    filling = {}
    for name, methods in settings.transformations.get("Filling", {}).items():
        path, before = f"{_TRANSFORMATIONS}.Filling.{name}", findings.errors
        column = _match(settings, path, findings, name=name, columns=columns.all)
        if column is not None:
            _check_filling(path, methods, column, columns, findings=findings)
            if findings.errors == before:
                filling[column] = dict(methods)
    return filling


def _fit_aggregation(
    settings: Settings, columns: DataColumns, findings: Findings
) -> dict[str, str]:
    aggregation = {}
    for name, method in settings.transformations.get("Aggregation", {}).items():
        path = f"{_TRANSFORMATIONS}.Aggregation.{name}"
        column = _match(settings, path, findings, name=name, columns=columns.all)
        if column == columns.target:
            aggregation[column] = method
        elif column is not None:
            problem = f"is set, and only the target, {columns.target!r}, is aggregated"
            remedy = "remove it; aggregate other columns before the upload"
            findings.add("setting-invalid", remedy=remedy, path=path, problem=problem)
    return aggregation


def _check_preparation(
    settings: Settings, header: Sequence[str], findings: Findings
) -> None:
    """Report the columns that our own settings name and no file has."""
    for section in ("DropColumns", "ColumnTypes"):
        for name in settings.preparation.get(section, ()):
            if name not in header:
                path = f"Preparation.{section}"
                if section == "ColumnTypes":
                    path += f".{name}"
                _note_unknown(settings, path, findings, name=name, columns=header)


def _match(
    settings: Settings,
    path: str,
    findings: Findings,
    *,
    name: str,
    columns: Sequence[str],
) -> str | None:
    column = match_column(name, columns)
    if column is None:
        _note_unknown(settings, path, findings, name=name, columns=columns)
    return column


def _note_unknown(
    settings: Settings,
    path: str,
    findings: Findings,
    *,
    name: str,
    columns: Sequence[str],
) -> None:
    """Say that a setting names a column that is not in the data.

    In the upload's own settings that is a mistake; in the bucket's it may be
    meant for another upload.
    """
    source = settings.source_of(path) or "the settings"
    findings.add(
        "setting-column-unknown" if source == OWN_LAYER else "setting-column-dropped",
        path=path.rsplit(".", 1)[0],
        source=source,
        name=shorten(name),
        columns=list_some(columns),
    )


def _check_filling(
    path: str,
    methods: Mapping[str, str],
    column: str,
    columns: DataColumns,
    *,
    findings: Findings,
) -> None:
    if column in columns.texts or column in columns.keys:
        findings.add("setting-column-text", path=path)
        return
    is_target = column == columns.target
    refused: dict[str, str | None] = {}
    if is_target and "futurefill" in methods:
        refused["futurefill"] = "covariates only, never the target"
    if not is_target and "frontfill" in methods:
        refused["frontfill"] = "the target only"
    nans = sorted(kind for kind, logic in methods.items() if logic == "nan")
    if nans and not is_target:
        refused[nans[0]] = None
    for kind, needs in refused.items():
        problem = f"is set (it is for {needs})"
        remedy = "remove it"
        if needs is None:
            problem = "is 'nan', which only the target may be filled with"
            remedy = "use zero, value, mean, median, min or max, or remove it"
        findings.add(
            "setting-invalid",
            remedy=remedy,
            path=f"{path}.{kind}",
            problem=problem,
        )


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
