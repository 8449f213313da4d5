"""The largest series of a ``forecast.csv``, whatever its key columns are called."""

import csv
import heapq
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
    """What a forecast file holds: its size, and its largest series in full.

    ``total`` is the sum of the means, or of what stands for them.
    """

    key_columns: tuple[str, ...]
    timestamp_column: str
    value_columns: tuple[str, ...]
    n_series: int
    n_rows: int
    series: tuple[Series, ...]
    total: float = 0.0


def read_forecast(
    path: Path, settings: Mapping[str, Any] | None, *, keep: int
) -> ForecastFile:
    """Read the ``keep`` largest series, and count and add up all.

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
        summed = values.index(_MEAN) if _MEAN in values else 0
        largest: list[tuple[float, int, Series]] = []
        n_series, n_rows, total = 0, 0, 0.0
        for key, rows in _by_key(reader, names):
            series = _read_series(key, list(rows), timestamp, values)
            volume = _sum(series, summed)
            n_series, n_rows = n_series + 1, n_rows + len(series.timestamps)
            total += volume
            # The number tells those of one size apart, the first of them first.
            heapq.heappush(largest, (volume, -n_series, series))
            if len(largest) > keep:
                heapq.heappop(largest)
    kept = tuple(series for _, _, series in sorted(largest, reverse=True))
    return ForecastFile(
        names, timestamp, tuple(values), n_series, n_rows, kept, total=total
    )


def _sum(series: Series, column: int) -> float:
    if not series.values or column >= len(series.values[0]):
        return 0.0
    return sum(row[column] or 0.0 for row in series.values)


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
