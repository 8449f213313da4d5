"""Rows that a first pass over a table keeps on disk, so that a second need not read.

To read text costs several times as much as to load what was read.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np

from glue.arrays import Array
from glue.columns import Column, Columns, as_coded
from glue.findings.finding import Findings, Tallies
from glue.reading.fields import Fields
from glue.reading.plain_numbers import KeptNumbers
from glue.reading.tables import Table
from glue.rows import Rows

_SLACK_BYTES = 1024 * 1024


class RowStore:
    """Keeps the rows of tables in nameless files of a folder, until it is closed."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._files = folder, ExitStack()

    def __enter__(self) -> RowStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all that was kept; the tables are read again from then on."""
        self._files.close()

    def keep(self, table: Table) -> Table:
        """Give the same table, whose rows are kept by the first pass over all."""
        return KeptTable(table, self)

    def open(self) -> BinaryIO:
        """Open a file of its own."""
        file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed above
        return self._files.enter_context(file)


@dataclass
class KeptTable:
    """A table that is read once, and loaded from then on.

    What is loaded has been told already, so that nothing is tallied again. Kept rows
    take no more room than the table itself; when they would, it is read again.
    """

    table: Table
    store: RowStore
    _file: BinaryIO | None = field(default=None, init=False)
    _is_whole: bool = field(default=False, init=False)

    @property
    def name(self) -> str:
        """The file's name in the upload."""
        return self.table.name

    @property
    def text_bytes(self) -> int:
        """About how many bytes its rows are as text."""
        return self.table.text_bytes

    @property
    def header(self) -> Sequence[str]:
        """The names of its columns."""
        return self.table.header

    def rename(self, names: Mapping[str, str]) -> Table:
        """Give the same table with other names for columns."""
        return KeptTable(self.table.rename(names), self.store)

    def chunks(
        self, findings: Findings, tallies: Tallies, *, size: int | None = None
    ) -> Iterator[Rows]:
        """Yield the rows, from where they are kept if they are."""
        if size is not None:
            return self.table.chunks(findings, tallies, size=size)
        if self._is_whole and self._file is not None and not self._file.closed:
            return _load_all(self._file)
        return self._read(findings, tallies)

    def _read(self, findings: Findings, tallies: Tallies) -> Iterator[Rows]:
        """Yield the rows, and keep each chunk when it was looked at."""
        file, most = self.store.open(), self.text_bytes + _SLACK_BYTES
        for rows in self.table.chunks(findings, tallies):
            yield rows
            if not file.closed:
                _dump(rows, file)
                if file.tell() > most:
                    file.close()
        self._file, self._is_whole = file, True


def _dump(rows: Rows, file: BinaryIO) -> None:
    columns = {name: _pack(column) for name, column in rows.given_columns()}
    pickle.dump((columns, _shorten(rows.numbers)), file, protocol=5)


def _shorten(numbers: Array) -> Array | range:
    """Keep no more than the bounds of numbers that follow each other."""
    if (np.diff(numbers) == 1).all():
        return range(int(numbers[0]), int(numbers[-1]) + 1)
    return numbers


def _pack(column: Column) -> Column:
    kept = column.keep() if isinstance(column, Fields) else as_coded(column)
    return kept.narrow() if isinstance(kept, KeptNumbers) else kept


def _load_all(file: BinaryIO) -> Iterator[Rows]:
    file.seek(0)
    while True:
        try:
            columns, numbers = pickle.load(file)
        except EOFError:
            return
        given = {
            name: column.widen() if isinstance(column, KeptNumbers) else column
            for name, column in columns.items()
        }
        yield Rows.undated(Columns(given), np.asarray(numbers, dtype=np.int64))
