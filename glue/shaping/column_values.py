"""Which columns have values in the history, and where texts are blank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from glue.arrays import Array, as_texts
from glue.findings.finding import Tallies
from glue.rows import Rows
from glue.shaping.joins import is_blank
from glue.shaping.shape import Shape

# What is written for a blank text, so that it is a kind of its own for every reader.
BLANK_TEXT = "(blank)"


@dataclass
class ValueCounts:
    """How many values and blanks the columns have in some parts, by their names."""

    filled: Counter[str] = field(default_factory=Counter)
    blank: Counter[str] = field(default_factory=Counter)
    blank_past: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)

    def merge(self, other: ValueCounts) -> None:
        """Add the counts of other parts."""
        self.filled.update(other.filled)
        self.blank.update(other.blank)
        self.blank_past.update(other.blank_past)
        self.unknown.update(other.unknown)


class ColumnValues:
    """Counts, over the parts, the values and the blanks of each column.

    A blank text is a kind of its own where the history has some: no holiday, no
    promotion. Where no table says what the future is, it is unknown instead.
    """

    def __init__(self, shape: Shape, counts: ValueCounts) -> None:
        self._shape, self._counts = shape, counts

    def add(self, rows: Rows) -> None:
        """Take in a part, joined."""
        if not len(rows):
            return
        past = self._shape.is_history(rows)
        for name in self._shape.layout.others:
            blank = is_blank(rows[name])
            self._counts.filled[name] += int((past & ~blank).sum())
            if rows[name].dtype == object and name in self._shape.covariates:
                self._counts.blank[name] += int(blank.sum())
                self._counts.blank_past[name] += int((blank & past).sum())
                unknown = blank & ~past & self._is_added(rows, name)
                self._counts.unknown[name] += int(unknown.sum())

    def _is_added(self, rows: Rows, name: str) -> Array:
        """Mark the rows of RTS.csv, for columns that it does not have, [n]."""
        related = self._shape.related
        theirs = related is not None and name in related.columns
        return np.zeros(len(rows), dtype=bool) if theirs else rows.numbers < 0

    def judge(self, tallies: Tallies) -> Shape:
        """Leave out the columns without any value, and name the blanks of texts."""
        shape = self._shape
        names = shape.layout.others
        empty = frozenset(name for name in names if not self._counts.filled[name])
        named = frozenset(
            name
            for name in names
            if self._counts.blank_past[name]
            and not self._counts.unknown[name]
            and name not in empty
        )
        for name in sorted(empty | named):
            tallies.forget("future-blank", name)
        self._note_empty(empty, tallies)
        for name in sorted(named):
            tallies.add(
                "text-blank",
                count=self._counts.blank[name],
                column=name,
                file=self._file_of(name),
                word=BLANK_TEXT,
            )
        return shape.without(empty, named)

    def _note_empty(self, empty: Iterable[str], tallies: Tallies) -> None:
        related = self._shape.related
        columns = set(related.columns) if related is not None else set()
        if related is not None and columns and columns <= set(empty):
            tallies.add("rts-no-history", count=1, file=related.name)
        for name in sorted(empty):
            file = self._file_of(name)
            tallies.add("covariate-no-history", count=1, column=name, file=file)

    def _file_of(self, name: str) -> str:
        tables = (self._shape.related, self._shape.metadata)
        found = [one.name for one in tables if one is not None and name in one.columns]
        return found[0] if found else self._shape.file


def name_blanks(rows: Rows, names: Iterable[str]) -> Rows:
    """Write a word where the texts of some columns are blank."""
    changed = {
        name: as_texts(text or BLANK_TEXT for text in rows[name].tolist())
        for name in names
    }
    return rows.with_columns(changed)
