"""The documents of a run, built as data: its data report and its settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from glue.findings.finding import Finding

if TYPE_CHECKING:
    # The report reads these documents, and needs nothing of the preparation.
    from glue.preparation import Preparation

SCHEMA = 1


def build_data_report(run: Mapping[str, Any], made: Preparation) -> dict[str, Any]:
    """Build data-report.json: what was found in the upload."""
    return {**_heading(run), **describe_preparation(made)}


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
        **_heading(run),
        "outcome": "refused",
        "findings": [found.as_data() for found in findings],
        "files": [],
        "table": {},
        "inferred": [],
        "settings": [],
    }


def _heading(run: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "run_id": run["run_id"],
        "dataset": run["dataset"],
        "upload": run["upload"],
    }


def build_settings(run: Mapping[str, Any], made: Preparation) -> dict[str, Any]:
    """Build settings.json, from which the AutoML job's request is built."""
    prefix = f"s3://{run['bucket']}/{input_prefix(run['run_id'])}"
    return {
        "schema": SCHEMA,
        "run_id": run["run_id"],
        "dataset": run["dataset"],
        "bucket": run["bucket"],
        "TimeSeriesForecastingJobConfig": made.job,
        "AutoMLJobObjective": made.settings.values["AutoMLJobObjective"],
        "TransformResources": made.settings.values["TransformResources"],
        "train_uri": f"{prefix}train/",
        "transform_uri": f"{prefix}transform/",
    }


def input_prefix(run_id: str) -> str:
    """Name the folder of a run's forecast input."""
    return f"input/{run_id}/"
