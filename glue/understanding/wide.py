"""Tables with a column for each moment or series, brought into long form."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from glue.arrays import Array, as_texts
from glue.findings.finding import Example, Findings, Tallies, list_some
from glue.reading.numbers import NumberEvidence
from glue.reading.tables import Table
from glue.reading.timestamps import TimestampEvidence, is_moment
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
    ``label``; ``kept`` are the columns that stay, ``value`` takes the cells.
    """

    labels: Mapping[str, str]
    kept: tuple[str, ...]
    label: str
    value: str
    kind: str
    note: str = ""

    @property
    def header(self) -> list[str]:
        """The columns of the long form."""
        return [*self.kept, self.label, self.value]

    def melt(self, rows: Rows, _: Tallies) -> Rows:
        """Make a row of each cell that is not blank, in the order of the columns."""
        count = len(self.labels)
        cells = np.stack([rows[name] for name in self.labels], axis=1).reshape(-1)
        columns = {name: np.repeat(rows[name], count) for name in self.kept}
        columns[self.label] = np.tile(as_texts(self.labels.values()), len(rows))
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
    steps = _find_steps(header)
    if steps:
        note = f"; no dates stand in it, so that they were counted from {_FIRST_DAY}"
        if "week" in steps.values():
            note = note.replace(f"{_FIRST_DAY}", f"{_FIRST_WEEK}")
        kind = next(iter(steps.values()))
        labels = dict(zip(steps, _count_dates(kind, len(steps))))
        return Melting(labels, _rest(header, steps), time, value, kind, note)
    series = _find_series(sample, configured)
    if series:
        item = str(configured.get(ITEM, DEFAULT_NAMES[ITEM]))
        kept = _rest(header, series)
        return Melting({n: n for n in series}, kept, item, value, "series")
    return None


def _rest(header: Sequence[str], columns: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in header if name not in columns and not is_total(name))


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


def _find_series(sample: Rows, configured: Mapping[str, Any]) -> dict[str, str]:
    """List the columns of numbers that are a series each, beside one of moments.

    They are when moments do not repeat, when no name speaks of a measure, and when
    all are of one kind and size: otherwise they may be a target and its covariates.
    """
    if ITEM in configured or len(sample) < _LEAST_ROWS:
        return {}
    names = list(sample.columns)
    times = [n for n in names if _is_time(n, sample[n])]
    others = [n for n in names if n not in times and any(map(str.strip, sample[n]))]
    if len(times) != 1 or len(others) < 2:
        return {}
    moments = sample[times[0]].tolist()
    clear = not any(is_measure(n) or is_usual(TARGET, n) for n in others)
    if len(set(moments)) < len(moments) or not clear:
        return {}
    return {n: n for n in others} if _are_alike([sample[n] for n in others]) else {}


def _is_time(name: str, texts: Array) -> bool:
    filled = [text.strip() for text in texts.tolist() if text.strip()]
    evidence = TimestampEvidence()
    evidence.add(filled)
    return evidence.share(named=is_time_name(name)) >= 0.9


def _are_alike(columns: Sequence[Array]) -> bool:
    """Say whether columns hold numbers of one kind and one size, and no flags."""
    kinds, sizes = set(), []
    for texts in columns:
        evidence = NumberEvidence()
        evidence.add(as_texts(text.strip() for text in texts.tolist()))
        if not evidence.is_all_plain or len(set(texts.tolist())) < 4:
            return False
        kinds.add(evidence.is_whole("."))
        values = np.abs([float(t) for t in texts.tolist() if t.strip()])
        sizes.append(max(float(np.median(values)), 1e-9))
    return len(kinds) == 1 and max(sizes) / min(sizes) <= _ALIKE


def _drop_totals(table: Table, melting: Melting, findings: Findings) -> Table:
    """Leave out the columns that sum up the others."""
    totals = [
        name for name in table.header if name not in melting.labels and is_total(name)
    ]
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


def _check(table: Table, melting: Melting, sample: Rows, findings: Findings) -> None:
    """Refuse a wide table that could be meant in several ways.

    Raises
    ------
    FileRejected
        When it is one.
    """
    taken = {name.casefold() for name in melting.kept}
    twice = taken & {melting.label.casefold(), melting.value.casefold()}
    dated = melting.kind != "series" and any(
        _is_time(name, sample[name]) for name in melting.kept
    )
    few = len(melting.labels) < _LEAST_DATES and melting.kind == "date"
    if few or twice or dated or _repeats(sample, melting):
        raise reject_wide(table.name, list(melting.labels), findings)


def _repeats(sample: Rows, melting: Melting) -> bool:
    """Say whether several rows have the same words, so that they are one series."""
    if melting.kind == "series":
        return False
    if not melting.kept:
        return len(sample) > 1
    rows = list(zip(*(sample[name].tolist() for name in melting.kept)))
    return len(set(rows)) < len(rows)


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
