"""The names of a table's columns, and which of them cannot be used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from glue.findings.finding import Example, FileRejected, Findings, shorten

MAX_COLUMNS = 1_000
MAX_NAME = 256


def check_count(columns: int, file: str, findings: Findings) -> None:
    """Refuse a table in wide form, before any of its rows is read.

    Raises
    ------
    FileRejected
        When it has more columns than any table in long form.
    """
    if columns > MAX_COLUMNS:
        raise findings.reject("csv-too-many-columns", file=file, most=MAX_COLUMNS)


def check_header(header: Sequence[str], file: str, findings: Findings) -> None:
    """Refuse column names that cannot be used.

    Raises
    ------
    FileRejected
        When there are any, after all of them were said.
    """
    before = findings.errors
    blank = [number for number, name in enumerate(header, 1) if not name]
    if blank:
        places = [Example(file, 1, f"number {number}") for number in blank]
        findings.add("header-blank", count=len(blank), examples=places, file=file)
    counts = Counter(name.casefold() for name in header if name)
    twice = sorted({name for name in header if counts[name.casefold()] > 1})
    if twice:
        places = [Example(file, 1, shorten(name)) for name in twice]
        turned = len(twice) < len(header) / 2 < sum(counts[n.casefold()] for n in twice)
        remedy = "turn the table, so that each line is a row" if turned else None
        findings.add(
            "header-twice", count=len(twice), examples=places, remedy=remedy, file=file
        )
    long = [name for name in header if len(name) > MAX_NAME]
    if long:
        places = [Example(file, 1, shorten(name)) for name in long]
        findings.add("header-too-long", examples=places, file=file, most=MAX_NAME)
    if findings.errors > before:
        raise FileRejected(f"the header of {file} cannot be used")
