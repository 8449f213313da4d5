"""settings.json and data-report.json of a run: built by one job, read by the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from glue.arrays import Array
from glue.bucket import SCHEMAS, RunKeys
from glue.engines import AUTOPILOT, BOTH, EMBEDDED, KEY
from glue.findings.finding import Finding
from glue.frequency import Frequency, parse_frequency
from glue.reading.parts_folder import find_folder

if TYPE_CHECKING:
    # The report reads these documents, and needs nothing of the preparation.
    from glue.preparation import Preparation


# What AutoMLJobObjective.MetricName and the leaderboards call each, in short.
SHORT_METRICS = {
    "AverageWeightedQuantileLoss": "WQL",
    "WAPE": "WAPE",
    "MASE": "MASE",
    "MAPE": "MAPE",
    "RMSE": "RMSE",
}
METRICS = tuple(SHORT_METRICS.values())
# What Autopilot does with a gap of the target where the settings say nothing.
_FILLING = {"middlefill": "zero", "backfill": "zero"}
# AWS's own keys of settings.json.
_AWS_KEYS = (
    "TimeSeriesForecastingJobConfig",
    "AutoMLJobObjective",
    "TransformResources",
)
# Our own keys of settings.json: what the report is to be called, and its numbers.
_LABELS = ("Title", "Unit")


def build_data_report(run: Mapping[str, Any], made: Preparation) -> dict[str, Any]:
    """Build data-report.json: what was found in the upload."""
    return {
        **_head("data-report.json", run),
        "upload": run["upload"],
        **describe_preparation(made),
    }


def describe_preparation(made: Preparation) -> dict[str, Any]:
    """Give everything that was found in an upload as JSON data."""
    return {
        "outcome": "accepted" if made.accepted else "refused",
        "findings": [found.as_data() for found in made.findings],
        "files": made.upload.listing,
        "table": made.table,
        "inferred": [asdict(one) for one in made.inferred],
        "settings": describe_settings(made),
    }


def describe_settings(made: Preparation) -> list[dict[str, Any]]:
    """List every effective setting with where it came from."""
    values = dict(made.settings.values)
    if made.job is not None:
        values["TimeSeriesForecastingJobConfig"] = made.job
    evidence = {one.key: one.evidence for one in made.inferred}
    return [
        {
            "key": key,
            "value": value,
            "source": made.settings.source_of(key)
            or f"inferred: {evidence.get(key, 'from the data')}",
        }
        for key, value in _flatten(values, "")
    ]


def _flatten(values: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        key = f"{path}.{name}" if path else name
        if isinstance(value, dict):
            yield from _flatten(value, key)
        else:
            yield key, value


def build_failure_report(
    run: Mapping[str, Any], findings: Iterable[Finding]
) -> dict[str, Any]:
    """Build the data-report.json of an upload that could not even be prepared."""
    return {
        **_head("data-report.json", run),
        "upload": run["upload"],
        "outcome": "refused",
        "findings": [found.as_data() for found in findings],
        "files": [],
        "table": {},
        "inferred": [],
        "settings": [],
    }


def _head(document: str, run: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "schema": SCHEMAS[document],
        "run_id": run["run_id"],
        "dataset": run["dataset"],
    }


def build_settings(run: Mapping[str, Any], made: Preparation) -> dict[str, Any]:
    """Build settings.json, from which the AutoML job's request is built."""
    keys, bucket = RunKeys(run["run_id"]), f"s3://{run['bucket']}"
    return {
        **_head("settings.json", run),
        "bucket": run["bucket"],
        "TimeSeriesForecastingJobConfig": made.job,
        "AutoMLJobObjective": made.settings.values["AutoMLJobObjective"],
        "TransformResources": made.settings.values["TransformResources"],
        KEY: made.settings.values[KEY],
        "Retraining": made.settings.values["Retraining"],
        "Columns": made.columns,
        "Preparation": _list_labels(made.settings.values),
        "train_uri": f"{bucket}/{keys.train_folder}",
        "transform_uri": f"{bucket}/{keys.transform_folder}",
    }


def _list_labels(values: Mapping[str, Any]) -> dict[str, str]:
    """Give our own settings that the report shows, as far as they are set."""
    own = values.get("Preparation") or {}
    return {name: own[name] for name in _LABELS if own.get(name)}


@dataclass(frozen=True)
class RunSettings:
    """What a run was asked for, as far as its report depends on it.

    ``asked_quantiles`` are names such as ``p10``, in the order of forecast.csv.
    """

    keys: tuple[str, ...]
    timestamp: str
    target: str
    asked_quantiles: tuple[str, ...]
    frequency: Frequency
    horizon: int
    season: int
    metric: str = "WQL"
    aggregation: str = "sum"
    filling: Mapping[str, str] = field(default_factory=dict)

    @property
    def quantiles(self) -> tuple[str, ...]:
        """The quantiles' names by rising level, as all figures have them."""
        return tuple(sorted(set(self.asked_quantiles), key=_level))

    @property
    def levels(self) -> Array:
        """The quantiles' levels, [n_quantiles]: 0.1 for ``p10``."""
        return np.array([_level(name) / 100 for name in self.quantiles])

    @property
    def median(self) -> int | None:
        """Where ``p50`` stands among the quantiles; None when it was not asked for."""
        return self.quantiles.index("p50") if "p50" in self.quantiles else None

    @property
    def row_keys(self) -> list[str]:
        """The columns that tell the rows of a forecast apart, and sort them."""
        return [*self.keys, self.timestamp]

    @property
    def forecast_columns(self) -> list[str]:
        """The columns of forecast.csv, in order."""
        return [*self.row_keys, "mean", *self.asked_quantiles]

    @property
    def noun(self) -> str:
        """What a series is to the user: an item, unless items are grouped."""
        return "item" if len(self.keys) == 1 else "series"


def _level(quantile: str) -> int:
    return int(quantile[1:])


@dataclass(frozen=True)
class Run:
    """A run as its first job left it.

    Parameters
    ----------
    resolved
        AWS's own keys of settings.json, as they stand there.
    upload, findings, inferred
        As they stand in data-report.json.
    title, unit
        What the report is to be called, and the target's unit; empty where unset.
    engine
        Who was to train, as in the settings.
    series, rows
        Of the history, as its preparation counted them.
    chosen
        Whose forecast it is where both trained; empty before that is known.
    trained_by
        The run that trained the model, where it is another.
    """

    run_id: str
    dataset: str
    settings: RunSettings
    resolved: Mapping[str, Any]
    upload: Mapping[str, Any] | None
    findings: list[Any]
    inferred: list[Any]
    title: str = ""
    unit: str = ""
    trained_by: str = ""
    engine: str = AUTOPILOT
    chosen: str = ""
    series: int = 0
    rows: int = 0

    @property
    def is_embedded(self) -> bool:
        """Whether the forecast is the embedded engine's."""
        return (self.chosen or self.engine) == EMBEDDED

    @property
    def candidates(self) -> str:
        """The key of what was trained by the engine whose forecast it is."""
        if self.engine == BOTH and self.is_embedded:
            return self.keys.embedded_candidates
        return RunKeys(self.trained_by or self.run_id).candidates

    @property
    def raw_folder(self) -> str:
        """The folder of that engine's raw forecast."""
        beside = self.engine == BOTH and self.is_embedded
        folder = self.keys.embedded_raw_folder if beside else self.keys.raw_folder
        return folder(self.dataset)

    @property
    def upload_name(self) -> str:
        """The name of the file that was uploaded, without its folders."""
        key = str((self.upload or {}).get("key") or "")
        return (find_folder(key) or key).rpartition("/")[2]

    @property
    def keys(self) -> RunKeys:
        """The keys of the run's objects."""
        return RunKeys(self.run_id)

    def result(self, name: str) -> str:
        """Give the key of one of the files that people read."""
        return f"{self.keys.results(self.dataset)}{name}"


def read_run(settings: Mapping[str, Any], data_report: Mapping[str, Any]) -> Run:
    """Read a run's settings.json and data-report.json, once for its whole report."""
    labels = settings.get("Preparation") or {}
    table = data_report.get("table") or {}
    return Run(
        run_id=str(settings["run_id"]),
        dataset=str(settings["dataset"]),
        settings=read_settings(settings, data_report),
        resolved={name: settings[name] for name in _AWS_KEYS if name in settings},
        upload=data_report.get("upload"),
        findings=list(data_report.get("findings") or []),
        inferred=list(data_report.get("inferred") or []),
        title=str(labels.get("Title") or ""),
        unit=str(labels.get("Unit") or ""),
        engine=str(settings.get(KEY) or AUTOPILOT),
        series=int(table.get("series") or 0),
        rows=int(table.get("rows") or 0),
    )


def read_settings(
    settings: Mapping[str, Any], data_report: Mapping[str, Any] | None = None
) -> RunSettings:
    """Read settings.json; the season of a data report goes before the usual one."""
    job = settings["TimeSeriesForecastingJobConfig"]
    columns = job["TimeSeriesConfig"]
    target = columns["TargetAttributeName"]
    transformations = job.get("Transformations") or {}
    frequency = parse_frequency(job["ForecastFrequency"])
    objective = (settings.get("AutoMLJobObjective") or {}).get("MetricName")
    season = ((data_report or {}).get("table") or {}).get("seasonality")
    filling = (transformations.get("Filling") or {}).get(target) or {}
    return RunSettings(
        keys=(
            columns["ItemIdentifierAttributeName"],
            *(columns.get("GroupingAttributeNames") or ()),
        ),
        timestamp=columns["TimestampAttributeName"],
        target=target,
        asked_quantiles=tuple(job["ForecastQuantiles"]),
        frequency=frequency,
        horizon=int(job["ForecastHorizon"]),
        season=int(season or frequency.season),
        metric=SHORT_METRICS.get(str(objective), "WQL"),
        aggregation=(transformations.get("Aggregation") or {}).get(target, "sum"),
        filling={**_FILLING, **filling},
    )
