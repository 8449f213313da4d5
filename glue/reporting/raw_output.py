"""The raw output of the batch transform, made into the forecast that people get."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from glue.arrays import Array
from glue.bucket import Bucket
from glue.findings.finding import list_some
from glue.frequency import Frequency
from glue.reading.timestamps import (
    UnreadableTimestampError,
    format_timestamps,
    parse_stamps,
)
from glue.reporting.history import Key, number_keys
from glue.run_documents import Run, RunSettings


class ForecastUnreadableError(Exception):
    """The raw output has not the columns that a forecast needs."""


def download_outputs(run: Run, bucket: Bucket) -> list[Path]:
    """Bring the raw forecast here, a file for each of its input."""
    stored = bucket.list_objects(run.raw_folder)
    keys = [one.key for one in stored if one.key.endswith(".out")]
    return [
        bucket.download(key, f"raw-{number:05d}.csv") for number, key in enumerate(keys)
    ]


def read_forecast(paths: Sequence[Path], settings: RunSettings) -> pd.DataFrame:
    """Read raw output files by column name, sorted by series and timestamp.

    Raises
    ------
    ForecastUnreadableError
        When there is no output, or keys, timestamps or quantiles are missing.
    """
    known: dict[Key, int] = {}
    tables = [
        _drop_known(_read_output(path, settings), settings, known) for path in paths
    ]
    if not tables:
        raise ForecastUnreadableError(
            "the transform wrote no output (found no .out file); look at its log"
        )
    return sort_forecast(pd.concat(tables, ignore_index=True), settings)


def _drop_known(
    table: pd.DataFrame, settings: RunSettings, known: dict[Key, int]
) -> pd.DataFrame:
    """Drop series of the files before: one that reaches the end is sent with each."""
    before = len(known)
    fresh = table.loc[number_keys(table, settings.keys, known) >= before]
    return pd.DataFrame(fresh)


def sort_forecast(table: pd.DataFrame, settings: RunSettings) -> pd.DataFrame:
    """Put rows and columns in the order of forecast.csv."""
    table = table.sort_values(settings.row_keys, kind="stable").reset_index(drop=True)
    return table[settings.forecast_columns]


def _read_output(path: Path, settings: RunSettings) -> pd.DataFrame:
    raw = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    needed = [name for name in settings.forecast_columns if name != "mean"]
    missing = [name for name in needed if name not in raw.columns]
    if missing:
        raise ForecastUnreadableError(
            f"{path.name} lacks the columns {list_some(missing)} "
            f"(found {list_some(map(str, raw.columns))}); look at the model's log"
        )
    table = raw[[*settings.keys]].astype(object)
    table[settings.timestamp] = _normalise(
        raw[settings.timestamp], settings.frequency, path.name
    )
    for name in ("mean", *settings.asked_quantiles):
        texts = raw[name] if name in raw.columns else pd.Series("", index=raw.index)
        table[name] = pd.to_numeric(texts, errors="coerce")
    return table


def _normalise(texts: pd.Series[str], frequency: Frequency, file: str) -> Array:
    """Write timestamps as the input has them, whatever the model writes."""
    try:
        seconds = parse_stamps(texts)
    except UnreadableTimestampError as error:
        row = texts.tolist().index(error.text) + 2
        raise ForecastUnreadableError(
            f"a timestamp of the forecast cannot be read (found in row {row} of "
            f"{file}); look at the raw output"
        ) from None
    return format_timestamps(seconds, with_time=frequency.is_below_daily)


def write_forecast(table: pd.DataFrame, run: Run, bucket: Bucket) -> None:
    """Write forecast.csv."""
    write = partial(table.to_csv, index=False)
    bucket.write_text(run.result("forecast.csv"), "text/csv", write)


def write_parquet(table: pd.DataFrame, run: Run, bucket: Bucket) -> None:
    """Write forecast.parquet, with real timestamps, where there is a pyarrow."""
    if importlib.util.find_spec("pyarrow") is None:
        print("no forecast.parquet: this environment has no pyarrow")
        return
    table = table.copy()
    timestamp = run.settings.timestamp
    table[timestamp] = pd.to_datetime(table[timestamp])
    path = bucket.folder / "forecast.parquet"
    table.to_parquet(path, index=False)
    bucket.upload(
        path, run.result("forecast.parquet"), "application/vnd.apache.parquet"
    )
