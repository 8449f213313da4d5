"""A Parquet file on disk: its header, and its rows as text, a batch at a time."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from glue.arrays import Array, as_texts
from glue.findings.finding import Findings, Tallies, shorten
from glue.reading.header import check_count, check_header
from glue.rows import Rows

MAGIC = b"PAR1"
# A value in text is some bytes long. So many are more than the job has disk for; a
# small file may promise them, as equal values take no room in it.
_VALUE_BYTES = 8
MAX_VALUES = 3 * 1024**3 // _VALUE_BYTES
# What pandas calls the row labels that it writes beside a table.
_LABELS = re.compile(r"__index_level_\d+__")
_BLOCK = 1024 * 1024
_WHOLE = 2.0**53


@dataclass(frozen=True)
class ParquetFile:
    """What is needed to read a Parquet file; ``columns`` are their names in it."""

    path: Path
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
        with _reading(self.name, findings), _opened(self.path) as file:
            columns = list(self.columns)
            for batch in file.iter_batches(size or self.chunk_rows, columns=columns):
                numbers = np.arange(first, first + batch.num_rows)
                texts = {
                    name: _write_column(batch.column(at))
                    for at, name in enumerate(self.header)
                }
                first += batch.num_rows
                if batch.num_rows:
                    yield Rows.undated(texts, numbers)


def open_parquet(
    path: Path, name: str, findings: Findings, *, chunk_rows: int
) -> ParquetFile:
    """Read what a Parquet file says about itself.

    Parameters
    ----------
    path
        The file on disk.
    name
        Its name in the upload, for the messages.
    findings
        Takes what is noticed about it.
    chunk_rows
        Rows that are later read at a time.

    Raises
    ------
    FileRejected
        When it is damaged or cannot be read here, or has no usable header.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise findings.reject("parquet-no-reader", file=name)
    with _reading(name, findings), _opened(path) as file:
        rows, columns = file.metadata.num_rows, tuple(file.schema_arrow.names)
    check_count(len(columns), name, findings)
    if rows * len(columns) > MAX_VALUES:
        problem = f"it holds {rows * len(columns)} values; at most {MAX_VALUES}"
        raise findings.reject("parquet-unreadable", file=name, problem=problem)
    kept = tuple(column for column in columns if not _LABELS.fullmatch(column))
    if len(kept) < len(columns):
        findings.add("row-numbers-dropped", file=name)
    header = tuple(column.strip() for column in kept)
    check_header(header, name, findings)
    return ParquetFile(path, name, rows, kept, header, chunk_rows)


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
