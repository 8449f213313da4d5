"""Prepares an upload as a run would, and reports on it."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from glue.bucket import DEFAULT_SETTINGS
from glue.check.estimate import estimate_run
from glue.frequency import parse_frequency
from glue.preparation import Preparation, prepare_upload
from glue.run_documents import describe_preparation
from glue.settings.layers import Layer

_JOB = "TimeSeriesForecastingJobConfig"
_SHOWN_ROWS = 3
_ROLES = (
    ("ItemIdentifierAttributeName", "item id"),
    ("GroupingAttributeNames", "group"),
    ("TimestampAttributeName", "timestamp"),
    ("TargetAttributeName", "target"),
)


def explain_upload(
    path: Path,
    *,
    name: str | None = None,
    bucket_settings: str | None = None,
    source: str = DEFAULT_SETTINGS,
) -> dict[str, Any]:
    """Prepare an upload in a folder of its own, and report on it.

    Parameters
    ----------
    path
        A zip or a table on this machine.
    name
        What it is called in the bucket, if not as here.
    bucket_settings
        The text of the bucket's settings, if there are any.
    source
        The key of those settings, for the messages.

    Returns
    -------
    dict
        ``outcome``, ``findings``, ``files``, ``table``, ``inferred`` as in a run's
        data-report.json; ``settings``: each effective value with its source;
        ``columns``: each with what it is; ``forecast``: the steps to come; ``rows``:
        the first rows as they are understood; ``estimate``: what a run would take.
    """
    layer = None if bucket_settings is None else Layer(source, bucket_settings)
    with tempfile.TemporaryDirectory(prefix="explain-") as folder:
        made: Preparation = prepare_upload(
            path, name or path.name, Path(folder), bucket_settings=layer
        )
        report = describe_preparation(made)
        settings = {one["key"]: one["value"] for one in report["settings"]}
        return {
            **report,
            "columns": list(_list_columns(report, settings)),
            "forecast": _look_ahead(report["table"], settings),
            "rows": _read_first_rows(made),
            "estimate": estimate_run(settings),
        }


def _list_columns(
    report: Mapping[str, Any], settings: Mapping[str, Any]
) -> Iterator[dict[str, str]]:
    """Say what each column is: the roles first, then what stands beside them."""
    found = {one["key"]: one for one in report["inferred"]}
    for key, role in _ROLES:
        path = f"{_JOB}.TimeSeriesConfig.{key}"
        value = settings.get(path)
        if value is None and path in found:
            value = found[path]["value"]
        for name in [value] if isinstance(value, str) else value or []:
            form = found.get("timestamp form") if role == "timestamp" else None
            note = f"read as {form['value']}" if form else ""
            yield {"name": str(name), "role": role, "note": note}
    for one in report["inferred"]:
        if one["key"].startswith("column "):
            name = one["key"][len("column ") :].strip("'\"")
            role, note = str(one["value"]), str(one["evidence"])
            if role == "covariate":
                note = _describe_future(name, report, settings)
            yield {"name": name, "role": role, "note": note}


def _describe_future(
    name: str, report: Mapping[str, Any], settings: Mapping[str, Any]
) -> str:
    """Say what a forecast would know of a covariate's future."""
    codes = {one["code"] for one in report["findings"]}
    path = f"{_JOB}.Transformations.Filling.{name}"
    filled = settings.get(f"{path}.futurefill")
    if filled == "value":
        filled = settings.get(f"{path}.futurefill_value")
    if "future-none" in codes:
        return f"its future is taken as {filled}" if filled else "its future is unknown"
    if codes & {"future-partial-filled", "future-blank-filled"} and filled:
        return f"its future is given in part, else {filled}"
    return "its future is given"


def _look_ahead(
    table: Mapping[str, Any], settings: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Give the steps that would be forecast; None where they are not known."""
    frequency = settings.get(f"{_JOB}.ForecastFrequency")
    horizon = settings.get(f"{_JOB}.ForecastHorizon")
    if not (table and frequency and horizon):
        return None
    step = parse_frequency(frequency)
    last = int(np.datetime64(table["last"], "s").astype(np.int64))
    first, end = step.name_periods(np.array([1, horizon]), last)
    return {
        "frequency": frequency,
        "every": step.name,
        "steps": horizon,
        "first": first,
        "last": end,
    }


def _read_first_rows(made: Preparation) -> list[dict[str, str]]:
    """Read the first rows that training would get."""
    if made.files is None:
        return []
    with made.files.train.open(encoding="utf-8", newline="") as file:
        return [row for _, row in zip(range(_SHOWN_ROWS), csv.DictReader(file))]
