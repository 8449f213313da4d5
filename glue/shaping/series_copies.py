"""Series that have the values of another at the same times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glue.arrays import Array
from glue.findings.finding import Example, Tally
from glue.rows import Series

# Fewer changes than these, as of a few zeros and ones, may be alike by chance.
_LEAST_CHANGES = 8
# More series are not compared, for memory's sake.
_MOST = 200_000
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(29))
# The series' row and name.
_Place = tuple[int, str]


class SeriesCopies:
    """Looks for series of many changing values that are there twice."""

    def __init__(self, file: str, keys: Sequence[str]) -> None:
        self._file, self._keys = file, keys
        self._places: dict[int, list[_Place]] = {}
        self._count = 0

    def add(self, series: Series, target: str) -> None:
        """Take in the series of a part, with their values of the target."""
        if self._count > _MOST:
            return
        rows = series.rows
        values = rows[target]
        steps = np.diff(values, prepend=np.nan)
        changes = series.sum((steps != 0) & ~np.isnan(steps) & (values != 0))
        prints = series.sum(_mix(rows.seconds, values))
        numbers = series.min(rows.numbers)
        firsts = series.firsts(numbers)
        for at in np.flatnonzero(changes > _LEAST_CHANGES).tolist():
            place = int(numbers[at]), firsts.name(self._keys, at)
            self._places.setdefault(int(prints[at]), []).append(place)
            self._count += 1

    def merge(self, other: SeriesCopies) -> None:
        """Take in what other parts hold."""
        self._count += other._count
        if self._count > _MOST:
            self._places.clear()
            return
        for print_, places in other._places.items():
            self._places.setdefault(print_, []).extend(places)

    def find(self) -> Tally:
        """Give the series that are copies of one further up."""
        tally = Tally()
        for places in self._places.values():
            (_, first), *others = sorted(places)
            tally.add(
                Example(self._file, row, self._keys[0], f"{name} (as {first})")
                for row, name in others
            )
        return tally


def _mix(seconds: Array, values: Array) -> Array:
    """Mix each row's moment and value to a number, [n rows]; their sum is a print."""
    one, other, shift = _MIX
    bits = np.ascontiguousarray(values, dtype=np.float64).view(np.uint64)
    mixed = (seconds.astype(np.uint64) * one) ^ (bits * other)
    mixed ^= mixed >> shift
    return mixed * one
