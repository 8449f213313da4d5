"""The noun: some rows of one table, and the series that sorted rows are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from glue.arrays import Array
from glue.columns import (
    Coded,
    Column,
    Columns,
    as_coded,
    given_columns,
    join_columns,
    number,
)
from glue.findings.finding import MAX_EXAMPLES, Example


@dataclass(frozen=True)
class Rows:
    """Some rows of one table.

    ``columns`` holds an array per column, [n]: texts as objects, numbers as float;
    texts may be kept in other ways as long as nobody asks for them.
    ``numbers`` are the rows' numbers in their file, where the header is 1, and
    ``seconds`` their moments since 1970, zero where the table has none.
    """

    columns: Mapping[str, Array]
    numbers: Array
    seconds: Array
    _keys: dict[tuple[object, ...], Array] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]

    @classmethod
    def undated(cls, columns: Mapping[str, Array], numbers: Array) -> Rows:
        """Give rows that have no moments, or whose moments are text as yet."""
        return cls(columns, numbers, np.zeros(len(numbers), dtype=np.int64))

    def take(self, which: Array | slice) -> Rows:
        """Pick rows by a mask, by their places, or by a slice."""
        if isinstance(which, np.ndarray) and which.dtype == bool and which.all():
            return self
        columns = Columns(self.columns).pick(which)
        return Rows(columns, self.numbers[which], self.seconds[which])

    def given(self, name: str) -> Column:
        """Give a column as it is kept."""
        return given_columns(self.columns)[name]

    def factorize(self, name: str) -> tuple[Array, Array]:
        """Number the texts of a column in the order in which they first come.

        Returns
        -------
        tuple of array
            The number of each row's text, [n], and the texts, [m].
        """
        column = self.given(name)
        is_coded = isinstance(column, Coded)
        coded = column.renumber() if is_coded else as_coded(column)
        return coded.codes, coded.uniques

    def blank(self, name: str) -> Array:
        """Mark the rows without a text in a column, [n]."""
        column = self.given(name)
        blank: Array = column == "" if isinstance(column, np.ndarray) else column.blank
        return blank

    def given_columns(self) -> Iterable[tuple[str, Column]]:
        """Give all columns with their names, as they are kept."""
        return given_columns(self.columns).items()

    def with_columns(self, columns: Mapping[str, Column]) -> Rows:
        """Add columns, or put others in their place."""
        if not columns:
            return self
        return replace(self, columns=Columns(self.columns).change(columns))

    def without_columns(self, names: Collection[str]) -> Rows:
        """Leave columns out."""
        given = given_columns(self.columns)
        kept = {name: column for name, column in given.items() if name not in names}
        return replace(self, columns=Columns(kept))

    def with_seconds(self, seconds: Array) -> Rows:
        """Give the rows other moments."""
        if seconds is self.seconds:
            return self
        return replace(self, seconds=seconds)

    def key(self, names: Sequence[str], *, sort: bool = False) -> Array:
        """Number the distinct values of some columns taken together, [n]."""
        if not names:
            return np.zeros(len(self), dtype=np.int64)
        known = (*names, sort)
        if known not in self._keys:
            self._keys[known] = number([self.given(n) for n in names], sort=sort)
        return self._keys[known]

    def sort(self, keys: Sequence[str]) -> Rows:
        """Sort by series, then by time, then as in the file."""
        series = self.key(keys, sort=True)
        if self._is_sorted(series):
            return self
        return self.take(np.lexsort((self.numbers, self.seconds, series)))

    def _is_sorted(self, series: Array) -> bool:
        apart = np.diff(series)
        later, below = np.diff(self.seconds), np.diff(self.numbers) >= 0
        in_order = (later > 0) | ((later == 0) & below)
        return bool(((apart > 0) | ((apart == 0) & in_order)).all())

    def least_numbers(self, name: str) -> tuple[list[str], list[int]]:
        """Give the texts of a column, and the first row of each in the file."""
        codes, uniques = self.factorize(name)
        if len(codes) and (np.diff(codes) >= 0).all():
            starts = np.flatnonzero(np.diff(codes, prepend=-1))
            firsts = np.minimum.reduceat(self.numbers, starts)
        else:
            firsts = np.full(len(uniques), np.iinfo(np.int64).max)
            np.minimum.at(firsts, codes, self.numbers)
        return uniques.tolist(), firsts.tolist()

    def series(self, keys: Sequence[str]) -> Series:
        """Tell the series of sorted rows apart."""
        numbers = self.key(keys, sort=True)
        return Series(self, numbers, np.flatnonzero(np.diff(numbers, prepend=-1)))

    def first(
        self, mask: Array, file: str, column: str | None, words: Callable[[int], str]
    ) -> list[Example]:
        """Give the first marked rows in the file's order as examples.

        Parameters
        ----------
        mask
            Which rows, [n].
        file, column
            Where the examples are.
        words
            Says what is to be seen at a place among these rows.
        """
        marked = np.flatnonzero(mask)
        order = np.argsort(self.numbers[marked], kind="stable")
        return [
            Example(file, int(self.numbers[at]), column, words(at))
            for at in marked[order[:MAX_EXAMPLES]].tolist()
        ]

    def first_texts(self, mask: Array, file: str, column: str) -> list[Example]:
        """Give the first marked rows as examples, with their texts in a column."""
        texts = self.columns[column]
        return self.first(mask, file, column, lambda at: str(texts[at])[:100])

    def name(self, keys: Sequence[str], at: int) -> str:
        """Name the series of a row, its groups included."""
        return ", ".join(str(self.columns[name][at])[:60] for name in keys)


def concatenate(pieces: Sequence[Rows]) -> Rows:
    """Put rows with the same columns one below the other."""
    if len(pieces) == 1:
        return pieces[0]
    columns = {
        name: join_columns([piece.given(name) for piece in pieces])
        for name in pieces[0].columns
    }
    numbers = np.concatenate([piece.numbers for piece in pieces])
    seconds = np.concatenate([piece.seconds for piece in pieces])
    return Rows(Columns(columns), numbers, seconds)


@dataclass(frozen=True)
class Series:
    """The series that sorted rows are.

    ``numbers`` is the number of each row's series, from 0, [n rows]; ``starts`` is
    where each series begins, [n series].
    """

    rows: Rows
    numbers: Array
    starts: Array

    def __len__(self) -> int:
        return len(self.starts)

    def sum(self, values: Array) -> Array:
        """Add up the values of each series, [n series]; a mask is counted."""
        whole = values.astype(np.int64) if values.dtype == bool else values
        return np.add.reduceat(whole, self.starts)

    def min(self, values: Array) -> Array:
        """Give the least value of each series, [n series]."""
        return np.minimum.reduceat(values, self.starts)

    def max(self, values: Array) -> Array:
        """Give the largest value of each series, [n series]."""
        return np.maximum.reduceat(values, self.starts)

    def repeat(self, values: Array) -> Array:
        """Give each row the value of its series, [n rows]."""
        return values[self.numbers]

    def repeats(self, values: Array) -> Array:
        """Mark the rows whose value the row before has too, in the same series."""
        same = (np.diff(self.numbers) == 0) & (np.diff(values) == 0)
        return np.concatenate([[False], same])[: len(values)]

    def firsts(self, numbers: Array) -> Rows:
        """Give a row of each series, with other row numbers, [n series]."""
        return replace(self.rows.take(self.starts), numbers=numbers)
