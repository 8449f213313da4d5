"""The forecast as rows of one table for all datasets, whatever their columns are."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from glue.bucket import Bucket
from glue.reporting.earlier import find_moment
from glue.run_documents import Run, RunSettings

FORECASTS_FOLDER, LATEST_FOLDER = "forecasts/runs/", "forecasts/latest/"
_ENDING = ".json.gz"


def write_catalogued(
    tables: Iterable[pd.DataFrame], run: Run, bucket: Bucket, *, made_at: str
) -> None:
    """Write the rows of a forecast for the catalog's tables.

    The newest forecast is written a second time, unless a later run was faster.
    """
    path = bucket.folder / f"{run.run_id}{_ENDING}"
    # Without a moment of its own in it, so that the same rows are the same bytes.
    with path.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
        for table in tables:
            file.writelines(_write_lines(table, run, made_at=made_at))
    folder = f"{FORECASTS_FOLDER}dataset={run.dataset}/"
    bucket.upload(path, f"{folder}{path.name}", "application/json")
    if is_newest(run, [stored.key for stored in bucket.list_objects(folder)]):
        key = f"{LATEST_FOLDER}dataset={run.dataset}/forecast{_ENDING}"
        bucket.upload(path, key, "application/json")


def _write_lines(table: pd.DataFrame, run: Run, *, made_at: str) -> Iterator[bytes]:
    """Write each row as a line of JSON, in the order of the forecast.

    What the lines of a series have in common is written once: there may be many.
    """
    settings = run.settings
    head = f'{{"run_id": {_dump(run.run_id)}, "made_at": {_dump(made_at)}'
    steps = table.groupby([*settings.keys], sort=False).cumcount() + 1
    columns = [table[name].tolist() for name in _list_columns(settings)]
    names = [_dump(name) for name in settings.asked_quantiles]
    before, series = None, ""
    for step, (time, mean, *rest) in zip(steps.tolist(), zip(*columns)):
        keys, levels = rest[: len(settings.keys)], rest[len(settings.keys) :]
        if keys != before:
            named = _dump(dict(zip(settings.keys, keys)))
            before, series = keys, f'"item_id": {_dump(keys[0])}, "series": {named}'
        moment = time if " " in time else f"{time} 00:00:00"
        quantiles = ", ".join(
            f"{name}: {_write_number(level)}" for name, level in zip(names, levels)
        )
        line = (
            f'{head}, {series}, "forecast_for": {_dump(moment)}, "step": {step}, '
            f'"mean": {_write_number(mean)}, "quantiles": {{{quantiles}}}}}\n'
        )
        yield line.encode()


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _write_number(value: float) -> str:
    return repr(value) if math.isfinite(value) else "null"


def _list_columns(settings: RunSettings) -> list[str]:
    return [
        *(settings.timestamp, "mean"),
        *settings.keys,
        *settings.asked_quantiles,
    ]


def is_newest(run: Run, keys: list[str]) -> bool:
    """Tell whether no later run has written its rows."""
    others = (key.rpartition("/")[2][: -len(_ENDING)] for key in keys)
    mine = find_moment(run.run_id)
    return all(find_moment(other) <= mine for other in others)
