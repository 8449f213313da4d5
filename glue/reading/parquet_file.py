"""Parquet files on disk: their header, and their rows as text, a batch at a time."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from glue.arrays import Array, as_texts
from glue.findings.finding import Findings, Tallies, list_some, shorten
from glue.reading.header import check_count, check_header
from glue.rows import Rows

MAGIC = b"PAR1"
# A value in text is some bytes long. More than the job has disk for may be promised by
# a small file, as equal values take no room in it.
_VALUE_BYTES = 8
MAX_BYTES = 3 * 1024**3
# What pandas calls the row labels that it writes beside a table.
_LABELS = re.compile(r"__index_level_\d+__")
_BLOCK = 1024 * 1024
_WHOLE = 2.0**53


@dataclass(frozen=True)
class ParquetFile:
    """What is needed to read a table in Parquet; ``columns`` are their names in it.

    ``paths`` are the files of its parts, one or more.
    """

    paths: tuple[Path, ...]
    name: str
    rows: int
    columns: tuple[str, ...]
    header: tuple[str, ...]
    chunk_rows: int

    @property
    def text_bytes(self) -> int:
        """About how many bytes its rows are as text."""
        return self.rows * len(self.columns) * _VALUE_BYTES

    def rename(self, names: Mapping[str, str]) -> ParquetFile:
        """Give the same file with other names for columns."""
        return replace(self, header=tuple(names.get(n, n) for n in self.header))

    def chunks(
        self, findings: Findings, tallies: Tallies, *, size: int | None = None
    ) -> Iterator[Rows]:
        """Yield the rows as text, some at a time; the first one's number is 1."""
        first = 1
        for path in self.paths:
            with _reading(self.name, findings):
                for texts, count in self._read(path, size or self.chunk_rows):
                    yield Rows.undated(texts, np.arange(first, first + count))
                    first += count

    def _read(self, path: Path, size: int) -> Iterator[tuple[dict[str, Array], int]]:
        """Read a file's columns as text, so many rows at a time, and how many."""
        with _opened(path) as file:
            for batch in file.iter_batches(size, columns=list(self.columns)):
                if batch.num_rows:
                    written = [_write_column(batch[name]) for name in self.columns]
                    yield dict(zip(self.header, written)), batch.num_rows


def open_parquet(
    paths: Sequence[Path],
    name: str,
    findings: Findings,
    *,
    chunk_rows: int,
    most_bytes: int = MAX_BYTES,
) -> ParquetFile:
    """Read what a Parquet file, or each part of a table, says about itself.

    Parameters
    ----------
    paths
        The files on disk.
    name
        Its name in the upload, for the messages.
    findings
        Takes what is noticed about it.
    chunk_rows
        Rows that are later read at a time.
    most_bytes
        About how many bytes its rows may be as text.

    Raises
    ------
    FileRejected
        When it is damaged or cannot be read here, or has no usable header.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise findings.reject("parquet-no-reader", file=name)
    rows, columns = _read_heads(paths, name, findings)
    check_count(len(columns), name, findings)
    most = most_bytes // _VALUE_BYTES
    if rows * len(columns) > most:
        problem = f"it holds {rows * len(columns)} values; at most {most}"
        raise findings.reject("parquet-unreadable", file=name, problem=problem)
    kept = tuple(column for column in columns if not _LABELS.fullmatch(column))
    if len(kept) < len(columns):
        findings.add("row-numbers-dropped", file=name)
    header = tuple(column.strip() for column in kept)
    check_header(header, name, findings)
    return ParquetFile(tuple(paths), name, rows, kept, header, chunk_rows)


def _read_heads(
    paths: Iterable[Path], name: str, findings: Findings
) -> tuple[int, tuple[str, ...]]:
    """Count the rows of all parts, and give their columns, which have to be alike."""
    rows, columns = 0, tuple[str, ...]()
    for at, path in enumerate(paths):
        with _reading(name, findings), _opened(path) as file:
            found = tuple(file.schema_arrow.names)
            rows += file.metadata.num_rows
        columns = columns if at else found
        if sorted(found) != sorted(columns):
            problem = f"its part {path.name!r} has the columns {list_some(found)}; "
            problem += f"the first one has {list_some(columns)}"
            raise findings.reject("parquet-unreadable", file=name, problem=problem)
    return rows, columns


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a file so that no more than a batch of a row group is in memory."""
    from pyarrow import parquet  # noqa: PLC0415 - Glue and laptops may not have it

    with path.open("rb") as file:
        yield parquet.ParquetFile(file, buffer_size=_BLOCK, pre_buffer=False)


@contextmanager
def _reading(name: str, findings: Findings) -> Iterator[None]:
    """Refuse the file when pyarrow cannot read it."""
    import pyarrow  # noqa: PLC0415 - Glue and laptops may not have it

    try:
        yield
    except (pyarrow.ArrowException, OSError, _NoPlainValue) as error:
        problem = shorten(" ".join(str(error).split()), 120)
        raise findings.reject(
            "parquet-unreadable", file=name, problem=problem
        ) from error


def _write_column(column: Any) -> Array:
    """Write each distinct value once; what is no value is blank."""
    encoded = column.dictionary_encode()
    texts = [_write(value) for value in encoded.dictionary.to_pylist()]
    codes = encoded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
    return as_texts([*texts, ""])[codes]


class _NoPlainValue(Exception):
    """A value that no text of a table can stand for."""


def _write(value: Any) -> str:
    """Write a value as a CSV file would hold it; a flag is 1 or 0."""
    for kind, write in _WRITERS.items():
        if isinstance(value, kind):
            return write(value)
    raise _NoPlainValue(f"a value of it is {type(value).__name__}")


def _write_number(value: float) -> str:
    if np.isnan(value):
        return ""
    return (
        str(int(value)) if value.is_integer() and abs(value) < _WHOLE else repr(value)
    )


# A datetime is a date as well, and a bool an int: the narrower come first.
_WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "",
    str: str,
    bool: lambda flag: str(int(flag)),
    int: str,
    float: _write_number,
    Decimal: lambda number: format(number, "f"),
    datetime: lambda moment: moment.isoformat(sep=" "),
    date: lambda day: day.isoformat(),
}
