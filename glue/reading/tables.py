"""What a table is, whatever file it is in, and which reader opens it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from glue.findings.finding import FileRejected, Findings, Tallies
from glue.reading.csv_file import open_csv
from glue.reading.header import HeaderRejected
from glue.reading.parquet_file import MAGIC as PARQUET_MAGIC
from glue.reading.parquet_file import MAX_BYTES, open_parquet
from glue.rows import Rows

# More rows at a time cost less each, until their arrays no longer fit the caches.
CHUNK_ROWS = 32_000


class Table(Protocol):
    """A table on disk: its name in the upload, its header, and its rows as text."""

    @property
    def name(self) -> str:
        """Its name in the upload, for the messages."""

    @property
    def text_bytes(self) -> int:
        """About how many bytes its rows are as text."""

    @property
    def header(self) -> Sequence[str]:
        """The names of its columns."""

    def rename(self, names: Mapping[str, str]) -> Table:
        """Give the same table with other names for columns."""

    def chunks(
        self, findings: Findings, tallies: Tallies, *, size: int | None = None
    ) -> Iterator[Rows]:
        """Yield the rows as text, some at a time.

        Parameters
        ----------
        findings
            Takes what makes the table unusable.
        tallies
            Takes the rows that are none, and are left out.
        size
            Rows in a chunk; by default as many as the table was opened with.

        Raises
        ------
        FileRejected
            When it cannot be read any further.
        """


@dataclass(frozen=True)
class ReadTable:
    """What is left of a table once all of its rows were read."""

    name: str
    header: Sequence[str]
    text_bytes: int

    def rename(self, names: Mapping[str, str]) -> ReadTable:
        """Give the same with other names for columns."""
        return replace(self, header=[names.get(n, n) for n in self.header])

    def chunks(
        self, findings: Findings, tallies: Tallies, *, size: int | None = None
    ) -> Iterator[Rows]:
        """Give no rows, as none is left."""
        return iter(())


def finish_table(table: Table) -> ReadTable:
    """Give what is left of a table: that, any machine can be told."""
    return ReadTable(table.name, list(table.header), table.text_bytes)


def open_table(
    path: Path,
    name: str,
    findings: Findings,
    *,
    chunk_rows: int = CHUNK_ROWS,
    by_record: bool = False,
    most_bytes: int = MAX_BYTES,
    others: Callable[[], Sequence[Mapping[str, Sequence[str]]]] | None = None,
) -> Table | None:
    """Open a table by its first bytes; None when it cannot be used.

    Parameters
    ----------
    path
        The file on disk, or a folder of Parquet files that are one table.
    name
        Its name in the upload, for the messages.
    findings
        Takes what is noticed.
    chunk_rows
        Rows that are later read at a time.
    by_record
        Whether the simple lines of a CSV file are read a record at a time as well.
    most_bytes
        About how many bytes the rows of a Parquet file may be as text.
    others
        Gives the columns of the other tables with some values, for names that lack.
    """
    paths = sorted(path.iterdir()) if path.is_dir() else [path]
    try:
        if path.is_dir() or _is_parquet(path):
            return open_parquet(
                paths, name, findings, chunk_rows=chunk_rows, most_bytes=most_bytes
            )
        return open_csv(
            path, name, findings, chunk_rows=chunk_rows, by_record=by_record
        )
    except HeaderRejected as error:
        columns = others() if others else []
        findings.advise(error.code, error.advise(columns, name), about=name)
        return None
    except FileRejected:
        return None


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(PARQUET_MAGIC)) == PARQUET_MAGIC
