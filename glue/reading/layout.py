"""Where the table lies in a CSV file: delimiter, header, and the lines around it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from glue.reading.numbers import is_number
from glue.reading.timestamps import is_date

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SEP_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_STEP_NAME = re.compile(r"[A-Za-z]_?\d+")
_BETWEEN = re.compile(r"\s(?:[-/\u2013\u2014]|to|bis|until)\s")
_RULER = frozenset("-=_+*~ \t")
# A line of more characters is not cut into fields to find the layout.
_LONGEST_LINE = 100_000
_MOST_BELOW = 3
_MOST_UNNAMED = 2
Record = Sequence[str]


class Dialect(TypedDict):
    """What the csv module needs to know of a table."""

    delimiter: str
    quotechar: str
    skipinitialspace: bool


@dataclass(frozen=True)
class Layout:
    """Where the table lies; records are numbered from 1.

    ``above`` are the numbers of records in front of the header and directly below it
    that are no rows. Values stand in ``quote``, if in any, and where the table is
    ``spaced``, blanks stand between a delimiter and a quote.
    """

    delimiter: str
    header: int
    above: frozenset[int] = frozenset()
    quote: str = '"'
    spaced: bool = False

    @property
    def dialect(self) -> Dialect:
        """What a reader needs to know to cut lines into fields."""
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quote,
            "skipinitialspace": self.spaced,
        }


def find_layout(lines: Sequence[str]) -> Layout:
    """Find the layout from the first lines of a file."""
    lines = [line[:_LONGEST_LINE] for line in lines]
    sep = _SEP_LINE.fullmatch(lines[0]) if lines else None
    delimiter = sep[1] if sep and sep[1] in DELIMITERS else _find_delimiter(lines)
    found = Layout(
        delimiter,
        1,
        quote="'" if _is_single_quoted(lines, delimiter) else '"',
        spaced=_is_spaced(lines, delimiter),
    )
    records = _read_records(lines, found)
    filled = [n for n, record in enumerate(records, 1) if not is_blank(record)]
    if sep:
        filled = filled[1:]
    if not filled:
        return found
    header = _find_header(records, filled)
    below = _find_below(records, [n for n in filled if n > header])
    above = {n for n, record in enumerate(records, 1) if n < header and any(record)}
    return replace(found, header=header, above=frozenset(above | below))


def is_blank(record: Record) -> bool:
    """Say whether a record holds nothing, as spreadsheets leave rows below."""
    return not any(map(str.strip, record))


def is_ruler(record: Record) -> bool:
    """Say whether a record is a line that is drawn under or over a table."""
    text = "".join(record).strip()
    return len(text) > 1 and _RULER.issuperset(text)


def _is_single_quoted(lines: Sequence[str], delimiter: str) -> bool:
    """Say whether each field of nearly all lines stands in apostrophes."""
    filled = [line.strip() for line in lines if line.strip()]
    quoted = [line for line in filled if line[0] == line[-1] == "'" and len(line) > 1]
    cut = [line for line in quoted if f"'{delimiter}'" in line]
    return len(filled) > 1 and len(cut) >= 0.9 * len(filled)


def _is_spaced(lines: Sequence[str], delimiter: str) -> bool:
    """Say whether blanks stand before quotes, which are no part of values then."""
    filled = [line for line in lines if line.strip()]
    found = [
        line
        for line in filled
        if any(
            field.startswith(" ") and field.lstrip(" ").startswith('"')
            for field in line.split(delimiter)[1:]
        )
    ]
    return len(filled) > 1 and len(found) >= 0.9 * len(filled)


def _read_records(lines: Sequence[str], layout: Layout) -> list[list[str]]:
    """Read records as far as they are good; the last may be cut."""
    records = []
    try:
        for record in csv.reader(lines, **layout.dialect):
            records.append(record)
    except csv.Error:
        pass
    return records


def count_fields(line: str, delimiter: str) -> int:
    """Count the fields of a line; 0 when it cannot be read."""
    try:
        return len(next(csv.reader([line], delimiter=delimiter)))
    except (csv.Error, StopIteration):
        return 0


def _find_delimiter(lines: Sequence[str]) -> str:
    """Choose the delimiter that cuts the header, and the lines alike, most.

    Where the first line is none of the table, choose the one that cuts most lines
    into as many fields.
    """
    lines = [line for line in lines if line.strip()]
    widths = {one: [count_fields(line, one) for line in lines] for one in DELIMITERS}

    def quality(delimiter: str) -> tuple[bool, int]:
        counts = widths[delimiter]
        alike = sum(width == counts[0] for width in counts) / len(counts)
        return counts[0] > 1 and alike > 0.5, counts[0]

    def usual(delimiter: str) -> tuple[bool, float, int]:
        width, count = Counter(widths[delimiter]).most_common(1)[0]
        share = count / len(lines)
        return width > 1 and share > 0.5, share, width

    if not lines:
        return ","
    best = max(DELIMITERS, key=quality)
    other = max(DELIMITERS, key=usual)
    return best if quality(best)[0] or not usual(other)[0] else other


def _find_header(records: Sequence[Record], filled: Sequence[int]) -> int:
    """Find the header: the first line as wide as most that names each column."""
    widths = Counter(len(records[n - 1]) for n in filled)
    width = widths.most_common(1)[0][0]
    wide = [n for n in filled if len(records[n - 1]) == width]
    empty = {
        at
        for at in range(width)
        if sum(not records[n - 1][at].strip() for n in wide) >= 0.9 * len(wide)
    }
    first = filled[0]
    if _is_short_header(records[first - 1], width):
        return first
    names_all = width < 2 or _is_full(records[first - 1], width, empty)
    below = records[filled[1] - 1] if len(filled) > 1 else ()
    names_all |= _is_wide_header(records[first - 1], width)
    names_all |= _is_cut_header(records[first - 1], below, width)
    if names_all and not records[first - 1][0].startswith("#"):
        return first
    for number in wide:
        record = records[number - 1]
        names = _is_full(record, width, empty) and not record[0].startswith("#")
        if names and _is_named(record) and number != wide[-1]:
            return number
    return first


def _is_short_header(record: Record, width: int) -> bool:
    """Say whether a record names all columns but one or two, which rows have."""
    cells = [cell.strip() for cell in record]
    names = all(cells) and not any(is_number(c) or is_date(c) for c in cells)
    return names and len(cells) > 2 and 0 < width - len(cells) <= _MOST_UNNAMED


def _is_wide_header(record: Record, width: int) -> bool:
    """Say whether a record names all columns, with blank fields behind them."""
    cells = [cell.strip() for cell in record]
    names = all(cells[:width]) and not any(cells[width:])
    return len(cells) > width and names and _is_named(cells)


def _is_cut_header(record: Record, below: Record, width: int) -> bool:
    """Say whether a record names all columns but the last, and a row is below it."""
    cells = [cell.strip() for cell in record]
    names = len(cells) == width > 2 and all(cells[:-1]) and not cells[-1]
    values = any(is_number(cell) or is_date(cell) for cell in below)
    return names and _is_named(cells) and values and all(map(str.strip, below))


def _is_full(record: Record, width: int, empty: set[int]) -> bool:
    """Say whether a record has a text in each column that is not empty throughout."""
    cells = [cell for at, cell in enumerate(record) if at not in empty and at]
    return len(record) == width and len(cells) > 0 and all(map(str.strip, cells))


def _is_named(record: Record) -> bool:
    """Say whether a record's cells are names, or names and then moments."""
    cells = [cell.strip() for cell in record if cell.strip()]
    odd = [cell for cell in cells if is_number(cell) or is_date(cell)]
    return not odd or (cells[0] not in odd and len(odd) >= 3 and len(odd) < len(cells))


def _find_below(records: Sequence[Record], rows: Sequence[int]) -> set[int]:
    """Find the lines below the header that only say more of the columns."""
    below: set[int] = set()
    for at, number in enumerate(rows[:_MOST_BELOW]):
        rest = [records[n - 1] for n in rows[at + 1 :]]
        if is_ruler(records[number - 1]) or _only_describes(records[number - 1], rest):
            below.add(number)
        else:
            break
    return below


def _only_describes(record: Record, rest: Sequence[Record]) -> bool:
    """Say whether a line has words where all others have numbers and dates."""
    alike = [other for other in rest if len(other) == len(record)]
    if len(alike) < 3 or any(is_number(cell) or is_date(cell) for cell in record):
        return False
    kinds = [
        [is_number(other[at]) or is_date(other[at]) for other in alike]
        for at in range(len(record))
    ]
    return sum(sum(kind) >= 0.9 * len(kind) for kind in kinds) >= 2


def is_headless(header: Record, rows: Sequence[Record]) -> bool:
    """Say whether what should be names is a row like those below it."""
    rows = [row for row in rows if len(row) == len(header)][:20]
    dates = [at for at, cell in enumerate(header) if begins_with_date(cell)]
    numbers = [at for at, cell in enumerate(header) if is_number(cell)]
    steps = sum(_STEP_NAME.fullmatch(cell) is not None for cell in header)
    if len(rows) < 2 or not dates or not numbers or steps > 3:
        return False
    if len(dates) > 2:
        return False  # a column for each date
    return all(
        (at in dates and all(begins_with_date(row[at]) for row in rows))
        or (at in numbers and all(is_number(row[at]) or not row[at] for row in rows))
        for at in {*dates, *numbers}
    )


def begins_with_date(cell: str) -> bool:
    """Recognise a date, or an interval that begins with one."""
    return is_date(_BETWEEN.split(cell, maxsplit=1)[0])
