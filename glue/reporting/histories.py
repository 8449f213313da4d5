"""The history of all series, a shard at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from glue.arrays import Array
from glue.bucket import Bucket
from glue.reading.timestamps import parse_stamps
from glue.reporting.history import (
    History,
    Key,
    Rows,
    Whole,
    build_history,
    join_histories,
    read_chunks,
    read_history,
)
from glue.reporting.shards import Bounds
from glue.reporting.shelf import Shelf
from glue.run_documents import Run, RunSettings

if TYPE_CHECKING:
    from glue.frequency import Frequency


@dataclass(frozen=True)
class Histories:
    """The history in shards, and what is true of all of them.

    Parameters
    ----------
    shelf
        Holds the shards.
    firsts
        The number of each shard's first series, and that of all series, [n_shards + 1].
    keys, numbers
        All series, sorted, and the number of each.
    rows
        Rows of train.csv.
    """

    shelf: Shelf
    firsts: tuple[int, ...]
    keys: tuple[Key, ...]
    numbers: dict[Key, int]
    frequency: Frequency
    origin: int
    whole: Whole
    rows: int

    @property
    def steps(self) -> int:
        """Time steps from the first to the last value of all series."""
        return self.whole.steps

    def __len__(self) -> int:
        return len(self.firsts) - 1

    def __iter__(self) -> Iterator[History]:
        return (self.read(shard) for shard in range(len(self)))

    def read(self, shard: int) -> History:
        """Read a shard, whose series are numbered from 0 on."""
        history: History = self.shelf.fetch(f"history-{shard:05d}")
        return replace(history, whole=self.whole)

    def gather(self, numbers: Array) -> History:
        """Gather some series, by rising numbers, which are numbered anew."""
        if len(numbers) == len(self.keys) and len(self) == 1:
            return self.read(0)
        pieces = []
        for history, first, last in zip(self, self.firsts, self.firsts[1:]):
            ours = (numbers >= first) & (numbers < last)
            pieces.append(history.take(numbers[ours] - first))
        return join_histories(pieces)

    def number_periods(self, stamps: Iterable[str] | Array) -> Array:
        """Number the period that each timestamp is in, [n]."""
        return self.frequency.periods(parse_stamps(stamps), self.origin)

    def name_periods(self, periods: Array) -> list[str]:
        """Write the first moment of each period."""
        return self.frequency.name_periods(periods, self.origin)


def keep_history(history: History, shelf: Shelf) -> Histories:
    """Keep a history that is one shard."""
    shelf.keep("history-00000", history)
    return Histories(
        shelf,
        firsts=(0, len(history.keys)),
        keys=history.keys,
        numbers=history.numbers,
        frequency=history.frequency,
        origin=history.origin,
        whole=Whole(history.steps, history.never_negative),
        rows=history.rows,
    )


def read_histories(run: Run, bucket: Bucket, shelf: Shelf, bounds: Bounds) -> Histories:
    """Read a run's train.csv, parted as its forecast is."""
    if len(bounds) == 1:
        path = bucket.download(run.keys.train)
        return keep_history(read_history(path, run.settings), shelf)
    parted = _part(run, bucket, shelf, bounds)
    return _build(parted, shelf, run.settings)


@dataclass
class _Parted:
    """How many pieces each shard has, and what they have in common."""

    pieces: list[int]
    origin: int | None = None
    rows: int = 0


@dataclass(frozen=True)
class _Piece:
    """Some rows of a shard, and their series, in the order in which they came."""

    keys: list[Key]
    rows: Rows


def _part(run: Run, bucket: Bucket, shelf: Shelf, bounds: Bounds) -> _Parted:
    parted = _Parted([0] * len(bounds))
    with bucket.open(run.keys.train) as file:
        for known, rows in read_chunks(file, run.settings):
            if not known:
                continue
            keys = [*known]
            places = bounds.place(keys)
            for shard in np.unique(places).tolist():
                piece = _take(keys, rows, places == shard)
                shelf.keep(_name(shard, parted.pieces[shard]), piece)
                parted.pieces[shard] += 1
            first = int(rows.moments.min())
            parted.origin = min(
                first, first if parted.origin is None else parted.origin
            )
            parted.rows += len(rows.moments)
    return parted


def _take(keys: list[Key], rows: Rows, ours: Array) -> _Piece:
    """Take the rows of some of the series, which are numbered anew."""
    numbers = np.cumsum(ours) - 1
    some = rows.take(np.flatnonzero(ours[rows.series]))
    mine = [key for key, is_ours in zip(keys, ours.tolist()) if is_ours]
    return _Piece(mine, replace(some, series=numbers[some.series].astype(np.int32)))


def _name(shard: int, piece: int) -> str:
    return f"rows-{shard:05d}-{piece:05d}"


def _build(parted: _Parted, shelf: Shelf, settings: RunSettings) -> Histories:
    keys: list[Key] = []
    sizes, steps, never_negative = [], 0, True
    for shard, count in enumerate(parted.pieces):
        history = _join(shelf, shard, count, settings, origin=parted.origin or 0)
        shelf.keep(f"history-{shard:05d}", history)
        keys += history.keys
        sizes.append(len(history.keys))
        steps = max(steps, history.steps)
        never_negative &= history.never_negative or not len(history.values)
    return Histories(
        shelf,
        firsts=(0, *accumulate(sizes)),
        keys=tuple(keys),
        numbers={key: number for number, key in enumerate(keys)},
        frequency=settings.frequency,
        origin=parted.origin or 0,
        whole=Whole(steps, never_negative and steps > 0),
        rows=parted.rows,
    )


def _join(
    shelf: Shelf, shard: int, count: int, settings: RunSettings, *, origin: int
) -> History:
    """Make the history of a shard from its pieces."""
    known: dict[Key, int] = {}
    pieces: list[Rows] = []
    for number in range(count):
        piece: _Piece = shelf.fetch(_name(shard, number))
        shelf.drop(_name(shard, number))
        numbers = [known.setdefault(key, len(known)) for key in piece.keys]
        series = np.array(numbers, dtype=np.int32)[piece.rows.series]
        pieces.append(replace(piece.rows, series=series))
    return build_history(known, Rows.join(pieces), settings, origin=origin)
