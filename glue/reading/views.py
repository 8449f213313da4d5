"""Tables that are read by way of another: with rows or columns changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from glue.arrays import as_texts
from glue.columns import Coded, Columns
from glue.findings.finding import Findings, Tallies
from glue.reading.tables import Table
from glue.rows import Rows

# Gives other rows for some rows, and notes what it leaves out or changes.
Change = Callable[[Rows, Tallies], Rows]


@dataclass(frozen=True)
class View:
    """A table whose rows are changed while they are read.

    ``spread`` is how many rows a row of the table becomes, at most, and ``growth``
    how many times as long its text is then.
    """

    table: Table
    header: Sequence[str]
    change: Change
    spread: int = 1
    growth: float = 1.0

    @property
    def name(self) -> str:
        """The file's name in the upload."""
        return self.table.name

    @property
    def text_bytes(self) -> int:
        """About how many bytes its rows are as text."""
        return int(self.table.text_bytes * self.growth)

    def rename(self, names: Mapping[str, str]) -> View:
        """Give the same table with other names for columns."""

        def change(rows: Rows, _: Tallies) -> Rows:
            columns = {names.get(n, n): column for n, column in rows.given_columns()}
            return Rows(Columns(columns), rows.numbers, rows.seconds)

        return View(self, [names.get(n, n) for n in self.header], change)

    def chunks(
        self, findings: Findings, tallies: Tallies, *, size: int | None = None
    ) -> Iterator[Rows]:
        """Yield the changed rows, some at a time."""
        if self.spread > 1:
            size = max((size or 10_000) // self.spread, 1)
        for rows in self.table.chunks(findings, tallies, size=size):
            changed = self.change(rows, tallies)
            if len(changed):
                yield changed


def drop_columns(table: Table, names: Sequence[str]) -> View:
    """Leave columns out."""

    def change(rows: Rows, _: Tallies) -> Rows:
        return rows.without_columns(names)

    return View(table, [name for name in table.header if name not in names], change)


def add_column(table: Table, name: str, value: str) -> View:
    """Put a column in front that has one value."""

    def change(rows: Rows, _: Tallies) -> Rows:
        codes = np.zeros(len(rows), dtype=np.int64)
        added = {name: Coded(codes, as_texts([value])), **dict(rows.given_columns())}
        return Rows(Columns(added), rows.numbers, rows.seconds)

    return View(table, [name, *table.header], change)
