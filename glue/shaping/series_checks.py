"""Checks of single series, part by part; what they find adds up over all parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glue.findings.finding import Example, Finding, Tally
from glue.frequency import DAY, Frequency
from glue.reading.timestamps import format_moment
from glue.shaping.parts import ROW, SECONDS

Array = Any  # numpy's generic arrays are not worth their types at version 1.22

# AWS's own notebooks ask for four values of each series.
LEAST_VALUES = 4


@dataclass(frozen=True)
class SeriesContext:
    """What every part needs to know about the whole history."""

    file: str
    keys: tuple[str, ...]
    target: str
    frequency: Frequency
    origin: int
    last: int


@dataclass
class SeriesTallies:
    """What was found in the series of all parts."""

    duplicate: Tally = field(default_factory=Tally)
    same_period: Tally = field(default_factory=Tally)
    short: Tally = field(default_factory=Tally)
    empty: Tally = field(default_factory=Tally)
    ends_early: Tally = field(default_factory=Tally)
    gaps: Tally = field(default_factory=Tally)
    missing_steps: int = 0
    target_blank: Tally = field(default_factory=Tally)
    constant: Tally = field(default_factory=Tally)
    zero: Tally = field(default_factory=Tally)
    series: int = 0


def find_duplicates(seconds: Array, series: Array) -> Array:
    """Mark the sorted rows whose series and moment the row before has too."""
    same = (np.diff(series) == 0) & (np.diff(seconds) == 0)
    return np.concatenate([[False], same])


def check_series(
    context: SeriesContext,
    columns: Mapping[str, Array],
    series: Array,
    tallies: SeriesTallies,
) -> None:
    """Check the series of one part.

    Parameters
    ----------
    context
        The columns, and facts of the whole history.
    columns
        Rows sorted by series and time.
    series
        The series' number of each row, [n].
    tallies
        Takes what is found.
    """
    seconds, target = columns[SECONDS], columns[context.target]
    history = seconds <= context.last
    observed = ~np.isnan(target)
    _check_rows(context, columns, series, tallies)
    starts = np.flatnonzero(np.diff(series, prepend=-1))
    values = np.add.reduceat(observed.astype(np.int64), starts)
    tallies.series += len(starts)
    describe = _Describer(context, columns, starts)
    describe.add(tallies.empty, values == 0, lambda at: "no value")
    describe.add(
        tallies.short,
        (values > 0) & (values < LEAST_VALUES),
        lambda at: f"{values[at]} value(s)",
    )
    held = observed & history
    _check_extents(context, seconds, held, describe=describe, tallies=tallies)
    _check_values(target, observed, describe, tallies)


def keep_long_series(target: Array, series: Array) -> Array:
    """Mark the rows of the series that have enough values."""
    observed = (~np.isnan(target)).astype(np.int64)
    values = np.add.reduceat(observed, np.flatnonzero(np.diff(series, prepend=-1)))
    kept: Array = (values >= LEAST_VALUES)[series]
    return kept


def _check_rows(
    context: SeriesContext,
    columns: Mapping[str, Array],
    series: Array,
    tallies: SeriesTallies,
) -> None:
    seconds = columns[SECONDS]
    duplicate = find_duplicates(seconds, series)
    _add_rows(tallies.duplicate, context, columns, duplicate)
    periods = context.frequency.periods(seconds, context.origin)
    same = np.concatenate([[False], (np.diff(series) == 0) & (np.diff(periods) == 0)])
    _add_rows(tallies.same_period, context, columns, same & ~duplicate)
    blank = np.isnan(columns[context.target]) & (seconds <= context.last)
    _add_rows(tallies.target_blank, context, columns, blank)


def _add_rows(
    tally: Tally, context: SeriesContext, columns: Mapping[str, Array], mask: Array
) -> None:
    at = np.flatnonzero(mask)
    if len(at):
        first = at[np.argsort(columns[ROW][at], kind="stable")[:5]]
        places = [
            Example(
                context.file,
                int(columns[ROW][one]),
                context.keys[0],
                name_row(context.keys, columns, one),
            )
            for one in first.tolist()
        ]
        tally.add(places, count=len(at))


def name_series(keys: tuple[str, ...], columns: Mapping[str, Array], at: int) -> str:
    """Name the series of a row, its groups included."""
    return ", ".join(str(columns[name][at])[:60] for name in keys)


def name_row(keys: tuple[str, ...], columns: Mapping[str, Array], at: int) -> str:
    """Name a row: its series and its moment."""
    seconds = int(columns[SECONDS][at])
    pattern = "%Y-%m-%d %H:%M:%S" if seconds % DAY else "%Y-%m-%d"
    return f"{name_series(keys, columns, at)} at {format_moment(seconds, pattern)}"


class _Describer:
    """Adds series to tallies, at the first row that each has in its file."""

    def __init__(
        self, context: SeriesContext, columns: Mapping[str, Array], starts: Array
    ) -> None:
        self._context, self._columns = context, columns
        self.starts = starts
        self._rows = np.minimum.reduceat(columns[ROW], starts)

    def add(self, tally: Tally, mask: Array, words: Any) -> None:
        """Add the series that are marked; ``words`` says what is with each."""
        at = np.flatnonzero(mask)
        if not len(at):
            return
        first = at[np.argsort(self._rows[at], kind="stable")[:5]]
        keys = self._context.keys
        places = []
        for one in first.tolist():
            name = name_series(keys, self._columns, int(self.starts[one]))
            row = int(self._rows[one])
            value = f"{name}: {words(one)}"
            places.append(Example(self._context.file, row, keys[0], value))
        tally.add(places, count=len(at))


def _check_extents(
    context: SeriesContext,
    seconds: Array,
    observed: Array,
    *,
    describe: _Describer,
    tallies: SeriesTallies,
) -> None:
    """Find the series that end before the others, and those with gaps."""
    starts = describe.starts
    periods = context.frequency.periods(seconds, context.origin)
    low, high = np.iinfo(np.int64).min, np.iinfo(np.int64).max
    firsts = np.minimum.reduceat(np.where(observed, periods, high), starts)
    lasts = np.maximum.reduceat(np.where(observed, periods, low), starts)
    end = context.frequency.periods(np.array([context.last]), context.origin)[0]
    some = lasts > low
    describe.add(
        tallies.ends_early,
        some & (lasts < end),
        lambda at: f"ends {end - lasts[at]} step(s) early",
    )
    new = np.diff(periods, prepend=low) != 0
    new[starts] = True
    inside = new & (periods >= _repeat(firsts, starts, periods))
    inside &= periods <= _repeat(lasts, starts, periods)
    held = np.add.reduceat(inside.astype(np.int64), starts)
    missing = np.where(some, lasts - firsts + 1 - held, 0)
    tallies.missing_steps += int(missing.sum())
    describe.add(tallies.gaps, missing > 0, lambda at: f"{missing[at]} step(s) missing")


def _repeat(values: Array, starts: Array, rows: Array) -> Array:
    """Give each row the value of its series."""
    counts = np.diff(np.append(starts, len(rows)))
    return np.repeat(values, counts)


def _check_values(
    target: Array, observed: Array, describe: _Describer, tallies: SeriesTallies
) -> None:
    """Find the series that never change."""
    starts = describe.starts
    low = np.minimum.reduceat(np.where(observed, target, np.inf), starts)
    high = np.maximum.reduceat(np.where(observed, target, -np.inf), starts)
    counts = np.add.reduceat(observed.astype(np.int64), starts)
    still = (low == high) & (counts >= LEAST_VALUES)
    describe.add(tallies.zero, still & (low == 0), lambda at: "only zeros")
    describe.add(tallies.constant, still & (low != 0), lambda at: f"always {low[at]:g}")


def series_findings(
    tallies: SeriesTallies, context: SeriesContext, *, aggregated: bool
) -> list[Finding]:
    """Put into words what was found in all series.

    Parameters
    ----------
    tallies
        What the checks of all parts found.
    context
        Facts of the whole history.
    aggregated
        Whether the settings ask for the target's aggregation.
    """
    file, target = context.file, context.target
    duplicate_code = "duplicate-rows-aggregated" if aggregated else "duplicate-rows"
    frequency = context.frequency
    worded = [
        (
            tallies.duplicate,
            duplicate_code,
            f"row(s) of {file} repeat the key and the timestamp of another",
        ),
        (
            tallies.same_period,
            "finer-than-frequency",
            f"row(s) of {file} fall into the same {frequency.name} as another",
        ),
        (
            tallies.empty,
            "series-empty",
            f"of {tallies.series} series of {file} have no value of {target!r}",
        ),
        (
            tallies.short,
            "series-short",
            f"of {tallies.series} series have fewer than {LEAST_VALUES} values",
        ),
        (
            tallies.ends_early,
            "series-ends-early",
            f"of {tallies.series} series end before the last timestamp of all",
        ),
        (
            tallies.gaps,
            "series-gaps",
            f"of {tallies.series} series have gaps: "
            f"{tallies.missing_steps} step(s) are missing",
        ),
        (
            tallies.target_blank,
            "target-blank",
            f"row(s) of {file} have no value of {target!r} inside the history",
        ),
        (
            tallies.zero,
            "series-zero",
            f"of {tallies.series} series hold nothing but zeros",
        ),
        (
            tallies.constant,
            "series-constant",
            f"of {tallies.series} series always have the same value",
        ),
    ]
    return [
        tally.as_finding(code, f"{tally.count} {words}")
        for tally, code, words in worded
        if tally.count
    ]
