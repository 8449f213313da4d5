"""The names of a table's columns, and which of them cannot be used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from glue.findings.finding import Example, FileRejected, Findings, list_some, shorten
from glue.reading.numbers import is_number
from glue.reading.timestamps import is_date

# A table with a column for each date may have more columns than one in long form.
MAX_COLUMNS, MAX_LONG_COLUMNS = 4_000, 1_000
MAX_NAME = 256
# A table that is turned has more columns than a header may have by a slip.
_MOST_TWICE = 8
# What a second column of numbers may be called, in TTS.csv and beside it.
_NUMBERS = ("target_value", "price")
# What is in most names of columns of dates.
TIMELY = re.compile(
    r"dat|time|day|week|month|year|period|tag|zeit|jour|fecha|^ds$", re.I
)


# What is in most names of columns of amounts.
_AMOUNT = re.compile(r"qty|quant|sale|target|demand|value|unit|amount|price|^y$", re.I)


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
) -> None:
    """Refuse column names that cannot be used; ``rows`` are some of those below.

    Raises
    ------
    FileRejected
        When there are any, after all of them were said.
    """
    before = findings.errors
    blank = [number for number, name in enumerate(header, 1) if not name]
    if blank:
        _note_blank(blank, header, rows, findings, file=file)
    counts = Counter(name.casefold() for name in header if name)
    twice = sorted({name for name in header if counts[name.casefold()] > 1})
    if twice:
        places = [Example(file, 1, shorten(name)) for name in twice]
        repeats = sum(counts[name.casefold()] for name in twice)
        many = len(header) > _MOST_TWICE
        turned = many and len(twice) < len(header) / 2 < repeats
        folded = {name.casefold() for name in twice}
        where = [n for n, name in enumerate(header, 1) if name.casefold() in folded]
        problem = "has the same column name more than once (columns "
        problem += f"{list_some(map(str, where), 4)} of {len(header)}"
        if len(twice) > len(folded):
            problem += ", as capitals make no difference"
        problem += ")"
        remedy = None
        if turned:
            names = [header[0], *(row[0].strip() for row in rows[:4] if row)]
            problem = f"lies on its side: {list_some(map(repr, names), 4)} stand below "
            problem += "each other in the first column"
            remedy = "transpose it (in a spreadsheet: copy, paste special, transpose), "
            remedy += "and export it again"
            places = []
        elif len(folded) == 1:
            remedy = _advise_twice(
                twice[0],
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
    found = f"in the first row, {words}"
    if len(dated) == 1 and not TIMELY.search(name):
        fresh = "date" if "date" not in taken else "timestamp"
        return f"{found}: call column {dated[0]} {fresh!r}, as it holds dates"
    if len(dated) == 1 and numbers == others and len(others) == 1:
        return (
            f"{found}: column {dated[0]} holds the dates; call column {others[0]} "
            f"what it holds, such as {_NUMBERS[is_related]!r}"
        )
    if len({tuple(texts) for texts in columns.values()}) == 1:
        return f"{found}: they hold the same, so take one of the two out of the table"
    texts = _find_ids(columns, others, numbers)
    if len(dated) == len(others) == 1:
        advice = f"column {dated[0]} holds the dates; call column {others[0]} what it "
        advice += f"holds, such as {_call('item_id', taken)}"
    elif len(texts) == 1 and len(where) == 2 and _AMOUNT.search(name):
        advice = f"call column {texts[0]}, which seems to hold ids, what they are, "
        advice += f"such as {_call('item_id', taken)}"
    elif len(texts) == 1 and len(where) == 2:
        at = next(at for at in where if at not in texts)
        advice = f"call column {at}, which holds numbers, what they are, such as "
        advice += _call(_NUMBERS[is_related], taken)
    else:
        advice = "keep the name of one, and call the other what it holds, such as "
        advice += _call("region", taken)
    return f"{found}: {advice}"


def _find_ids(
    columns: Mapping[int, Sequence[str]], others: Sequence[int], numbers: Sequence[int]
) -> list[int]:
    """Find the columns that may name items: texts, or numbers that come again."""
    texts = [at for at in others if at not in numbers]
    if texts or len(numbers) != 2:
        return texts if len(numbers) == 1 else []
    kinds = {at: len(set(columns[at])) for at in numbers}
    one, other = sorted(numbers, key=lambda at: kinds[at])
    return [one] if 2 * kinds[one] < kinds[other] else []


def _call(name: str, taken: set[str]) -> str:
    """Give a name for a column that no other column has."""
    return repr(name if name not in taken else f"{name}_2")


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
        last = next((row[-1].strip() for row in rows if row and row[-1].strip()), "")
        names = list_some(map(repr, header[1:]))
        remedy = "the names stand one column too far right: call the columns, from the "
        remedy += f"left, {names} and, for the last, what it holds (such as "
        remedy += f"{shorten(last)!r})"
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
    dates = [at for at, cell in enumerate(row) if is_date(cell)]
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
    named = [at for at, name in enumerate(header) if TIMELY.search(name)]
    return not header[0] and any(dates[at - 1] and not dates[at] for at in named)
