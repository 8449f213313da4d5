"""The names of a table's columns, and which of them cannot be used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from glue.findings.finding import Example, FileRejected, Findings, list_some, shorten
from glue.reading.layout import begins_with_date
from glue.reading.numbers import is_number
from glue.reading.timestamps import is_date

# A table with a column for each date may have more columns than one in long form.
MAX_COLUMNS, MAX_LONG_COLUMNS = 4_000, 1_000
MAX_NAME = 256
# A table that is turned has more columns than a header may have by a slip.
_MOST_TWICE = 8
# What a second column of numbers may be called, in TTS.csv and beside it.
_NUMBERS = ("target_value", "price")
# What is in most names of columns that tell series apart.
_KEYLY = re.compile(
    r"item|sku|produ|arti|materi|series|id$|store|shop|region|locat|channel|code|name",
    re.I,
)
_ITEMLY = re.compile(r"item|sku|produ|arti|materi|series|^id$", re.I)
# What is in most names of columns of dates.
_TIMELY = re.compile(
    r"dat|time|day|week|month|year|period|tag|zeit|jour|fecha|^ds$", re.I
)


class HeaderRejected(FileRejected):
    """A header that can be written anew, as far as its names are known.

    ``names`` are those of the columns, None where one is not known; ``row`` is the
    first row, and ``told`` says what to do with the line, which stands for {line}.
    """

    def __init__(
        self,
        message: str,
        code: str,
        told: str,
        *,
        names: Sequence[str | None],
        row: Sequence[str],
        mark: str,
    ) -> None:
        super().__init__(message)
        self.code, self.told, self.names = code, told, tuple(names)
        self.row, self.mark = tuple(row), mark

    def advise(self, others: Sequence[Mapping[str, Sequence[str]]], file: str) -> str:
        """Write the whole line, with names that other tables have for the values."""
        is_related = file.casefold().startswith(("rts", "metadata"))
        usual = name_columns(self.row, is_related=is_related)
        if usual[-1] == _NUMBERS[0] and self._has_numbers():
            usual[-1] = _NUMBERS[1]
        taken = {name.casefold() for name in self.names if name}
        names = []
        for at, name in enumerate(self.names):
            found = name or _find_name(self.row[at].strip(), others, taken)
            names.append(found or usual[at])
            taken.add(names[-1].casefold())
        return self.told.format(line=shorten(self.mark.join(names), 300))

    def _has_numbers(self) -> bool:
        """Say whether a column that has a name holds numbers, behind the dates."""
        dates = [at for at, cell in enumerate(self.row) if is_date(cell)]
        behind = range(dates[0] + 1 if dates else 0, len(self.names))
        return any(self.names[at] and is_number(self.row[at]) for at in behind)


def _find_name(
    value: str, others: Sequence[Mapping[str, Sequence[str]]], taken: set[str]
) -> str | None:
    """Find what another table calls a column of keys, or of dates, by a value of it."""
    for columns in others:
        names = list(columns)
        dated = [n for n in names if columns[n] and all(map(is_date, columns[n]))]
        first = names.index(dated[0]) if dated else 1
        fits = dated[:1] if is_date(value) and dated else names[:first]
        for name in fits:
            is_same = is_date(value) or value in columns[name]
            if is_same and name.casefold() not in taken:
                return name
    return None


def find_shift(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Say whether the first name of a header is gone, as the dates below it show.

    The names stand one column too far left then, and are one too few.
    """
    width = len(header) + 1
    full = [row for row in rows if len(row) == width][:20]
    if len(full) < 2 or len(full) < len(rows[:20]) or not all(header):
        return False
    if any(map(_ITEMLY.search, header)) or all(row[1][:1] == " " for row in full):
        return False  # an id that the delimiter cuts in two
    dates = [at for at in range(width) if all(is_date(row[at]) for row in full)]
    named = [at for at, name in enumerate(header) if _TIMELY.search(name)]
    return len(dates) == 1 and dates[0] > 0 and named == [dates[0] - 1]


def check_count(
    columns: int, file: str, findings: Findings, most: int = MAX_COLUMNS
) -> None:
    """Refuse a table with too many columns, before any of its rows is read.

    Raises
    ------
    FileRejected
        When it has more than ``most``.
    """
    if columns > most:
        raise findings.reject("csv-too-many-columns", file=file, most=most)


def check_header(
    header: Sequence[str],
    file: str,
    findings: Findings,
    *,
    rows: Sequence[Sequence[str]] = (),
    mark: str = ",",
) -> None:
    """Refuse column names that cannot be used; ``rows`` are some of those below.

    Raises
    ------
    FileRejected
        When there are any, after all of them were said.
    """
    before = findings.errors
    blank = [number for number, name in enumerate(header, 1) if not name]
    shifted = bool(blank) and _is_shifted(header, rows) and len(blank) == 1
    if blank:
        _note_blank(blank, header, rows, findings, file=file)
    counts = Counter(name.casefold() for name in header if name)
    twice = sorted({name for name in header if counts[name.casefold()] > 1})
    if twice:
        places = [Example(file, 1, shorten(name)) for name in twice]
        repeats = sum(counts[name.casefold()] for name in twice)
        many = len(header) > _MOST_TWICE
        turned = many and len(twice) < len(header) / 2 < repeats
        remedy = None
        folded = {name.casefold() for name in twice}
        where = [n for n, name in enumerate(header, 1) if name.casefold() in folded]
        problem = "has the same column name more than once (columns "
        problem += f"{list_some(map(str, where), 4)} of {len(header)}"
        problem += ", as capitals do not count)" if len(twice) > len(folded) else ")"
        if turned:
            names = [header[0], *(row[0].strip() for row in rows[:4] if row)]
            problem = f"lies on its side, as {list_some(map(repr, names), 3)} "
            problem += "stand below each other in the first column"
            remedy = "transpose it (in a spreadsheet: copy, paste special, transpose), "
            remedy += "and export it again"
            places = []
        if not turned and len(folded) == 1:
            remedy = _advise_twice(
                twice[-1],
                where,
                rows,
                set(counts),
                is_related=file.casefold().startswith(("rts", "metadata")),
            )
        findings.add(
            "header-twice",
            count=len(twice),
            examples=places,
            remedy=remedy,
            file=file,
            problem=problem,
        )
    long = [name for name in header if len(name) > MAX_NAME]
    if long:
        places = [Example(file, 1, shorten(name)) for name in long]
        findings.add("header-too-long", examples=places, file=file, most=MAX_NAME)
    if findings.errors > before and shifted:
        raise HeaderRejected(
            f"the header of {file} cannot be used",
            "header-blank",
            "the names seem to stand one column too far right: write the first line as "
            "{line}",
            names=[*header[1:], None],
            row=next(row for row in rows if len(row) >= len(header)),
            mark=mark,
        )
    if findings.errors > before:
        raise FileRejected(f"the header of {file} cannot be used")


def _advise_twice(
    name: str,
    where: Sequence[int],
    rows: Sequence[Sequence[str]],
    taken: set[str],
    *,
    is_related: bool,
) -> str | None:
    """Say which of the columns of one name should be called otherwise, and how."""
    columns = {
        at: [row[at - 1].strip() for row in rows if len(row) >= at] for at in where
    }
    if not all(any(texts) for texts in columns.values()):
        return None
    held = {at: next(filter(None, texts)) for at, texts in columns.items()}
    words = " and ".join(f"column {at} {shorten(held[at])!r}" for at in where)
    dated = [at for at in where if all(map(is_date, filter(None, columns[at])))]
    others = [at for at in where if at not in dated]
    numbers = [at for at in others if all(map(is_number, filter(None, columns[at])))]
    kind = _NUMBERS[is_related]
    told = f"rename the one that {name!r} does not fit, such as to '{name}_2'"
    if len({tuple(texts) for texts in columns.values()}) == 1:
        told = "they hold the same, so take one of the two out of the table"
    elif len(dated) == 1 and not _TIMELY.search(name):
        fresh = "date" if "date" not in taken else "timestamp"
        told = f"call column {dated[0]} {fresh!r}, as it holds dates"
    elif len(dated) == 1 and len(others) == 1:
        is_key = others[0] < dated[0]
        fresh = _name_key(others[0]) if is_key or not numbers else kind
        told = f"column {dated[0]} holds the dates; call column {others[0]} what it "
        told += f"holds, such as {fresh!r}"
    elif len(where) == 2 and numbers and _are_apart(where, rows):
        key, value = where
        if _KEYLY.search(name):
            told = f"call column {value} what it holds, such as {kind!r}"
        else:
            told = f"call column {key} what it holds, such as {_name_key(key)!r}"
    return f"in the first row, {words}: {told}"


def _name_key(at: int) -> str:
    """Give a name for a column of ids, by its place."""
    return "item_id" if at == 1 else "region"


def _are_apart(where: Sequence[int], rows: Sequence[Sequence[str]]) -> bool:
    """Say whether two columns are one of ids and one of values.

    The first stands in front of the dates then, and the other behind them.
    """
    full = [row for row in rows if len(row) >= max(where)]
    places = range(1, min(map(len, full), default=0) + 1)
    days = [at for at in places if all(is_date(row[at - 1].strip()) for row in full)]
    return len(days) == 1 and where[0] < days[0] < where[-1]


def _note_blank(
    blank: Sequence[int],
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    findings: Findings,
    *,
    file: str,
) -> None:
    """Say which columns have no name, what stands in them, and what to do."""
    first = blank[0]
    values = [row[first - 1].strip() for row in rows if len(row) >= first]
    value = next(filter(None, values), "")
    remedy = None
    if value and _is_shifted(header, rows):
        remedy = "the names seem to stand one column too far right: take the blank "
        remedy += "field at the start of the header away, and name the last column"
    elif value:
        remedy = "write a name for it into the header, as it holds values such as "
        remedy += f"{shorten(value)!r}"
    elif rows:
        remedy = "take it out of the table, as the first rows have no value in it; or "
        remedy += "name it in the header"
    findings.add(
        "header-blank",
        count=len(blank),
        examples=[Example(file, 2, None, value)] if value else [],
        remedy=remedy,
        file=file,
        numbers=", ".join(f"number {number}" for number in blank[:5]),
        width=len(header),
    )


def name_columns(row: Sequence[str], *, is_related: bool) -> list[str]:
    """Give names for the columns of a row, as a header could have them."""
    dates = [at for at, cell in enumerate(row) if begins_with_date(cell)]
    others = [at for at in range(len(row)) if at not in dates[:1]]
    numbers = [at for at in others if is_number(row[at])]
    names = dict(zip(dates[:1], ("timestamp",)))
    if not is_related:
        names.update(dict(zip(numbers[-1:], ("target_value",))))
    left = [at for at in others if at not in names]
    names.update(dict(zip(left, ("item_id", "region"))))
    return [names.get(at, f"column{at + 1}") for at in range(len(row))]


def _is_shifted(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Say whether names stand one column right of their values.

    Dates tell: they stand left of a name that speaks of them, and not under it.
    """
    full = [row for row in rows if len(row) >= len(header)][:20]
    dates = [
        len(full) > 0 and all(is_date(row[at]) for row in full)
        for at in range(len(header))
    ]
    named = [at for at, name in enumerate(header) if _TIMELY.search(name)]
    return not header[0] and any(dates[at - 1] and not dates[at] for at in named)
