"""The raw output of the batch transform, made into the forecast that people get."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import numpy as np
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
from glue.reporting.shards import Bounds, choose_bounds, find_bounds
from glue.reporting.shelf import Shelf
from glue.reporting.tables import Tables, join_dtypes
from glue.run_documents import Run, RunSettings

# So many series of a file are looked at to part those of all files evenly.
_SAMPLED = 20


class ForecastUnreadableError(Exception):
    """The raw output has not the columns that a forecast needs."""


def read_forecast(paths: Sequence[Path], settings: RunSettings) -> pd.DataFrame:
    """Read raw output files by column name, sorted by series and timestamp.

    Raises
    ------
    ForecastUnreadableError
        When there is no output, or keys, timestamps or quantiles are missing.
    """
    _refuse_nothing(paths)
    return _join((_read_output(path, settings) for path in paths), settings)


def read_tables(run: Run, bucket: Bucket, shelf: Shelf, shards: int) -> Split:
    """Read the raw output, a file at a time, and part its series evenly.

    Raises
    ------
    ForecastUnreadableError
        As ``read_forecast`` does.
    """
    settings, count, dtypes = run.settings, 0, []
    sample: list[Key] = []
    for key in _list_outputs(run, bucket):
        path = bucket.download(key, f"raw-{count:05d}.csv")
        table = _read_output(path, settings)
        path.unlink()
        keys = list_keys(table, settings)
        sample += keys[:: -(-len(keys) // _SAMPLED) or 1]
        shelf.keep(f"raw-{count:05d}", table)
        shelf.keep(f"keys-{count:05d}", keys)
        dtypes.append({name: table[name].dtype for name in _list_numbers(settings)})
        count += 1
    own = choose_bounds(sample, shards)
    asked = find_bounds(run, bucket, shards) or own
    bounds = asked if asked.are_even(sample) else own
    tables = _part(shelf, count, bounds, settings)
    return Split(replace(tables, dtypes=join_dtypes(dtypes)), bounds, asked)


@dataclass(frozen=True)
class Split:
    """A forecast in tables, and where its series are parted.

    ``asked`` is where those of the history are: a model may write other ids.
    """

    tables: Tables
    bounds: Bounds
    asked: Bounds


def _part(shelf: Shelf, count: int, bounds: Bounds, settings: RunSettings) -> Tables:
    """Make a sorted table of each shard of so many files."""
    members: list[list[int]] = [[] for _ in range(len(bounds))]
    for number in range(count):
        for shard in np.unique(bounds.place(shelf.fetch(f"keys-{number:05d}"))):
            members[shard].append(number)
        shelf.drop(f"keys-{number:05d}")
    names, sizes = [], []
    for shard, files in enumerate(members):
        pieces = (
            _select(shelf.fetch(f"raw-{number:05d}"), bounds, shard, settings)
            for number in files or [0]
        )
        table = _join(pieces, settings)
        names.append(f"forecast-{shard:05d}")
        shelf.keep(names[-1], table)
        sizes.append(len(table))
    for number in range(count):
        shelf.drop(f"raw-{number:05d}")
    return Tables(shelf, tuple(names), sizes=tuple(sizes))


def part_again(
    split: Split,
    change: Callable[[pd.DataFrame], pd.DataFrame],
    settings: RunSettings,
) -> Tables:
    """Change the keys of all tables, and put each series where the history has it."""
    tables, bounds = split.tables, split.asked
    shelf, moved = tables.shelf, [list[str]() for _ in range(len(bounds))]
    table = pd.DataFrame()
    for shard, before in enumerate(tables):
        table = change(before)
        places = _place(table, bounds, settings)
        for target in np.unique(places).tolist():
            moved[target].append(f"moved-{target:05d}-{shard:05d}")
            shelf.keep(moved[target][-1], table.loc[places == target])
        shelf.drop(tables.names[shard])
    sizes, nothing = [], table.iloc[:0]
    for target, names in enumerate(moved):
        pieces = [*map(shelf.fetch, names)] or [nothing]
        joined = sort_forecast(pd.concat(pieces, ignore_index=True), settings)
        shelf.keep(f"again-{target:05d}", joined)
        sizes.append(len(joined))
        for name in names:
            shelf.drop(name)
    kept = tuple(f"again-{target:05d}" for target in range(len(bounds)))
    return replace(tables, names=kept, sizes=tuple(sizes))


def _select(
    table: pd.DataFrame, bounds: Bounds, shard: int, settings: RunSettings
) -> pd.DataFrame:
    """Take the rows of one shard's series."""
    if len(bounds) == 1:
        return table
    return pd.DataFrame(table.loc[_place(table, bounds, settings) == shard])


def _place(table: pd.DataFrame, bounds: Bounds, settings: RunSettings) -> Array:
    """Tell the shard of each row, [n]."""
    found: dict[Key, int] = {}
    codes = number_keys(table, settings.keys, found)
    return np.asarray(bounds.place(found)[codes])


def list_keys(table: pd.DataFrame, settings: RunSettings) -> list[Key]:
    """List the series of a table, in the order in which they come."""
    found: dict[Key, int] = {}
    number_keys(table, settings.keys, found)
    return [*found]


def _list_numbers(settings: RunSettings) -> tuple[str, ...]:
    return ("mean", *settings.asked_quantiles)


def _list_outputs(run: Run, bucket: Bucket) -> list[str]:
    stored = bucket.list_objects(run.raw_folder)
    keys = [one.key for one in stored if one.key.endswith(".out")]
    _refuse_nothing(keys)
    return keys


def _refuse_nothing(files: Sequence[Any]) -> None:
    if not files:
        raise ForecastUnreadableError(
            "the transform wrote no output (found no .out file); look at its log"
        )


def _join(pieces: Iterable[pd.DataFrame], settings: RunSettings) -> pd.DataFrame:
    """Join what files hold; of a series that several hold, the first one's counts."""
    known: dict[Key, int] = {}
    tables = [_drop_known(piece, settings, known) for piece in pieces]
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


def write_forecast(tables: Tables, run: Run, bucket: Bucket) -> None:
    """Write forecast.csv."""
    bucket.write_text(
        run.result("forecast.csv"), "text/csv", partial(_write_tables, tables)
    )


def _write_tables(tables: Tables, file: TextIO) -> None:
    for shard, table in enumerate(tables):
        table.to_csv(file, index=False, header=shard == 0)
