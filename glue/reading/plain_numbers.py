"""Columns of plain numbers: what they are, and where their texts can be read again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from glue.arrays import Array
from glue.columns import Coded, Column
from glue.rows import Rows

_WIDTHS = (np.int8, np.int16, np.int32)


@dataclass(frozen=True)
class PlainNumbers:
    """The numbers that fields are, and how they are written, [n] each.

    ``points`` says which have a point, and ``decimals`` how many digits are behind it;
    a blank field is NaN, and has none.
    """

    values: Array
    points: Array
    decimals: Array

    def take(self, which: Array) -> PlainNumbers:
        """Pick some."""
        if which.all():
            return self
        taken = self.values[which], self.points[which], self.decimals[which]
        return PlainNumbers(*taken)


class Stretch(Protocol):
    """Lines that lie somewhere in a file, and can be read again."""

    def read(self) -> Rows:
        """Read all of its rows."""


@dataclass(frozen=True)
class KeptNumbers:
    """Plain numbers that were read, without their texts.

    A second pass hardly ever asks for the texts: they are the column ``name`` of the
    rows of a stretch, of which ``places`` are these, or all of them when None.
    """

    values: Array
    stretch: Stretch
    name: str
    places: Array | None = None

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def _fields(self) -> Column:
        column = self.stretch.read().given(self.name)
        return column if self.places is None else column.take(self.places)

    @property
    def texts(self) -> Array:
        """The fields as texts, [n], which takes a look into the file."""
        texts: Array = self._fields.texts
        return texts

    @property
    def blank(self) -> Array:
        """Which fields are empty, [n]."""
        blank: Array = np.isnan(self.values)
        return blank

    def take(self, which: Array | slice) -> KeptNumbers:
        """Pick rows."""
        places = np.arange(len(self)) if self.places is None else self.places
        return KeptNumbers(self.values[which], self.stretch, self.name, places[which])

    def code(self) -> Coded:
        """Keep each text once."""
        coded: Coded = self._fields.code()
        return coded

    def apart(self) -> Column:
        """Give the same fields as bytes of their own."""
        return self._fields.apart()

    def narrow(self) -> KeptNumbers:
        """Keep whole numbers in as few bytes as they need."""
        return replace(self, values=_narrow(self.values))

    def widen(self) -> KeptNumbers:
        """Undo ``narrow``."""
        return replace(self, values=self.values.astype(float))


def _narrow(values: Array) -> Array:
    """Give whole numbers in a smaller type, if all of them are; zero has no sign."""
    reach = np.abs(values).max(initial=0)
    for kind in _WIDTHS:
        if reach <= np.iinfo(kind).max:  # NaN is not
            whole = values.astype(kind)
            same = (whole == values) & ((whole != 0) | ~np.signbit(values))
            return whole if same.all() else values
    return values
