"""A CSV file on disk: its encoding, its delimiter, its header and its rows."""

from __future__ import annotations

import codecs
import csv
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from glue.arrays import Array, as_texts
from glue.findings.finding import Example, FileRejected, Findings, Tallies
from glue.reading.header import check_count, check_header
from glue.rows import Rows

MAX_LINE_BYTES = 1024 * 1024
_BLOCK = 1024 * 1024
_HEAD_LINES = 50
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_MAGIC = {
    b"\x1f\x8b": "a gzip file",
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"SQLi": "a database file",
}


@dataclass(frozen=True)
class CsvFile:
    """What is needed to read a CSV file.

    ``skip`` is the number of columns at the left that are left out: 1 when a
    program has written its row numbers there.
    """

    path: Path
    name: str
    encoding: str
    delimiter: str
    chunk_rows: int
    header: tuple[str, ...] = ()
    skip: int = 0

    @property
    def text_bytes(self) -> int:
        """How many bytes its rows are as text."""
        return self.path.stat().st_size

    def rename(self, names: Mapping[str, str]) -> CsvFile:
        """Give the same file with other names for columns."""
        return replace(self, header=tuple(names.get(n, n) for n in self.header))

    def chunks(
        self, findings: Findings, tallies: Tallies, *, size: int | None = None
    ) -> Iterator[Rows]:
        """Yield the rows as text, some at a time; blank lines are skipped.

        Rows that have another number of fields than the header are tallied and
        left out.
        """
        rows = _RowFilter(self, tallies)
        for first, records in _read_blocks(self, size or self.chunk_rows, findings):
            numbers, good = rows.choose(first, records)
            if good:
                columns = itertools.islice(zip(*good), self.skip, None)
                texts = dict(zip(self.header, map(as_texts, columns)))
                yield Rows.undated(texts, numbers)


def open_csv(path: Path, name: str, findings: Findings, *, chunk_rows: int) -> CsvFile:
    """Find out how a CSV file is written, without holding it in memory.

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
        When it is no text, or has no usable header or no bounds.
    """
    encoding = _find_encoding(path, name, findings)
    head = _read_head(path, name, encoding, findings)
    delimiter = _find_delimiter(head)
    if delimiter != ",":
        findings.add("csv-delimiter", file=name, delimiter=_DELIMITERS[delimiter])
    table = CsvFile(path, name, encoding, delimiter, chunk_rows)
    return _read_header(table, head, findings)


def _find_encoding(path: Path, name: str, findings: Findings) -> str:
    """Tell the encoding from all of the file's bytes."""
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip():
        raise findings.reject("csv-empty", file=name)
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            raise _no_text(name, f"it is {kind}", findings)
    wide = _find_wide_encoding(start)
    for encoding in [wide] if wide else ["utf-8-sig", "cp1252", "latin-1"]:
        if _decodes(path, name, encoding, findings):
            _note_encoding(name, encoding, start, findings)
            return encoding
    raise _no_text(name, f"its bytes are broken {wide}", findings)


def _no_text(name: str, problem: str, findings: Findings) -> FileRejected:
    return findings.reject("csv-not-text", file=name, problem=problem)


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


def _decodes(path: Path, name: str, encoding: str, findings: Findings) -> bool:
    """Try an encoding on the whole file; refuse lines that have no end."""
    decoder = codecs.getincrementaldecoder(encoding)()
    wide = encoding.startswith("utf-16")
    line = 0
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError:
                return False
            if not wide and b"\0" in block:
                raise _no_text(name, "it holds zero bytes", findings)
            line, longest = _measure_lines(text, line)
            if longest > MAX_LINE_BYTES:
                raise findings.reject(
                    "csv-line-too-long", file=name, most=MAX_LINE_BYTES
                )
            if not block:
                return True


def _measure_lines(text: str, before: int) -> tuple[int, int]:
    """Measure the line that goes on after this text, and the one that it ends."""
    ends = [at for at in (text.find("\n"), text.find("\r")) if at >= 0]
    first = min(ends) if ends else len(text)
    last = max(text.rfind("\n"), text.rfind("\r"))
    after = len(text) - 1 - last if ends else before + len(text)
    return after, before + first


def _note_encoding(name: str, encoding: str, start: bytes, findings: Findings) -> None:
    if encoding != "utf-8-sig":
        findings.add("csv-encoding", file=name, encoding=encoding)
    elif start.startswith(codecs.BOM_UTF8):
        findings.add("csv-byte-order-mark", file=name)


def _read_head(path: Path, name: str, encoding: str, findings: Findings) -> list[str]:
    """Read the first lines that are not blank, the header first."""
    with path.open(encoding=encoding, newline="") as file:
        lines = [line for line in itertools.islice(file, _HEAD_LINES) if line.strip()]
    if not lines:
        raise findings.reject("csv-empty", file=name)
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


def _read_header(table: CsvFile, head: list[str], findings: Findings) -> CsvFile:
    """Read the column names; refuse those that cannot be used."""
    check_count(_count_fields(head[0], table.delimiter), table.name, findings)
    header = [name.strip() for name in _first_record(table, findings)]
    while len(header) > 1 and not header[-1]:
        header.pop()  # a delimiter at the end of each line makes no column
    skip = int(_has_row_numbers(table, header, head))
    if skip:
        findings.add("row-numbers-dropped", file=table.name)
    table = replace(table, header=tuple(header[skip:]), skip=skip)
    check_header(table.header, table.name, findings)
    return table


def _has_row_numbers(table: CsvFile, header: list[str], head: list[str]) -> bool:
    """Recognise the row numbers that pandas and R write beside a table."""
    if len(header) == 1 or header[0] not in ("", "Unnamed: 0"):
        return False
    records = csv.reader(head[1:], delimiter=table.delimiter)
    firsts = [record[0] for record in records if record]
    start = int(firsts[0]) if firsts and firsts[0].isdecimal() else 0
    return firsts == [str(start + n) for n in range(len(firsts))]


def _first_record(table: CsvFile, findings: Findings) -> list[str]:
    for _, records in _read_blocks(table, _HEAD_LINES, findings):
        for record in records:
            if not is_blank(record):
                return record
    raise findings.reject("csv-empty", file=table.name)


def _read_blocks(
    table: CsvFile, size: int, findings: Findings
) -> Iterator[tuple[int, list[list[str]]]]:
    """Yield records as they are, with the number of the first; the header is 1."""
    with table.path.open(encoding=table.encoding, newline="") as file:
        reader = csv.reader(file, delimiter=table.delimiter)
        number = 1
        while True:
            try:
                records = list(itertools.islice(reader, size))
            except csv.Error as error:
                place = Example(table.name, reader.line_num)
                raise findings.reject(
                    "csv-unreadable", examples=[place], file=table.name, problem=error
                ) from error
            if not records:
                return
            yield number, records
            number += len(records)


class _RowFilter:
    """Takes out of each block what is no row of the table."""

    def __init__(self, table: CsvFile, tallies: Tallies) -> None:
        self._name, self._tallies = table.name, tallies
        self._fields = len(table.header)
        self._width = table.skip + self._fields
        self._has_header = False

    def choose(
        self, first: int, records: list[list[str]]
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
                self._note_width(number, len(record))
        return np.array(kept, dtype=np.int64), rows

    def _note_width(self, number: int, fields: int) -> None:
        place = Example(self._name, number, None, f"{fields} fields")
        self._tallies.add("csv-row-width", [place], file=self._name, width=self._fields)


def is_blank(record: list[str]) -> bool:
    """Say whether a record holds nothing, as spreadsheets leave rows below."""
    return not any(map(str.strip, record))
