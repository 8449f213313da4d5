"""Tables with a column for each moment or series, brought into long form."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from glue.arrays import Array, as_texts
from glue.findings.finding import Example, Findings, Tallies, list_some
from glue.reading.clocks import is_part
from glue.reading.numbers import NumberEvidence, find_decimal_mark, parse_numbers
from glue.reading.profile import SAMPLE_ROWS
from glue.reading.tables import Table
from glue.reading.timestamps import is_moment, month_number, share_moments
from glue.reading.views import View, drop_columns
from glue.rows import Rows
from glue.understanding.column_names import (
    DEFAULT_NAMES,
    ITEM,
    TARGET,
    TIME,
    is_measure,
    is_time_name,
    is_usual,
)
from glue.understanding.roles import reject_wide
from glue.understanding.totals import is_total

_STEP = re.compile(r"(d|day|w|wk|week)[_ ]?(\d{1,4})", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20|21)\d\d")
_ALL_MONTHS = [f"{number:02d}" for number in range(1, 13)]
# What columns beside those of months are called that sum them up.
_SUMS = ("annual", "average", "avg", "mean", "ytd", "mittel", "mittelwert", "jahr")
# Where the first step of columns that only count is put: a Saturday, and a Monday.
_FIRST_DAY, _FIRST_WEEK = date(2000, 1, 1), date(2000, 1, 3)
# With fewer columns, names that end in numbers may well be something else.
_LEAST_STEPS = 8
# With fewer dates, nothing could be forecast; they may be years beside each other.
_LEAST_DATES = 4
_LEAST_ROWS = 8
# Columns of one kind have medians that are at most so many times each other.
_ALIKE = 20.0


@dataclass(frozen=True)
class Melting:
    """How a table is brought into long form.

    ``labels`` maps each column that becomes rows to what is written in the column
    ``label``; ``kept`` are the columns that stay, ``value`` takes the cells. Where the
    columns are months, ``year`` has the year of each row.
    """

    labels: Mapping[str, str]
    kept: tuple[str, ...]
    label: str
    value: str
    kind: str
    note: str = ""
    year: str = ""

    @property
    def header(self) -> list[str]:
        """The columns of the long form."""
        return [*self.kept, self.label, self.value]

    def melt(self, rows: Rows, _: Tallies) -> Rows:
        """Make a row of each cell that is not blank, in the order of the columns."""
        count = len(self.labels)
        cells = np.stack([rows[name] for name in self.labels], axis=1).reshape(-1)
        columns = {name: np.repeat(rows[name], count) for name in self.kept}
        labels = np.tile(as_texts(self.labels.values()), len(rows))
        if self.year:
            years = np.repeat(rows[self.year], count).tolist()
            labels = as_texts(f"{y.strip()}-{m}" for y, m in zip(years, labels))
        columns[self.label] = labels
        columns[self.value] = cells
        filled = np.array([bool(text.strip()) for text in cells.tolist()], dtype=bool)
        return Rows.undated(columns, np.repeat(rows.numbers, count)).take(filled)


def melt_table(
    table: Table, sample: Rows, configured: Mapping[str, Any], findings: Findings
) -> Table:
    """Bring a table into long form that has a column for each moment or series.

    Parameters
    ----------
    table
        The file.
    sample
        Its first rows.
    configured
        The TimeSeriesConfig of the settings.
    findings
        Takes what was understood, or why the table cannot be used.

    Returns
    -------
    Table
        The same table when it is in long form already.

    Raises
    ------
    FileRejected
        When it is wide, and nothing says how it is meant.
    """
    if TARGET in configured and configured[TARGET] in table.header:
        return table
    melting = _find_melting(table.header, sample, configured)
    if melting is None:
        return table
    table = _drop_totals(table, melting, findings)
    table, sample = _drop_sums(table, sample, melting)
    _check(table, melting, sample, findings)
    long = melting.melt(sample, Tallies())
    findings.add(
        "table-melted",
        count=len(melting.labels),
        examples=_show(table.name, melting, long),
        file=table.name,
        kind=melting.kind,
        columns=list_some(melting.labels, 2),
        label=melting.label,
        value=melting.value,
        note=melting.note,
    )
    growth = _measure(long) / max(_measure(sample), 1)
    return View(
        table, melting.header, melting.melt, spread=len(melting.labels), growth=growth
    )


def _find_melting(
    header: Sequence[str], sample: Rows, configured: Mapping[str, Any]
) -> Melting | None:
    time = str(configured.get(TIME, DEFAULT_NAMES[TIME]))
    value = str(configured.get(TARGET, DEFAULT_NAMES[TARGET]))
    dates = {name: name for name in header if is_moment(name, named=True)}
    if len(dates) > 1:
        return Melting(dates, _rest(header, dates), time, value, "date")
    months = _find_months(header)
    years = [name for name in header if _holds_years(sample[name])]
    if any(_is_time(n, sample[n]) for n in header if n not in years):
        series = _find_series(sample, configured)
        item = str(configured.get(ITEM, DEFAULT_NAMES[ITEM]))
        labels = {name: name for name in series}
        kept = _rest(header, labels)
        return Melting(labels, kept, item, value, "series") if series else None
    if months and len(years) == 1:
        kept = tuple(n for n in _rest(header, months) if n != years[0])
        return Melting(months, kept, years[0], value, "month", year=years[0])
    steps = _find_steps(header)
    if steps:
        note = f"; no dates stand in it, so that they were counted from {_FIRST_DAY}"
        if "week" in steps.values():
            note = note.replace(f"{_FIRST_DAY}", f"{_FIRST_WEEK}")
        kind = next(iter(steps.values()))
        labels = dict(zip(steps, _count_dates(kind, len(steps))))
        return Melting(labels, _rest(header, steps), time, value, kind, note)
    return None


def _rest(header: Sequence[str], columns: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in header if name not in columns and not _is_sum(name))


def _is_sum(name: str) -> bool:
    """Say whether a column is called as what sums up the others of its row."""
    return is_total(name) or name.strip().casefold() in _SUMS


def _find_months(header: Sequence[str]) -> dict[str, str]:
    """List the columns that are called as the months of a year, if all of them are."""
    numbers = {name: month_number(name) for name in header}
    months = {name: f"{number:02d}" for name, number in numbers.items() if number}
    return months if sorted(months.values()) == _ALL_MONTHS else {}


def _holds_years(texts: Array) -> bool:
    filled = [text.strip() for text in texts.tolist() if text.strip()]
    return bool(filled) and all(_YEAR.fullmatch(text) for text in filled)


def _find_steps(header: Sequence[str]) -> dict[str, str]:
    """List the columns that count days or weeks, and which, if they do so in order."""
    matches = [(name, _STEP.fullmatch(name)) for name in header]
    found = [(name, match) for name, match in matches if match is not None]
    numbers = [int(match[2]) for _, match in found]
    kinds = {"day" if match[1][0] in "dD" else "week" for _, match in found}
    counted = numbers == list(range(min(numbers, default=0), len(numbers) + 1))
    counted = counted or numbers == list(range(len(numbers)))
    if len(found) < _LEAST_STEPS or len(kinds) > 1 or not counted:
        return {}
    return {name: next(iter(kinds)) for name, _ in found}


def _count_dates(kind: str, count: int) -> list[str]:
    first, step = (_FIRST_DAY, 1) if kind == "day" else (_FIRST_WEEK, 7)
    return [f"{first + timedelta(days=step * n)}" for n in range(count)]


def _find_series(sample: Rows, configured: Mapping[str, Any]) -> list[str]:
    """List the columns of numbers that are a series each, beside one of moments.

    They are when moments do not repeat, when no name speaks of a measure, and when
    all are of one kind and size: otherwise they may be a target and its covariates.
    """
    if ITEM in configured or len(sample) < _LEAST_ROWS:
        return []
    names = list(sample.columns)
    times = [n for n in names if _is_time(n, sample[n])]
    others = [n for n in names if n not in times and any(map(str.strip, sample[n]))]
    if len(times) != 1 or len(others) < 2:
        return []
    moments = sample[times[0]].tolist()
    clear = not any(is_measure(n) or is_usual(TARGET, n) for n in others)
    if len(set(moments)) < len(moments) or not clear:
        return []
    return others if _are_alike([sample[n] for n in others]) else []


def _is_time(name: str, texts: Array) -> bool:
    filled = [text.strip() for text in texts.tolist() if text.strip()]
    return share_moments(filled, named=is_time_name(name)) >= 0.9


def _are_alike(columns: Sequence[Array]) -> bool:
    """Say whether columns hold numbers of one kind and one size, and no flags."""
    kinds, sizes = set(), []
    for texts in columns:
        evidence = NumberEvidence()
        stripped = as_texts(text.strip() for text in texts.tolist())
        evidence.add(stripped)
        mark = find_decimal_mark(evidence).mark or ","
        if not evidence.is_numeric or len(set(texts.tolist())) < 4:
            return False
        kinds.add(evidence.is_whole(mark))
        values = np.abs(parse_numbers(stripped, mark)[0])
        sizes.append(max(float(np.nanmedian(values)), 1e-9))
    return len(kinds) == 1 and max(sizes) / min(sizes) <= _ALIKE


def _drop_totals(table: Table, melting: Melting, findings: Findings) -> Table:
    """Leave out the columns that sum up the others."""
    taken = {*melting.labels, *melting.header, melting.year}
    totals = [name for name in table.header if name not in taken and _is_sum(name)]
    if not totals or melting.kind == "series":
        return table
    findings.add(
        "total-rows",
        count=len(totals),
        examples=[Example(table.name, 1, name) for name in totals],
        file=table.name,
        done="these columns were left out",
    )
    return drop_columns(table, totals)


def _drop_sums(table: Table, sample: Rows, melting: Melting) -> tuple[Table, Rows]:
    """Leave out the row that is called a total and sums up all the others.

    Any other row of that name stays, as an item like the others.
    """
    texts = list(zip(*(sample[name].tolist() for name in melting.kept)))
    named = [n for n, row in enumerate(texts) if any(map(is_total, row))]
    whole = 2 < len(sample) < SAMPLE_ROWS and melting.kind != "series"
    if len(named) != 1 or not whole or not _sums_up(sample, named[0], melting.labels):
        return table, sample
    number, name = int(sample.numbers[named[0]]), melting.kept[0]

    def change(rows: Rows, tallies: Tallies) -> Rows:
        mask = rows.numbers == number
        if mask.any():
            examples = rows.first_texts(mask, table.name, name)
            done = "it was left out"
            tallies.add("total-rows", examples, count=1, file=table.name, done=done)
        return rows.take(~mask)

    return View(table, table.header, change), change(sample, Tallies())


def _sums_up(sample: Rows, at: int, names: Iterable[str]) -> bool:
    """Say whether a row has the sums of all others, in nearly every column."""
    good = []
    for name in names:
        texts = as_texts(text.strip() for text in sample[name].tolist())
        evidence = NumberEvidence()
        evidence.add(texts)
        values = parse_numbers(texts, find_decimal_mark(evidence).mark or ".")[0]
        rest = float(np.nansum(np.delete(values, at)))
        good.append(abs(rest - np.nan_to_num(values[at])) < 0.005 + 1e-9 * abs(rest))
    return bool(sum(good) >= 0.95 * len(good))


def _check(table: Table, melting: Melting, sample: Rows, findings: Findings) -> None:
    """Refuse a wide table that could be meant in several ways.

    Raises
    ------
    FileRejected
        When it is one.
    """
    taken = {name.casefold() for name in melting.kept}
    twice = taken & {melting.label.casefold(), melting.value.casefold()}
    dated = [
        name
        for name in melting.kept
        if (melting.kind != "series" and _is_time(name, sample[name]))
        or is_part(name, sample[name].tolist())
    ]
    few = len(melting.labels) < _LEAST_DATES and melting.kind == "date"
    again = _find_repeat(sample, melting)
    label = next(iter(sorted(twice)), "")
    reasons = (
        (
            few,
            f"it has {len(melting.labels)} dates, too few to be forecast from",
            f"upload at least {_LEAST_DATES} time steps of history, as columns or rows",
        ),
        (twice, f"it has a column {label!r} already", f"rename the column {label!r}"),
        (dated, f"its columns {list_some(map(repr, dated))} hold dates too", None),
        (
            again is not None,
            f"row {again} is called as one above it",
            "give each row a name of its own, such as an item and a store, in as many "
            "columns as are needed; or keep one row of each series",
        ),
    )
    for is_so, why, remedy in reasons:
        if is_so:
            columns = list(melting.labels)
            raise reject_wide(table.name, columns, findings, why, remedy=remedy)


def _find_repeat(sample: Rows, melting: Melting) -> int | None:
    """Find the first row with the same words as one above, which is one series."""
    if melting.kind == "series":
        return None
    names = [*melting.kept, *([melting.year] if melting.year else [])]
    seen = set[tuple[str, ...]]()
    for at in range(len(sample)):
        words = tuple(str(sample[name][at]) for name in names)
        if words in seen:
            return int(sample.numbers[at])
        seen.add(words)
    return None


def _measure(rows: Rows) -> int:
    """Count the characters of rows as text."""
    return sum(
        len(text) + 1 for values in rows.columns.values() for text in values.tolist()
    )


def _show(file: str, melting: Melting, long: Rows) -> list[Example]:
    """Show the first rows of the long form."""
    first = long.take(slice(0, 3))
    lines = zip(*(first[name].tolist() for name in melting.header))
    return [
        Example(file, int(number), None, ", ".join(line))
        for number, line in itertools.islice(zip(first.numbers.tolist(), lines), 3)
    ]
