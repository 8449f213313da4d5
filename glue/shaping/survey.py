"""A pass over the parts of the history: the facts that hold for all of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from glue.arrays import Array
from glue.columns import Column
from glue.findings.finding import Example, Tally
from glue.frequency import DAY, Frequency, StepEvidence
from glue.reading.timestamps import format_moment
from glue.rows import Rows, Series
from glue.shaping.formula_ids import FormulaIds
from glue.shaping.parts import Parts
from glue.shaping.series_copies import SeriesCopies
from glue.shaping.spellings import Spellings
from glue.shaping.unit_changes import UnitChanges
from glue.shaping.workers import Workers
from glue.understanding.roles import Roles

# How many moments tell whether they are swapped, and with which shares of even steps.
_LEAST_MOMENTS, _MOST_MOMENTS = 8, 20_000
_EVEN, _UNEVEN = 0.99, 0.97
_EPOCH = datetime(1970, 1, 1)
_TIMED = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Survey:
    """What the whole history is: its extent, its steps, its values.

    ``last`` is the last moment at which any series has a value; what lies after
    it, up to ``end``, is the future's. Moments are seconds since 1970; ``moments``
    are all distinct ones, in order. ``low`` and ``high`` bound the target, and
    ``twins`` maps keys to others that a person may take for the same. ``find_rows``
    looks for the rows at some moments.
    """

    rows: int
    observed: int
    series: int
    items: int
    first: int
    last: int
    moments: Array
    steps: StepEvidence
    changing: frozenset[str]
    alike: Tally
    twins: dict[str, str]
    totals: Tally
    damaged: Tally
    formulas: Tally
    copies: Tally
    units: Tally
    garbled: Tally
    crossed: Tally
    zeros_from: int | None
    low: float
    high: float
    find_rows: Callable[[Array], Tally]

    @property
    def is_swapped(self) -> bool:
        """Whether the steps become even once day and month are swapped back.

        A spreadsheet that reads dates in the wrong order swaps all that it can, and
        leaves days above 12 as they are.
        """
        moments = self.moments.tolist()
        if not _LEAST_MOMENTS <= len(moments) <= _MOST_MOMENTS:
            return False
        swapped = np.unique(np.array(list(map(_swap_back, moments)), dtype=np.int64))
        return (
            len(swapped) == len(moments)
            and _share_even(swapped) >= _EVEN
            and _share_even(self.moments) < _UNEVEN
        )

    def find_uneven(self) -> Array:
        """Give the ends of the first step that is not as long as most, if any."""
        steps = np.diff(self.moments)
        if not len(steps):
            return self.moments[:0]
        lengths, counts = np.unique(steps, return_counts=True)
        at = int(np.argmax(steps != lengths[counts.argmax()]))
        return self.moments[at : at + 2]

    def describe_uneven(self) -> str:
        """Say from when to when the first step is that is not as long as most."""
        pattern = _TIMED if self.has_times else "%Y-%m-%d"
        ends = [
            format_moment(seconds, pattern) for seconds in self.find_uneven().tolist()
        ]
        return f"from {ends[0]} to {ends[1]}" if ends else ""

    @property
    def end(self) -> int:
        """The last moment of all."""
        return int(self.moments[-1])

    @property
    def has_times(self) -> bool:
        """Whether any moment is not a midnight."""
        return bool((self.moments % DAY != 0).any())

    def history_moments(self) -> Array:
        """Give the distinct moments up to the last value, in order."""
        return self.moments[self.moments <= self.last]

    def describe(self) -> dict[str, int]:
        """Say how much there is."""
        return {"rows": self.rows, "series": self.series, "items": self.items}

    def count_steps(self, frequency: Frequency) -> int:
        """Count the distinct periods of history that hold a row."""
        moments = self.history_moments()
        return len(np.unique(frequency.periods(moments, int(moments[0]))))


def survey_parts(
    parts: Parts, roles: Roles, file: str, workers: Workers
) -> tuple[Survey | None, Parts]:
    """Sort each part by series and time, and sum up what all hold.

    Parameters
    ----------
    parts
        The history.
    roles
        Its columns.
    file
        Its name, for the messages.
    workers
        Who works on the parts.

    Returns
    -------
    tuple
        The survey, None when no row has a value of the target; and the sorted parts.
    """
    sums = _Sums.of(file, roles.keys)
    step = _SurveyPart(parts, parts.renew(workers), roles, file)
    for part in workers.run(step, parts.count):
        sums.merge(part)
    survey = sums.make_survey()
    if survey is None:
        return None, step.sorted
    find = _RowFinder(step.sorted, file, roles.timestamp)
    return replace(survey, find_rows=find), step.sorted


@dataclass(frozen=True)
class _SurveyPart:
    """Sorts one part, and sums up what it holds."""

    parts: Parts
    sorted: Parts
    roles: Roles
    file: str

    def __call__(self, number: int) -> _Sums:
        keys = self.roles.keys
        sums = _Sums.of(self.file, keys)
        given = self.parts.load(number)
        rows = given.sort(keys) if len(given) else given
        if rows is not given or self.sorted != self.parts:
            self.sorted.write(number, rows)
        if len(rows):
            sums.add(rows.series(keys), self.roles)
        return sums


@dataclass(frozen=True)
class _RowFinder:
    """Looks for the rows at some moments, in all parts."""

    parts: Parts
    file: str
    column: str

    def __call__(self, moments: Array) -> Tally:
        found = Tally()
        for number in range(self.parts.count):
            rows = self.parts.load(number)
            mask = np.isin(rows.seconds, moments)
            places = _show_moments(rows, mask, self.file, self.column)
            found.add(places, count=int(mask.sum()))
        return found


def _show_moments(rows: Rows, mask: Array, file: str, column: str) -> list[Example]:
    """Give the first marked rows, with their moments."""

    def write(at: int) -> str:
        seconds = int(rows.seconds[at])
        return format_moment(seconds, "%Y-%m-%d" if seconds % DAY == 0 else _TIMED)

    return rows.first(mask, file, column, write)


@dataclass
class _Sums:
    """What adds up over the parts."""

    spellings: Spellings
    formulas: FormulaIds
    copies: SeriesCopies
    units: UnitChanges
    rows: int = 0
    observed: int = 0
    series: int = 0
    items: Array = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    lasts: list[int] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    moments: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    seen: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    zero: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    nonzero: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    steps: StepEvidence = field(default_factory=StepEvidence)
    changing: set[str] = field(default_factory=set)
    low: float = float("inf")
    high: float = float("-inf")

    @classmethod
    def of(cls, file: str, keys: tuple[str, ...]) -> _Sums:
        """Begin with nothing."""
        return cls(
            Spellings(file, keys),
            FormulaIds(file, keys),
            SeriesCopies(file, keys),
            UnitChanges(file),
        )

    def add(self, series: Series, roles: Roles) -> None:
        """Take in a part."""
        rows = series.rows
        self.rows += len(rows)
        self.series += len(series)
        self.items = np.union1d(
            self.items, _hash_texts(rows.factorize(roles.item_id)[1])
        )
        self.steps.add(rows.seconds, series.numbers)
        codes, moments = pd.factorize(rows.seconds)
        self.moments = np.union1d(self.moments, moments)
        self._add_values(codes, moments, rows[roles.target])
        for name in roles.others:
            if name not in self.changing and _changes(rows.given(name), series):
                self.changing.add(name)
        self.spellings.add(rows)
        self.formulas.add(rows)
        self.copies.add(series, roles.target)
        self.units.add(series, roles.others)

    def merge(self, other: _Sums) -> None:
        """Take in what other parts hold."""
        self.rows += other.rows
        self.observed += other.observed
        self.series += other.series
        self.firsts += other.firsts
        self.lasts += other.lasts
        self.items = np.union1d(self.items, other.items)
        self.moments = np.union1d(self.moments, other.moments)
        self.seen = np.union1d(self.seen, other.seen)
        self.zero = np.union1d(self.zero, other.zero)
        self.nonzero = np.union1d(self.nonzero, other.nonzero)
        self.steps.merge(other.steps)
        self.changing |= other.changing
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        self.spellings.merge(other.spellings)
        self.formulas.merge(other.formulas)
        self.copies.merge(other.copies)
        self.units.merge(other.units)

    def _add_values(self, codes: Array, moments: Array, target: Array) -> None:
        """Take in the values at some moments, of which each row has one by its code."""
        observed = ~np.isnan(target)
        if observed.any():
            self.observed += int(observed.sum())
            seen, none, some = (
                moments[np.bincount(codes[mask], minlength=len(moments)) > 0]
                for mask in (observed, target == 0, observed & (target != 0))
            )
            self.firsts.append(int(seen.min()))
            self.lasts.append(int(seen.max()))
            self.seen = np.union1d(self.seen, seen)
            self.zero = np.union1d(self.zero, none)
            self.nonzero = np.union1d(self.nonzero, some)
            self.low = min(self.low, float(target[observed].min()))
            self.high = max(self.high, float(target[observed].max()))

    def _find_zeros(self) -> int | None:
        """Give the first of the moments at the end where all series are zero.

        None when as many are in between, or when it is one, and any series was zero
        before.
        """
        zero = ~np.isin(self.seen, self.nonzero)
        if not len(self.nonzero):
            return None
        tail = int(zero[::-1].cumprod().sum())
        bounds = np.flatnonzero(np.diff(np.concatenate([[0], zero, [0]])))
        runs = (bounds[1::2] - bounds[::2]).tolist()
        longest = max(runs[:-1], default=0) if tail else 0
        is_plan = tail > 2 * longest if tail > 1 else tail == len(self.zero)
        return int(self.seen[-tail]) if tail and is_plan else None

    def make_survey(self) -> Survey | None:
        """Put all parts together; None when there is no value."""
        if not self.observed:
            return None
        spellings = self.spellings
        return Survey(
            rows=self.rows,
            observed=self.observed,
            series=self.series,
            items=len(self.items),
            first=min(self.firsts),
            last=max(self.lasts),
            moments=self.moments,
            steps=self.steps,
            changing=frozenset(self.changing),
            alike=spellings.find_alike(),
            twins=spellings.find_twins(),
            totals=spellings.totals,
            damaged=spellings.damaged,
            formulas=self.formulas.find(),
            copies=self.copies.find(),
            units=self.units.find(),
            garbled=spellings.garbled,
            crossed=spellings.find_crossed(),
            zeros_from=self._find_zeros(),
            low=self.low,
            high=self.high,
            find_rows=lambda _: Tally(),
        )


def _changes(column: Column, series: Series) -> bool:
    """Say whether a column has two values within any series."""
    values = column if isinstance(column, np.ndarray) else column.code().codes
    before, after = values[:-1], values[1:]
    same = before == after
    if values.dtype == float:
        same |= np.isnan(before) & np.isnan(after)
    return bool((~same & (np.diff(series.numbers) == 0)).any())


def _swap_back(seconds: int) -> int:
    """Swap day and month where that gives a date, in seconds since 1970."""
    moment = _EPOCH + timedelta(seconds=seconds)
    if moment.day <= 12:
        moment = moment.replace(month=moment.day, day=moment.month)
    return int((moment - _EPOCH).total_seconds())


def _share_even(moments: Array) -> float:
    """Give the share of the commonest step; months and years are each of one length."""
    steps = np.diff(moments)
    for days in ((28, 31), (89, 92), (365, 366)):
        near = (steps >= days[0] * DAY) & (steps <= days[1] * DAY)
        steps = np.where(near, days[0] * DAY, steps)
    return float(np.unique(steps, return_counts=True)[1].max() / len(steps))


def _hash_texts(texts: Array) -> Array:
    """Hash distinct texts to numbers that stay the same from part to part."""
    digests = [
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for text in texts.tolist()
    ]
    return np.unique(np.frombuffer(b"".join(digests), dtype=np.uint64))
