"""A CSV file on disk: its encoding, its delimiter, its header and its rows."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from glue.arrays import Array, as_texts
from glue.findings.finding import (
    MAX_EXAMPLES,
    Count,
    Example,
    FileRejected,
    Findings,
    Tallies,
    list_some,
    shorten,
)
from glue.reading.encodings import MAX_LINE_BYTES, advise_empty, find_encoding
from glue.reading.header import (
    HeaderRejected,
    check_count,
    check_header,
    find_shift,
)
from glue.reading.layout import (
    DELIMITERS,
    Layout,
    find_layout,
    is_blank,
    is_headless,
    is_ruler,
)
from glue.reading.row_widths import WidthAdvice, show_decimals, write_row
from glue.reading.ruled_lines import Grid, RuledLines
from glue.rows import Rows

_HEAD_LINES = 50
_BLOCK_CHARACTERS = 4 * 1024 * 1024
# Of a longer record, only a part is kept.
_MOST_FIELDS = 10_000
_MOST_NOTES = 1_000


@dataclass(frozen=True)
class CsvFile:
    """What is needed to read a CSV file.

    ``skip`` is the number of columns at the left that are left out: 1 when a
    program has written its row numbers there. ``written`` is how many fields the
    header has in the file, blank ones included. ``by_record`` reads it a record at a
    time, which is what simple lines are held to.
    """

    path: Path
    name: str
    encoding: str
    chunk_rows: int
    header: tuple[str, ...] = ()
    skip: int = 0
    written: int = 0
    is_numbered: bool = False
    by_record: bool = False
    layout: Layout = field(default_factory=lambda: Layout(",", 1))

    @property
    def delimiter(self) -> str:
        """What stands between the fields of a line."""
        return self.layout.delimiter

    @property
    def ends_in_newline(self) -> bool:
        """Whether the last line is whole."""
        with self.path.open("rb") as file:
            file.seek(max(self.path.stat().st_size - 16, 0))
            end = file.read().replace(b"\0", b"")  # UTF-16 has them beside each mark
        return end.rstrip(b" \t\x1a").endswith((b"\n", b"\r"))

    @property
    def text_bytes(self) -> int:
        """How many bytes its rows are as text."""
        return self.path.stat().st_size

    @property
    def grid(self) -> Grid:
        """How its lines are cut."""
        return Grid(
            self.encoding,
            self.delimiter,
            self.header,
            self.skip,
            quote=self.layout.quote,
        )

    @property
    def _is_simple(self) -> bool:
        """Whether nothing but the header is above the rows, and beside them."""
        first = self.layout.header == 1 and not self.layout.above
        beside = self.skip and not self.is_numbered
        return self.grid.is_narrow and first and not beside and not self.by_record

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
        rows, size = _RowFilter(self, tallies), size or self.chunk_rows
        if self._is_simple:
            yield from self._read_mixed(rows, size, findings)
        else:
            for block in _read_blocks(self, size, findings):
                yield from self._make_rows(*rows.choose(block.number, block.records))
        rows.finish()

    def _read_mixed(
        self, rows: _RowFilter, size: int, findings: Findings
    ) -> Iterator[Rows]:
        """Read simple lines at once, and each block that has others by its records."""
        ruled = RuledLines(self.path, self.grid)
        while True:
            for simple in ruled.read(size):
                yield from self._make_rows(*rows.pass_over(simple))
                yield simple
            begin = ruled.offset, ruled.number
            block = next(_read_blocks(self, size, findings, begin=begin), None)
            if block is None:
                return
            yield from self._make_rows(*rows.choose(block.number, block.records))
            ruled.offset, ruled.number = block.end, block.number + len(block.records)

    def _make_rows(self, numbers: Array, records: list[list[str]]) -> Iterator[Rows]:
        """Turn records into rows, if there are any."""
        if records:
            columns = itertools.islice(zip(*records), self.skip, None)
            texts = dict(zip(self.header, map(as_texts, columns)))
            yield Rows.undated(texts, numbers)


def open_csv(
    path: Path,
    name: str,
    findings: Findings,
    *,
    chunk_rows: int,
    by_record: bool = False,
) -> CsvFile:
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
    by_record
        Whether simple lines are read a record at a time as well.

    Raises
    ------
    FileRejected
        When it is no text, or has no usable header or no bounds.
    """
    encoding = find_encoding(path, name, findings)
    head = _read_head(path, name, encoding, findings)
    layout = find_layout(head)
    if layout.delimiter != ",":
        words = DELIMITERS[layout.delimiter]
        findings.add("csv-delimiter", file=name, delimiter=words)
    table = CsvFile(
        path, name, encoding, chunk_rows, layout=layout, by_record=by_record
    )
    return _read_header(table, findings)


_OPENED = (
    "take that quote away if it stands there by mistake; otherwise close it where its "
    "value ends"
)


def _read_head(path: Path, name: str, encoding: str, findings: Findings) -> list[str]:
    """Read the first lines, blank ones included."""
    with path.open(encoding=encoding, newline="") as file:
        lines = list(itertools.islice(file, _HEAD_LINES))
    if not any(map(str.strip, lines)):
        raise findings.reject("csv-empty", file=name, remedy=advise_empty(name))
    return lines


def _read_header(table: CsvFile, findings: Findings) -> CsvFile:
    """Read the column names; refuse those that cannot be used."""
    records = _read_first_records(table, findings)
    at = table.layout.header - 1
    check_count(len(records[at]), table.name, findings)
    header = [name.strip() for name in records[at]]
    rows = [
        record
        for number, record in enumerate(records[at + 1 :], table.layout.header + 1)
        if number not in table.layout.above
        and not is_blank(record)
        and not is_ruler(record)
    ]
    _check_other_delimiter(table, header, rows, findings)
    _check_whole_quotes(table, header, findings)
    _check_delimiter(table, header, rows, findings)
    if is_headless(header, rows):
        error = findings.reject(
            "header-missing", file=table.name, found=list_some(header)
        )
        raise HeaderRejected(
            str(error),
            "header-missing",
            "put this line above the first row: {line}",
            names=[None] * len(header),
            row=header,
            mark=table.delimiter,
        )
    written = len(header)
    while len(header) > 1 and not header[-1]:
        header.pop()  # a delimiter at the end of each line makes no column
    numbered = _has_row_numbers(header, rows)
    if not numbered and find_shift(header, rows):
        error = findings.reject(
            "header-blank",
            examples=[Example(table.name, 1, None, table.delimiter.join(header))],
            file=table.name,
            numbers="number 1",
            width=len(header) + 1,
        )
        raise HeaderRejected(
            str(error),
            "header-blank",
            "the names stand one column too far left, as the first one is gone: write "
            "the first line as {line}",
            names=[None, *header],
            row=rows[0],
            mark=table.delimiter,
        )
    if numbered:
        findings.add("row-numbers-dropped", file=table.name)
    unnamed = numbered and len(header) < _usual_width(rows)
    skip = int(numbered or _has_blank_column(header, rows))
    names = header if unnamed else header[skip:]
    table = replace(table, header=tuple(names), skip=skip, is_numbered=numbered)
    table = replace(table, written=written + unnamed)
    below = [row[skip:] for row in rows]
    mark = table.delimiter
    check_header(table.header, table.name, findings, rows=below, mark=mark)
    return table


def _check_other_delimiter(
    table: CsvFile, header: Sequence[str], rows: Sequence[list[str]], findings: Findings
) -> None:
    """Refuse a table whose names are separated by another delimiter than its rows.

    Raises
    ------
    FileRejected
        When they are.
    """
    width = _usual_width(rows) if len(header) == 1 and rows else 0
    marks = [m for m in DELIMITERS if width > 1 and header[0].count(m) == width - 1]
    if not marks:
        return
    line = shorten(header[0].replace(marks[0], table.delimiter), 100)
    theirs, ours = DELIMITERS[marks[0]], DELIMITERS[table.delimiter]
    raise findings.reject(
        "csv-unreadable",
        examples=[Example(table.name, table.layout.header, None, header[0])],
        remedy=f"put a {ours} between the names as well, so that the line reads {line}",
        file=table.name,
        problem=f"the names of its columns are separated by {theirs}s, and its rows "
        f"by {ours}s",
    )


def _check_whole_quotes(
    table: CsvFile, header: Sequence[str], findings: Findings
) -> None:
    """Refuse a table with a pair of quotes around each line.

    Raises
    ------
    FileRejected
        When it has.
    """
    if len(header) == 1 and any(mark in header[0] for mark in DELIMITERS):
        doubled = ', and write each "" as one "' if '"' in header[0] else ""
        plain = shorten(header[0].replace('""', '"'), 100)
        raise findings.reject(
            "csv-unreadable",
            examples=[Example(table.name, table.layout.header, None, header[0])],
            remedy="export the table again without them; or take the quote at both "
            f"ends of each line away{doubled}, so that the first reads {plain}",
            file=table.name,
            problem="quotes stand around whole lines, so that each is one value",
        )


# What people and programs put between columns that is no delimiter of CSV.
_OTHER_MARKS = ("^", "~", "#", "\x1f", "\x01", "\u00a6", " : ", "::", " / ", " - ")


def _check_delimiter(
    table: CsvFile, header: Sequence[str], rows: Sequence[list[str]], findings: Findings
) -> None:
    """Refuse a table whose columns are separated by what is no delimiter.

    Raises
    ------
    FileRejected
        When it is.
    """
    mark = table.delimiter
    name = mark.join(header)
    lines = [mark.join(row).strip() for row in rows]
    blanks = re.search(r"\S( {2,})\S", name)
    others = [*([blanks[1]] if blanks else []), *_OTHER_MARKS]
    found = [other for other in others if other in name]
    found = [o for o in found if all(x.count(o) == name.count(o) for x in lines)]
    if len(header) > 1 or not found or not lines:
        return
    other = max(found, key=name.count)
    plain = shorten(name.replace('"', ""), 100)
    better = ";" if any("," in line for line in lines) else ","
    words = f"{len(other)} blanks" if not other.strip() else repr(other.strip())
    raise findings.reject(
        "column-missing",
        count=1 + len(lines),
        examples=[Example(table.name, table.layout.header, None, name)],
        remedy=f"export it again as CSV; or replace {words} by a {DELIMITERS[better]} "
        f"throughout, so that the first line reads {plain.replace(other, better)}",
        file=table.name,
        problem=f"the columns of {table.name} are separated by {words}, which is no "
        "delimiter that is known",
    )


def _usual_width(rows: Sequence[list[str]]) -> int:
    widths = {len(row) for row in rows}
    return widths.pop() if len(widths) == 1 else 0


def _has_row_numbers(header: list[str], rows: list[list[str]]) -> bool:
    """Recognise the row numbers that pandas and R write beside a table."""
    unnamed = len(rows) > 2 and _usual_width(rows) == len(header) + 1 > 2
    if not unnamed and (len(header) == 1 or header[0] not in ("", "Unnamed: 0")):
        return False
    firsts = [row[0] for row in rows]
    start = int(firsts[0]) if firsts and firsts[0].isdecimal() else 0
    return firsts == [str(start + n) for n in range(len(firsts))]


def _has_blank_column(header: list[str], rows: list[list[str]]) -> bool:
    """Recognise a delimiter at the start of each line, which makes no column."""
    return len(header) > 1 and not header[0] and all(not row[0].strip() for row in rows)


def _read_first_records(table: CsvFile, findings: Findings) -> list[list[str]]:
    """Read the header, and some rows below it."""
    records: list[list[str]] = []
    for block in _read_blocks(table, _HEAD_LINES, findings):
        records += block.records
        if len(records) > table.layout.header:
            break
    if not any(records[table.layout.header - 1 : table.layout.header]):
        raise findings.reject(
            "csv-empty", file=table.name, remedy=advise_empty(table.name)
        )
    return records[: table.layout.header + _HEAD_LINES]


class _Lines:
    """The lines of a file; counts those that the record at hand has taken.

    A quoted line break joins lines, so that a record has no bound of its own.
    ``offset`` is where they end in the file, in bytes.
    """

    def __init__(
        self, file: Iterable[str], offset: int, table: CsvFile, findings: Findings
    ) -> None:
        self._lines, self.table, self._findings = iter(file), table, findings
        self.offset, self._codec = offset, table.grid.codec
        self.count = self.size = 0
        self.last = ""

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.last = next(self._lines)
        self.count += 1
        self.size += len(line)
        self.offset += len(line.encode(self._codec))
        if self.size > 2 * MAX_LINE_BYTES:
            raise self._findings.reject(
                "csv-line-too-long", file=self.table.name, most=MAX_LINE_BYTES
            )
        return line

    def end_record(self) -> tuple[int, int]:
        """Give the lines and characters of the record, and begin the next."""
        taken = self.count, self.size
        self.count = self.size = 0
        return taken


@dataclass(frozen=True)
class _RecordBlock:
    """Some records with the number of the first, and where they end, in bytes.

    The header's number is 1; the end is known where each line begins anew, as in all
    encodings but UTF-16.
    """

    number: int
    records: list[list[str]]
    end: int


def _read_blocks(
    table: CsvFile,
    size: int,
    findings: Findings,
    *,
    begin: tuple[int, int] = (0, 1),
) -> Iterator[_RecordBlock]:
    """Yield records as they are.

    A block ends by the number of its records or of their characters, and of a record
    that is far too wide only a part is kept. ``begin`` is the place of the first
    record in the file, in bytes, and its number.
    """
    offset, number = begin
    with table.path.open("rb") as data:
        offset = offset or table.grid.find_start(data)
        data.seek(offset)
        file = io.TextIOWrapper(data, table.grid.codec, newline="")
        lines = _Lines(file, offset, table, findings)
        reader = csv.reader(lines, **table.layout.dialect)
        records, length = list[list[str]](), 0
        while True:
            try:
                record = next(reader, None)
            except csv.Error as error:
                place = Example(table.name, number + len(records))
                heads = [table.header, *records[table.layout.header - 1 :]]
                names = next(filter(None, heads), ())
                raise _explain_error(
                    error, place, lines, findings, names=names
                ) from error
            if record is None:
                break
            count, characters = lines.end_record()
            if count > 1:
                _check_quotes(record, number + len(records), table, findings)
            if len(record) > _MOST_FIELDS:
                # What is left must not seem blank where the rest is not.
                rest = record[_MOST_FIELDS:]
                record[_MOST_FIELDS:] = [] if is_blank(rest) else ["..."]
            records.append(record)
            length += characters
            if len(records) >= size or length > _BLOCK_CHARACTERS:
                yield _RecordBlock(number, records, lines.offset)
                number, records, length = number + len(records), [], 0
        if records:
            yield _RecordBlock(number, records, lines.offset)


def _explain_error(
    error: Exception,
    place: Example,
    lines: _Lines,
    findings: Findings,
    *,
    names: Sequence[str],
) -> FileRejected:
    """Say what makes a record unreadable, and where; give what is to be raised."""
    problem, remedy, table = str(error), None, lines.table
    if "field larger" in str(error):
        most = f"{csv.field_size_limit():,} characters"
        problem = f"a value of more than {most}, the most that one may have"
        remedy = "shorten that text, or leave its column out; if it holds other rows, "
        remedy += "a quote before it is never closed"
        if lines.count > 1:
            problem = f"a quote that opens there is not closed within {most}"
            remedy = "close the quote where its value ends, or take it out; or shorten "
            remedy += "that value, if it is one"
        sizes = [len(field) for field in lines.last.split(table.delimiter)]
        at = sizes.index(max(sizes)) - table.skip
        if lines.count == 1 and 0 <= at < len(names):
            place = replace(place, column=names[at])
    return findings.reject(
        "csv-unreadable",
        examples=[place],
        remedy=remedy,
        file=table.name,
        problem=problem,
    )


def _check_quotes(
    record: list[str], number: int, table: CsvFile, findings: Findings
) -> None:
    """Refuse a record that has swallowed others: a quote was opened by mistake."""
    width, mark = len(table.header) + table.skip, table.delimiter
    inner = [line for field in record for line in field.splitlines()[1:]]
    place = next((n for n, one in enumerate(record) if len(one.splitlines()) > 1), None)
    if width < 2 or place is None:
        return
    first = record[place].splitlines()[0]
    whole = write_row([*record[:place], *first.split(mark)], mark)
    is_whole = place + 1 + first.count(mark) == width
    if any(line.count(mark) >= width - 1 for line in inner) or (
        is_whole and len(record) != width
    ):
        at = place - table.skip
        column = table.header[at] if 0 <= at < len(table.header) else None
        remedy = _OPENED
        if is_whole:
            remedy = f"delete the quote before {shorten(first.split(mark)[0])!r}"
            remedy += f", so that row {number} reads {shorten(whole, 100)}"
        raise findings.reject(
            "csv-quote-open",
            rows=len(record[place].splitlines()) - 1,
            examples=[Example(table.name, number, column, shorten(f'"{first}'))],
            file=table.name,
            remedy=None if re.search(r'\d["\u2033]', first) else remedy,
        )


def _plain(cell: str) -> str:
    """Give a name as it is compared; joined files leave a mark in front of it."""
    text = cell.strip()
    return (text[1:].strip('"') if text[:1] == "\ufeff" else text).casefold()


class _RowFilter:
    """Takes out of each block what is no row of the table.

    Lines that could be notes below the table wait until the next row, which shows
    that they are none, or until the end.
    """

    def __init__(self, table: CsvFile, tallies: Tallies) -> None:
        self._table, self._name, self._tallies = table, table.name, tallies
        self._fields = len(table.header)
        self._below = max([table.layout.header, *table.layout.above])
        self._width = table.skip + self._fields
        self._names = [name.casefold() for name in table.header]
        self._waiting: list[tuple[int, list[str]]] = []
        self._widths = WidthAdvice(table.delimiter, table.header, table.skip)
        self._last = 0
        self._quoted_nothing = 0

    def pass_over(self, block: Rows) -> tuple[Array, list[list[str]]]:
        """Take in rows of which none is odd; give those that waited for them."""
        kept: list[int] = []
        rows: list[list[str]] = []
        self._release(kept, rows)
        self._widths.good += len(kept) + len(block)
        self._last = int(block.numbers[-1])
        return np.array(kept, dtype=np.int64), rows

    def choose(
        self, first: int, records: list[list[str]]
    ) -> tuple[Array, list[list[str]]]:
        """Give the rows and their numbers; ``first`` is the first one's."""
        kept: list[int] = []
        rows: list[list[str]] = []
        self._last = first + len(records) - 1
        for number, record in enumerate(records, first):
            if len(record) == self._width and all(record):
                if self._waiting:
                    self._release(kept, rows)
                if number > self._below and not self._is_header(record):
                    kept.append(number)
                    rows.append(record)
                    continue
            self._sort_out(number, record, kept, rows)
        self._widths.good += len(kept)
        return np.array(kept, dtype=np.int64), rows

    def _sort_out(
        self, number: int, record: list[str], kept: list[int], rows: list[list[str]]
    ) -> None:
        """Decide about a record that is not simply a full row."""
        layout = self._table.layout
        if record == [""]:
            self._quoted_nothing = number
        if is_blank(record) or number == layout.header:
            return
        if number < layout.header or number in layout.above or is_ruler(record):
            self._note("lines-skipped", number, record)
        elif self._is_header(record):
            self._note("header-repeated", number, record)
        elif self._could_be_note(record) and len(self._waiting) < _MOST_NOTES:
            self._waiting.append((number, record))
        else:
            self._release(kept, rows)
            self._take(number, record, kept, rows)

    def _take(
        self, number: int, record: list[str], kept: list[int], rows: list[list[str]]
    ) -> None:
        left, right = record[: self._table.skip], record[self._width :]
        unnumbered = is_blank(left) or self._table.is_numbered
        if len(record) >= self._width and is_blank(right) and unnumbered:
            if len(record) > self._table.written:
                self._widths.see_tail(number, record)
            kept.append(number)
            rows.append(record[: self._width])
        else:
            self._widths.learn(rows)
            self._note_width(number, record)

    def _is_header(self, record: list[str]) -> bool:
        # A row may be shorter than the blank columns in front of the table are many.
        names = [_plain(cell) for cell in record[self._table.skip :]]
        return names[: self._fields] == self._names

    def _could_be_note(self, record: list[str]) -> bool:
        """Say whether a record is one cell where a row has several."""
        filled = sum(map(bool, map(str.strip, record)))
        short = len(record) < self._width or self._width > 2
        return self._width > 1 and filled == 1 and short and bool(record[0].strip())

    def _release(self, kept: list[int], rows: list[list[str]]) -> None:
        """Take what waited for rows, since the table goes on below it."""
        waiting, self._waiting = self._waiting, []
        for number, record in waiting:
            self._take(number, record, kept, rows)

    def finish(self) -> None:
        """Leave out what waited until the end, but for a row that was cut."""
        for at, (number, record) in enumerate(self._waiting, 1):
            last = at == len(self._waiting) and not self._table.ends_in_newline
            quoted = record[0].count(self._table.delimiter) >= self._fields - 1
            cut = self._widths.find_delimiter(record) is not None
            if quoted or cut or (last and " " not in record[0].strip()):
                self._note_width(number, record)
            else:
                self._note("lines-skipped", number, record)
        if self._quoted_nothing == self._last > 0 and not self._table.ends_in_newline:
            self._note_width(self._last, [""])  # cut behind the quote that opens it
        if self._widths.numbers:
            at_end = self._widths.numbers == [self._last]
            self._tell_widths([], is_cut=at_end and not self._table.ends_in_newline)
        self._note_split_decimals()

    def _note_split_decimals(self) -> None:
        """Refuse rows in which decimal commas have probably made two cells of one."""
        at, rows = self._widths.find_split_decimals()
        if at is None:
            return
        left, right = self._table.header[at : at + 2]
        examples = [
            Example(self._name, number, left, self._table.delimiter.join(pair))
            for number, pair in rows[:MAX_EXAMPLES]
        ]
        self._tallies.add(
            "csv-row-width",
            examples,
            count=self._widths.tails,
            file=self._name,
            width=self._fields,
            why=f"; each ends in a blank one, and what stands under {left!r} and "
            f"{right!r} may be one number with a decimal comma",
            remedy=show_decimals(*rows[0][1]),
        )

    def _note(self, code: str, number: int, record: list[str]) -> None:
        text = shorten(self._table.delimiter.join(record).strip())
        self._tallies.add(
            code, [Example(self._name, number, None, text)], file=self._name
        )

    def _note_width(self, number: int, record: list[str]) -> None:
        text = f"{Count(len(record)):field}: {shorten(' | '.join(record))}"
        place = Example(self._name, number, None, text)
        self._widths.see(record, number)
        self._tell_widths([place])

    def _tell_widths(self, places: list[Example], *, is_cut: bool = False) -> None:
        why, remedy = self._widths.explain(is_cut=is_cut)
        self._tallies.add(
            "csv-row-width",
            places,
            count=len(places),
            file=self._name,
            width=self._fields,
            why=why,
            remedy=remedy,
        )
