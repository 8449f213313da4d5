"""The first series of a ``forecast.csv``, whatever its key columns are called."""

import csv
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

_QUANTILE = re.compile(r"p\d{1,2}")
_MEAN = "mean"


@dataclass(frozen=True)
class Series:
    """The forecast of one series; ``values`` has a row for every step."""

    key: tuple[str, ...]
    timestamps: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True)
class ForecastFile:
    """What a forecast file holds: its size, and its first series in full."""

    key_columns: tuple[str, ...]
    timestamp_column: str
    value_columns: tuple[str, ...]
    n_series: int
    n_rows: int
    series: tuple[Series, ...]


def read_forecast(
    path: Path, settings: Mapping[str, Any] | None, *, keep: int
) -> ForecastFile:
    """Read the first ``keep`` series, and count the rest.

    Parameters
    ----------
    path
        A ``forecast.csv``, sorted by key.
    settings
        The run's ``settings.json``, which names the timestamp's column; without it the
        last column before the forecasts is taken.
    keep
        How many series to hold.
    """
    with path.open(newline="", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        columns = list(reader.fieldnames or [])
        values = [c for c in columns if c == _MEAN or _QUANTILE.fullmatch(c)]
        keys = [c for c in columns if c not in values]
        timestamp = _timestamp_column(keys, settings)
        names = tuple(c for c in keys if c != timestamp)
        kept: list[Series] = []
        n_series = n_rows = 0
        for key, rows in _by_key(reader, names):
            n_series += 1
            if len(kept) < keep:
                kept.append(_read_series(key, list(rows), timestamp, values))
                n_rows += len(kept[-1].timestamps)
            else:
                n_rows += sum(1 for _ in rows)
    return ForecastFile(names, timestamp, tuple(values), n_series, n_rows, tuple(kept))


def _timestamp_column(keys: list[str], settings: Mapping[str, Any] | None) -> str:
    config = (settings or {}).get("TimeSeriesForecastingJobConfig", {})
    named = config.get("TimeSeriesConfig", {}).get("TimestampAttributeName")
    if named in keys:
        return str(named)
    return keys[-1] if keys else ""


def _by_key(
    rows: Iterable[dict[str, str]], names: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Iterator[dict[str, str]]]]:
    return groupby(rows, key=lambda row: tuple(row[name] for name in names))


def _read_series(
    key: tuple[str, ...],
    rows: list[dict[str, str]],
    timestamp: str,
    columns: list[str],
) -> Series:
    return Series(
        key=key,
        timestamps=tuple(row.get(timestamp, "") for row in rows),
        values=tuple(tuple(_number(row[c]) for c in columns) for row in rows),
    )


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
