"""The history that a run was trained on, held compactly by series and time step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd

from glue.arrays import Array
from glue.frequency import Frequency
from glue.reading.timestamps import parse_stamps
from glue.run_documents import RunSettings

Key = tuple[str, ...]

_CHUNK_ROWS = 200_000


@dataclass(frozen=True)
class Whole:
    """What is true of all series of a run, of which a history may be a part."""

    steps: int
    never_negative: bool


@dataclass(frozen=True)
class History:
    """Every value that was observed, sorted by series and period.

    Parameters
    ----------
    keys
        The series, sorted; their places are the series' numbers.
    offsets
        Where each series' values begin, and the end of the last, [n_series + 1].
    periods, values
        The number of each value's time step, and the value, [n].
    frequency, origin
        The length of a period, and a moment of the period 0, in seconds since 1970.
    rows
        Rows of the file, before those of one period were made one.
    whole
        What is true of all series, where these are a part of them.
    """

    keys: tuple[Key, ...]
    offsets: Array
    periods: Array
    values: Array
    frequency: Frequency
    origin: int
    rows: int
    numbers: dict[Key, int] = field(default_factory=dict)
    whole: Whole | None = None

    @property
    def steps(self) -> int:
        """Time steps from the first to the last value of all series."""
        if self.whole is not None:
            return self.whole.steps
        return int(self.periods.max()) + 1 if len(self.periods) else 0

    @property
    def never_negative(self) -> bool:
        """Whether no value is below zero."""
        if self.whole is not None:
            return self.whole.never_negative
        return bool(len(self.values)) and float(self.values.min()) >= 0

    def number_periods(self, stamps: Iterable[str] | Array) -> Array:
        """Number the period that each timestamp is in, [n]."""
        return self.frequency.periods(parse_stamps(stamps), self.origin)

    def name_periods(self, periods: Array) -> list[str]:
        """Write the first moment of each period."""
        return self.frequency.name_periods(periods, self.origin)

    def matrix(self, series: Array, end: int) -> Array:
        """Lay out the values before a period, [len(series), end]; NaN for none."""
        laid_out = np.full((len(series), end), np.nan)
        starts, stops = self.offsets[series], self.offsets[np.asarray(series) + 1]
        lengths = stops - starts
        rows = np.repeat(np.arange(len(series)), lengths)
        first = np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
        places = first + np.arange(len(rows))
        columns = self.periods[places]
        early = columns < end
        laid_out[rows[early], columns[early]] = self.values[places[early]]
        return laid_out

    def look_up(self, series: Array, periods: Array) -> Array:
        """Find the value of each series and period, [n]; NaN for none."""
        found = np.full(len(series), np.nan)
        if not len(self.values):
            return found
        span = max(int(self.periods.max()), int(np.max(periods, initial=0))) + 2
        owners = np.repeat(np.arange(len(self.keys)), np.diff(self.offsets))
        have = owners * span + self.periods
        want = np.asarray(series, dtype=np.int64) * span + periods
        places = np.minimum(np.searchsorted(have, want), len(have) - 1)
        hit = (have[places] == want) & (np.asarray(periods) >= 0)
        found[hit] = self.values[places[hit]]
        return found

    def take(self, series: Array) -> History:
        """Keep some of the series, by rising numbers, which are numbered anew."""
        lengths = np.diff(self.offsets)[series]
        ends = np.cumsum(lengths)
        first = np.repeat(self.offsets[series] - ends + lengths, lengths)
        places = first + np.arange(len(first))
        keys = tuple(self.keys[number] for number in series)
        return replace(
            self,
            keys=keys,
            offsets=np.concatenate([[0], ends]),
            periods=self.periods[places],
            values=self.values[places],
            numbers={key: number for number, key in enumerate(keys)},
            whole=Whole(self.steps, self.never_negative),
        )


def join_histories(parts: Sequence[History]) -> History:
    """Make one history of several, whose series follow each other."""
    lengths = np.concatenate([np.diff(part.offsets) for part in parts])
    keys = tuple(key for part in parts for key in part.keys)
    return replace(
        parts[0],
        keys=keys,
        offsets=np.concatenate([[0], np.cumsum(lengths)]),
        periods=np.concatenate([part.periods for part in parts]),
        values=np.concatenate([part.values for part in parts]),
        numbers={key: number for number, key in enumerate(keys)},
    )


def read_history(path: Path, settings: RunSettings) -> History:
    """Read a run's train.csv, some rows at a time."""
    known: dict[Key, int] = {}
    pieces = [rows for _, rows in read_chunks(path, settings, known)]
    return build_history(known, Rows.join(pieces), settings)


def read_chunks(
    file: Path | BinaryIO, settings: RunSettings, known: dict[Key, int] | None = None
) -> Iterator[tuple[dict[Key, int], Rows]]:
    """Read a train.csv, some rows at a time, with the numbers of their series.

    Parameters
    ----------
    known
        Numbers the series as they are met; None begins anew with each piece.
    """
    wanted = settings.row_keys
    chunks = pd.read_csv(
        file,
        usecols=[*wanted, settings.target],
        dtype={**dict.fromkeys(wanted, str), settings.target: float},
        keep_default_na=False,
        na_values={settings.target: [""]},
        chunksize=_CHUNK_ROWS,
        encoding="utf-8",
    )
    for chunk in chunks:
        met = {} if known is None else known
        numbers = number_keys(chunk, settings.keys, met)
        seconds = parse_stamps(chunk[settings.timestamp])
        values = chunk[settings.target].to_numpy()
        yield met, Rows(numbers.astype(np.int32), seconds, values)


@dataclass(frozen=True)
class Rows:
    """Rows of a history, [n]: whose each is, its second or period, and its value."""

    series: Array
    moments: Array
    values: Array

    def take(self, which: Array) -> Rows:
        """Keep some of the rows."""
        return Rows(self.series[which], self.moments[which], self.values[which])

    @classmethod
    def join(cls, pieces: list[Rows]) -> Rows:
        """Make one of several, and let go of these: there is 1 GB for all."""
        columns = [
            _join([getattr(piece, name) for piece in pieces], dtype)
            for name, dtype in (
                ("series", np.int32),
                ("moments", np.int64),
                ("values", np.float64),
            )
        ]
        pieces.clear()
        return cls(*columns)


def _join(arrays: list[Array], dtype: Any) -> Array:
    return np.concatenate([np.empty(0, dtype=dtype), *arrays])


def number_keys(
    table: pd.DataFrame, names: Sequence[str], known: dict[Key, int]
) -> Array:
    """Number the series of each row; series not ``known`` yet are added to it."""
    combined = np.zeros(len(table), dtype=np.int64)
    columns = [table[name].to_numpy(dtype=object) for name in names]
    for column in columns:
        codes, uniques = pd.factorize(column)
        combined = combined * (len(uniques) + 1) + codes
    _, firsts, inverse = np.unique(combined, return_index=True, return_inverse=True)
    found = [tuple(column[at] for column in columns) for at in np.sort(firsts)]
    order = np.argsort(np.argsort(firsts))
    numbers = np.array([known.setdefault(key, len(known)) for key in found], dtype=int)
    return numbers[order][inverse.reshape(-1)] if len(table) else combined


def build_history(
    known: dict[Key, int],
    rows: Rows,
    settings: RunSettings,
    *,
    origin: int | None = None,
) -> History:
    """Sort the rows by series and period.

    Parameters
    ----------
    known
        Numbers the series as met.
    origin
        A moment of the period 0; None for the first of these rows.
    """
    keys = sorted(known)
    places = np.empty(len(keys), dtype=np.int32)
    for place, key in enumerate(keys):
        places[known[key]] = place
    if origin is None:
        origin = int(rows.moments.min()) if len(rows.moments) else 0
    periods = settings.frequency.periods(rows.moments, origin).astype(np.int32)
    seen = np.isfinite(rows.values)
    owners = places[rows.series[seen]] if keys else rows.series[seen]
    observed = _merge(
        Rows(owners, periods[seen], rows.values[seen]), settings.aggregation
    )
    return History(
        keys=tuple(keys),
        offsets=np.searchsorted(observed.series, np.arange(len(keys) + 1)),
        periods=observed.moments,
        values=observed.values,
        frequency=settings.frequency,
        origin=origin,
        rows=len(rows.moments),
        numbers={key: place for place, key in enumerate(keys)},
    )


def _merge(rows: Rows, aggregation: str) -> Rows:
    """Sort by series and period, and make one value of each period's."""
    later, next_series = np.diff(rows.moments), np.diff(rows.series)
    if ((next_series < 0) | ((next_series == 0) & (later < 0))).any():
        # A stable sort: rows of one period keep their order.
        rows = rows.take(np.lexsort((rows.moments, rows.series)))
        later, next_series = np.diff(rows.moments), np.diff(rows.series)
    fresh = np.ones(len(rows.series), dtype=bool)
    fresh[1:] = (next_series != 0) | (later != 0)
    starts = np.flatnonzero(fresh)
    if len(starts) == len(rows.values):
        return rows
    merged = _aggregate(rows.values, starts, aggregation)
    return Rows(rows.series[starts], rows.moments[starts], merged)


def _aggregate(values: Array, starts: Array, aggregation: str) -> Array:
    """Make one value of those from each start to the next, [n_starts]."""
    if aggregation == "first":
        return values[starts]
    if aggregation in ("min", "max"):
        least_or_most = np.minimum if aggregation == "min" else np.maximum
        return least_or_most.reduceat(values, starts)
    sums = np.add.reduceat(values, starts)
    if aggregation == "avg":
        return sums / np.diff(np.append(starts, len(values)))
    return sums
