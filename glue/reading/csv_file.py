"""A CSV file on disk: its encoding, its delimiter, its header and its rows."""

from __future__ import annotations

import codecs
import csv
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from glue.findings.finding import (
    Example,
    FileRejected,
    Finding,
    Tally,
    make_finding,
    shorten,
)

MAX_LINE_BYTES = 1024 * 1024
MAX_COLUMNS = 1_000
CHUNK_ROWS = 10_000
_BLOCK = 1024 * 1024
_HEAD_LINES = 50
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_MAGIC = {
    b"\x1f\x8b": "a gzip file",
    b"PAR1": "a Parquet file",
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"SQLi": "a database file",
}
Array = Any  # numpy's generic arrays are not worth their types at version 1.22


@dataclass
class CsvFile:
    """What is needed to read a CSV file, and what was noticed about it.

    ``skip`` is the number of columns at the left that are left out: 1 when a
    program has written its row numbers there.
    """

    path: Path
    name: str
    encoding: str = "utf-8"
    delimiter: str = ","
    header: list[str] = field(default_factory=list)
    skip: int = 0
    chunk_rows: int = CHUNK_ROWS
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class Chunk:
    """Some rows as text: one array per column, and each row's number."""

    columns: dict[str, Array]
    rows: Array

    def __len__(self) -> int:
        return len(self.rows)


def open_csv(path: Path, name: str, *, chunk_rows: int = CHUNK_ROWS) -> CsvFile:
    """Find out how a CSV file is written, without holding it in memory.

    Parameters
    ----------
    path
        The file on disk.
    name
        Its name in the upload, for the messages.
    chunk_rows
        Rows that are later read at a time.

    Raises
    ------
    FileRejected
        When it is no text, has no header or no bounds.
    """
    table = CsvFile(path, name, chunk_rows=chunk_rows)
    table.encoding = _find_encoding(table)
    head = _read_head(table)
    table.delimiter = _find_delimiter(head)
    if table.delimiter != ",":
        word = _DELIMITERS[table.delimiter]
        what = f"{name} is delimited by {word}"
        table.findings.append(make_finding("csv-delimiter", what))
    table.header = _read_header(table, head)
    return table


def _find_encoding(table: CsvFile) -> str:
    """Tell the encoding from all of the file's bytes."""
    with table.path.open("rb") as file:
        start = file.read(4096)
    if not start.strip():
        raise FileRejected(make_finding("csv-empty", f"{table.name} is empty"))
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            what = f"{table.name} is no CSV text (it is {kind})"
            raise FileRejected(make_finding("csv-not-text", what))
    wide = _find_wide_encoding(start)
    for encoding in [wide] if wide else ["utf-8-sig", "cp1252", "latin-1"]:
        if _decodes(table, encoding):
            _note_encoding(table, encoding, start)
            return encoding
    what = f"{table.name} is no CSV text (its bytes are broken {wide})"
    raise FileRejected(make_finding("csv-not-text", what))


def _find_wide_encoding(start: bytes) -> str | None:
    """Recognise UTF-16 by its mark, or by where its zero bytes are."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    half = max(len(start) // 2, 1)
    zeros_even, zeros_odd = start[0::2].count(0) / half, start[1::2].count(0) / half
    if zeros_odd > 0.7 and zeros_even < 0.1:
        return "utf-16-le"
    if zeros_even > 0.7 and zeros_odd < 0.1:
        return "utf-16-be"
    return None


def _decodes(table: CsvFile, encoding: str) -> bool:
    """Try an encoding on the whole file; refuse lines that have no end."""
    decoder = codecs.getincrementaldecoder(encoding)()
    wide = encoding.startswith("utf-16")
    line = 0
    with table.path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError:
                return False
            if not wide and b"\0" in block:
                what = f"{table.name} is no CSV text (it holds zero bytes)"
                raise FileRejected(make_finding("csv-not-text", what))
            line = _length_of_last_line(table, text, line)
            if not block:
                return True


def _length_of_last_line(table: CsvFile, text: str, before: int) -> int:
    """Measure the line that goes on after this text; lines have a limit."""
    ends = [at for at in (text.find("\n"), text.find("\r")) if at >= 0]
    first = min(ends) if ends else len(text)
    if before + first > MAX_LINE_BYTES:
        what = f"{table.name} has a line of more than {MAX_LINE_BYTES} characters"
        raise FileRejected(make_finding("csv-line-too-long", what))
    if not ends:
        return before + len(text)
    return len(text) - 1 - max(text.rfind("\n"), text.rfind("\r"))


def _note_encoding(table: CsvFile, encoding: str, start: bytes) -> None:
    if encoding != "utf-8-sig":
        what = f"{table.name} is written in {encoding}"
        table.findings.append(make_finding("csv-encoding", what))
    elif start.startswith(codecs.BOM_UTF8):
        what = f"{table.name} begins with a byte order mark"
        table.findings.append(make_finding("csv-byte-order-mark", what))


def _read_head(table: CsvFile) -> list[str]:
    """Read the first lines that are not blank, the header first."""
    with table.path.open(encoding=table.encoding, newline="") as file:
        lines = [line for line in itertools.islice(file, _HEAD_LINES) if line.strip()]
    if not lines:
        raise FileRejected(make_finding("csv-empty", f"{table.name} is empty"))
    return lines


def _find_delimiter(head: list[str]) -> str:
    """Choose the delimiter that cuts the header, and the lines alike, most."""

    def quality(delimiter: str) -> tuple[bool, int]:
        widths = [_count_fields(line, delimiter) for line in head]
        alike = sum(width == widths[0] for width in widths) / len(widths)
        return widths[0] > 1 and alike > 0.5, widths[0]

    return max(_DELIMITERS, key=quality)


def _count_fields(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter)))
    except (csv.Error, StopIteration):
        return 0


def _read_header(table: CsvFile, head: list[str]) -> list[str]:
    """Read the column names and report those that cannot be used."""
    if _count_fields(head[0], table.delimiter) > MAX_COLUMNS:
        what = f"{table.name} has more than {MAX_COLUMNS} columns"
        raise FileRejected(make_finding("csv-too-many-columns", what))
    header = [name.strip() for name in _first_record(table)]
    while len(header) > 1 and not header[-1]:
        header.pop()  # a delimiter at the end of each line makes no column
    if len(header) > 1 and header[0] in ("", "Unnamed: 0"):
        header = _skip_row_numbers(table, header, head)
    _check_header(table, header)
    return header


def _skip_row_numbers(table: CsvFile, header: list[str], head: list[str]) -> list[str]:
    """Leave out the row numbers that pandas and R write beside a table."""
    records = csv.reader(head[1:], delimiter=table.delimiter)
    firsts = [record[0] for record in records if record]
    start = int(firsts[0]) if firsts and firsts[0].isdecimal() else 0
    if firsts != [str(start + n) for n in range(len(firsts))]:
        return header
    table.skip = 1
    what = f"{table.name} begins with a column of row numbers, which was left out"
    table.findings.append(make_finding("row-numbers-dropped", what))
    return header[1:]


def _first_record(table: CsvFile) -> list[str]:
    for _, records in _read_blocks(table, _HEAD_LINES):
        for record in records:
            if not is_blank(record):
                return record
    raise FileRejected(make_finding("csv-empty", f"{table.name} is empty"))


def _check_header(table: CsvFile, header: list[str]) -> None:
    blank = [index + 1 for index, name in enumerate(header) if not name]
    if blank:
        what = f"{table.name} has {len(blank)} column(s) without a name"
        places = [Example(table.name, 1, f"number {at}") for at in blank]
        table.findings.append(
            make_finding("header-blank", what, count=len(blank), examples=places)
        )
    counts = Counter(name.casefold() for name in header if name)
    twice = sorted({name for name in header if counts[name.casefold()] > 1})
    if twice:
        what = f"{table.name} has the same column name more than once"
        places = [Example(table.name, 1, shorten(name)) for name in twice]
        table.findings.append(
            make_finding("header-twice", what, count=len(twice), examples=places)
        )
    long = [name for name in header if len(name) > 256]
    if long:
        what = f"{table.name} has a column name of more than 256 characters"
        places = [Example(table.name, 1, shorten(name)) for name in long]
        table.findings.append(make_finding("header-too-long", what, examples=places))


def read_chunks(
    table: CsvFile, size: int | None = None, *, bad_rows: Tally | None = None
) -> Iterator[Chunk]:
    """Yield the rows as text, some at a time; blank lines are skipped.

    Parameters
    ----------
    table
        A file whose header names are usable.
    size
        Rows in a chunk, the table's own number when None.
    bad_rows
        Takes the rows that have another number of fields than the header; they
        are left out.
    """
    bad_rows = bad_rows if bad_rows is not None else Tally()
    rows = _RowFilter(table)
    for first, records in _read_blocks(table, size or table.chunk_rows):
        numbers, good = rows.choose(first, records, bad_rows)
        if good:
            columns = itertools.islice(zip(*good), table.skip, None)
            yield Chunk(dict(zip(table.header, map(_as_array, columns))), numbers)


def _as_array(values: tuple[str, ...]) -> Array:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _read_blocks(table: CsvFile, size: int) -> Iterator[tuple[int, list[list[str]]]]:
    """Yield records as they are, with the number of the first; the header is 1."""
    with table.path.open(encoding=table.encoding, newline="") as file:
        reader = csv.reader(file, delimiter=table.delimiter)
        number = 1
        while True:
            try:
                records = list(itertools.islice(reader, size))
            except csv.Error as error:
                raise _unreadable(table, reader.line_num, str(error)) from error
            if not records:
                return
            yield number, records
            number += len(records)


class _RowFilter:
    """Takes out of each block what is no row of the table."""

    def __init__(self, table: CsvFile) -> None:
        self._name = table.name
        self._width = table.skip + len(table.header)
        self._has_header = False

    def choose(
        self, first: int, records: list[list[str]], bad_rows: Tally
    ) -> tuple[Array, list[list[str]]]:
        """Give the rows and their numbers; ``first`` is the first one's."""
        if self._has_header and set(map(len, records)) == {self._width}:
            return np.arange(first, first + len(records)), records
        kept, rows = [], []
        for number, record in enumerate(records, first):
            if is_blank(record):
                continue
            if not self._has_header:
                self._has_header = True
                continue
            if len(record) >= self._width and is_blank(record[self._width :]):
                kept.append(number)
                rows.append(record[: self._width])
            else:
                found = f"{len(record)} fields"
                bad_rows.add([Example(self._name, number, None, found)])
        return np.array(kept, dtype=np.int64), rows


def is_blank(record: list[str]) -> bool:
    """Say whether a record holds nothing, as spreadsheets leave rows below."""
    return not any(map(str.strip, record))


def _unreadable(table: CsvFile, row: int, why: str) -> FileRejected:
    what = f"{table.name} cannot be read as CSV ({why})"
    place = Example(table.name, row)
    return FileRejected(make_finding("csv-unreadable", what, examples=[place]))
