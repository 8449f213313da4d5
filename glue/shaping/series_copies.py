"""Series that have the values of another at the same times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glue.arrays import Array
from glue.findings.finding import Example, Tally
from glue.rows import Series
from glue.shaping.id_log import IdLog

# Fewer changes than these, as of a few zeros and ones, may be alike by chance.
_LEAST_CHANGES = 8
# More series are not compared, for memory's sake.
_MOST = 200_000
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(29))


class SeriesCopies:
    """Looks for series of many changing values that are there twice."""

    def __init__(self, file: str, keys: Sequence[str]) -> None:
        self._file, self._keys = file, keys
        self._met, self._count = IdLog(), 0

    def add(self, series: Series, target: str) -> None:
        """Take in the series of a part, with their values of the target."""
        rows = series.rows
        values = rows[target]
        steps = np.diff(values, prepend=np.nan)
        changes = series.sum((steps != 0) & ~np.isnan(steps) & (values != 0))
        prints = series.sum(_mix(rows.seconds, values))
        numbers = series.min(rows.numbers)
        firsts = series.firsts(numbers)
        for at in np.flatnonzero(changes > _LEAST_CHANGES).tolist():
            name = firsts.name(self._keys, at)
            self._met.add(name, int(numbers[at]), int(prints[at]))
        self._count += len(self._met)

    def merge(self, other: SeriesCopies) -> None:
        """Take in what other parts hold."""
        self._count += other._count
        if self._count > _MOST:
            self._met = IdLog()
        else:
            self._met.extend(other._met)

    def find(self) -> Tally:
        """Give the series that are copies of one further up."""
        tally = Tally()
        for places in self._met.find_shared():
            met = ((self._met.row(at), self._met.text(at)) for at in places)
            (_, first), *others = sorted(met)
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
