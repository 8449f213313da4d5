"""The columns of some rows: arrays, or texts that are kept once each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

Array = Any  # as in glue.arrays, beside which this stands


class Coded:
    """Texts of which each is kept once: the number of each row's, and the texts.

    ``codes`` are places in ``uniques``, [n]; ``uniques`` are distinct texts as
    objects, [m], and some of them may stand in no row.
    """

    def __init__(self, codes: Array, uniques: Array) -> None:
        self.codes, self.uniques = codes, uniques
        self._texts: Array = None

    @classmethod
    def of(cls, texts: Array) -> Coded:
        """Number texts in the order in which they first come."""
        return cls(*pd.factorize(texts))

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def texts(self) -> Array:
        """The text of each row as objects, [n]."""
        if self._texts is None:
            self._texts = self.uniques[self.codes]
        return self._texts

    def __getstate__(self) -> tuple[Array, Array]:
        return self.codes.astype(np.int32), self.uniques

    def __setstate__(self, state: tuple[Array, Array]) -> None:
        self.codes, self.uniques = state
        self._texts = None

    def code(self) -> Coded:
        """Give itself."""
        return self

    def take(self, which: Array | slice) -> Coded:
        """Pick rows."""
        return Coded(self.codes[which], self.uniques)

    def compact(self) -> Coded:
        """Leave out the texts that stand in no row."""
        if len(self.uniques) <= len(self.codes) / 16:
            return self
        used = np.flatnonzero(np.bincount(self.codes, minlength=len(self.uniques)))
        places = np.empty(len(self.uniques), dtype=np.int32)
        places[used] = np.arange(len(used))
        return Coded(places[self.codes], self.uniques[used])

    def renumber(self) -> Coded:
        """Number the texts in the order in which they first come, each in some row."""
        codes, used = pd.factorize(self.codes)
        return Coded(codes, self.uniques[used])

    @property
    def blank(self) -> Array:
        """Which rows have no text, [n]."""
        blank: Array = (self.uniques == "")[self.codes]
        return blank

    def rank(self) -> Array:
        """Number the texts of the rows in alphabetical order, [n]; numbers may lack."""
        order = np.argsort(self.uniques, kind="stable")
        ranks = np.empty(len(order), dtype=np.int64)
        ranks[order] = np.arange(len(order))
        return ranks[self.codes]


class Joined:
    """Columns one below the other, which become one array when it is asked for."""

    def __init__(self, pieces: Sequence[Column]) -> None:
        self._pieces = pieces
        self._texts: Array = None

    def __len__(self) -> int:
        return sum(map(len, self._pieces))

    @property
    def texts(self) -> Array:
        """The text of each row as objects, [n]."""
        if self._texts is None:
            arrays = [p if isinstance(p, np.ndarray) else p.texts for p in self._pieces]
            self._texts = np.concatenate(arrays)
        return self._texts

    @property
    def blank(self) -> Array:
        """Which rows have no text, [n]."""
        blank: Array = self.texts == ""
        return blank

    def take(self, which: Array | slice) -> Array:
        """Pick rows."""
        return self.texts[which]

    def code(self) -> Coded:
        """Keep each text once."""
        return Coded.of(self.texts)


# A column of rows: numbers, texts as objects, or texts in some form of their own.
Column = Any


class Columns(Mapping[str, Array]):
    """Columns by name; those that are no arrays become some when they are asked for."""

    def __init__(self, given: Mapping[str, Column]) -> None:
        self.given: Mapping[str, Column] = (
            given.given if isinstance(given, Columns) else given
        )

    def __getitem__(self, name: str) -> Array:
        value = self.given[name]
        return value if isinstance(value, np.ndarray) else value.texts

    def __iter__(self) -> Iterator[str]:
        return iter(self.given)

    def __len__(self) -> int:
        return len(self.given)

    def pick(self, which: Array | slice) -> Columns:
        """Pick rows of all columns."""
        return Columns(
            {
                name: value[which]
                if isinstance(value, np.ndarray)
                else value.take(which)
                for name, value in self.given.items()
            }
        )

    def change(self, columns: Mapping[str, Column]) -> Columns:
        """Add columns, or put others in their place."""
        added = columns.given if isinstance(columns, Columns) else columns
        return Columns({**self.given, **added})


def given_columns(columns: Mapping[str, Column]) -> Mapping[str, Column]:
    """Give columns as they are kept."""
    return columns.given if isinstance(columns, Columns) else columns


def join_columns(pieces: Sequence[Column]) -> Column:
    """Put the pieces of a column one below the other."""
    if all(isinstance(piece, np.ndarray) for piece in pieces):
        return np.concatenate(pieces)
    if not all(isinstance(piece, Coded) for piece in pieces):
        return Joined(pieces)
    codes, uniques = pd.factorize(np.concatenate([p.uniques for p in pieces]))
    starts = np.cumsum([0, *(len(piece.uniques) for piece in pieces)])
    joined = [
        codes[start : start + len(piece.uniques)][piece.codes]
        for start, piece in zip(starts, pieces)
    ]
    return Coded(np.concatenate(joined), uniques)


def number(columns: Sequence[Column], *, sort: bool = False) -> Array:
    """Number the distinct rows of some columns; in their order when sorted, [n]."""
    codes = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        inner, count = _number_one(column, sort=sort)
        codes = _close_up(codes * max(count, 1) + inner, sort=sort)
    return codes


def _number_one(column: Column, *, sort: bool) -> tuple[Array, int]:
    if isinstance(column, np.ndarray):
        inner, uniques = pd.factorize(column, sort=sort)
        return inner, len(uniques)
    coded = column.code()
    return coded.rank() if sort else coded.codes.astype(np.int64), len(coded.uniques)


def _close_up(codes: Array, *, sort: bool) -> Array:
    """Number distinct numbers anew, without gaps."""
    steps = np.diff(codes)
    if (steps >= 0).all():
        return np.concatenate([[0], np.cumsum(steps > 0)])[: len(codes)]
    return pd.factorize(codes, sort=sort)[0].astype(np.int64)


def as_coded(column: Column) -> Coded:
    """Keep each text of a column once."""
    coded: Coded = Coded.of(column) if isinstance(column, np.ndarray) else column.code()
    return coded
