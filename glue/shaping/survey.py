"""A pass over the parts of the history: the facts that hold for all of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from glue.arrays import Array
from glue.findings.finding import Example, Findings, Tally
from glue.frequency import DAY, Frequency, StepEvidence
from glue.reading.timestamps import format_moment
from glue.rows import Rows, Series
from glue.shaping.parts import Parts
from glue.understanding.roles import Roles
from glue.understanding.totals import is_total

# More item ids than this are not compared with each other, for memory's sake.
_MOST_SPELLINGS = 200_000
# A long number that a spreadsheet has rounded.
_DAMAGED = re.compile(r"\d[.,]\d{1,15}[eE]\+?\d{1,3}|\d[eE]\+\d{1,3}")


@dataclass(frozen=True)
class Survey:
    """What the whole history is: its extent, its steps, its values.

    ``last`` is the last moment at which any series has a value; what lies after
    it, up to ``end``, is the future's. Moments are seconds since 1970; ``moments``
    are all distinct ones, in order. ``low`` and ``high`` bound the target.
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
    totals: Tally
    damaged: Tally
    zeros_from: int | None
    low: float
    high: float

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


def survey_parts(parts: Parts, roles: Roles, file: str) -> Survey | None:
    """Sort each part by series and time, on disk, and sum up what all hold.

    Parameters
    ----------
    parts
        The history.
    roles
        Its columns.
    file
        Its name, for the messages.

    Returns
    -------
    Survey
        None when no row has a value of the target.
    """
    sums, spellings = _Sums(), _Spellings(file, roles.item_id)
    for number in range(parts.count):
        rows = parts.load(number)
        if len(rows):
            rows = rows.sort(roles.keys)
            parts.replace(number, rows)
            sums.add(rows.series(roles.keys), roles)
            spellings.add(rows)
    return sums.make_survey(spellings)


@dataclass
class _Sums:
    """What adds up over the parts."""

    rows: int = 0
    observed: int = 0
    series: int = 0
    items: Array = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    lasts: list[int] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    moments: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    seen: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    nonzero: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    steps: StepEvidence = field(default_factory=StepEvidence)
    changing: set[str] = field(default_factory=set)
    low: float = float("inf")
    high: float = float("-inf")

    def add(self, series: Series, roles: Roles) -> None:
        """Take in a part."""
        rows = series.rows
        self.rows += len(rows)
        self.series += len(series)
        self.items = np.union1d(self.items, _hash_texts(rows[roles.item_id]))
        self.steps.add(rows.seconds, series.numbers)
        self.moments = np.union1d(self.moments, rows.seconds)
        self._add_values(rows, rows[roles.target])
        for name in roles.others:
            if name not in self.changing and _changes(rows[name], series):
                self.changing.add(name)

    def _add_values(self, rows: Rows, target: Array) -> None:
        observed = ~np.isnan(target)
        if observed.any():
            self.observed += int(observed.sum())
            self.firsts.append(int(rows.seconds[observed].min()))
            self.lasts.append(int(rows.seconds[observed].max()))
            self.seen = np.union1d(self.seen, rows.seconds[observed])
            some = observed & (target != 0)
            self.nonzero = np.union1d(self.nonzero, rows.seconds[some])
            self.low = min(self.low, float(target[observed].min()))
            self.high = max(self.high, float(target[observed].max()))

    def _find_zeros(self) -> int | None:
        """Give the first of the moments at the end where all series are zero.

        None when there are fewer than two, or as many in between.
        """
        zero = ~np.isin(self.seen, self.nonzero)
        if not len(self.nonzero):
            return None
        tail = int(zero[::-1].cumprod().sum())
        bounds = np.flatnonzero(np.diff(np.concatenate([[0], zero, [0]])))
        runs = (bounds[1::2] - bounds[::2]).tolist()
        longest = max(runs[:-1], default=0) if tail else 0
        return int(self.seen[-tail]) if tail >= 2 and tail > 2 * longest else None

    def make_survey(self, spellings: _Spellings) -> Survey | None:
        """Put all parts together; None when there is no value."""
        if not self.observed:
            return None
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
            totals=spellings.totals,
            damaged=spellings.damaged,
            zeros_from=self._find_zeros(),
            low=self.low,
            high=self.high,
        )


def _spell(text: str) -> str:
    """Reduce an id to what a person may take for the same: alt-sax and Alt Sax."""
    return re.sub(r"[\s_-]+", " ", text.casefold()).strip()


class _Spellings:
    """Looks for item ids that differ in case, spaces or marks only."""

    def __init__(self, file: str, item_id: str) -> None:
        self._file, self._item_id = file, item_id
        self._rows: dict[str, dict[str, int]] = {}
        self._count = 0
        self.totals, self.damaged = Tally(), Tally()

    def add(self, rows: Rows) -> None:
        """Take in the ids of a part; beyond some number, there is no search."""
        if self._count > _MOST_SPELLINGS:
            self._rows.clear()
            return
        codes, uniques = pd.factorize(rows[self._item_id])
        firsts = np.full(len(uniques), np.iinfo(np.int64).max)
        np.minimum.at(firsts, codes, rows.numbers)
        for text, row in zip(uniques.tolist(), firsts.tolist()):
            place = Example(self._file, row, self._item_id, text)
            if _DAMAGED.fullmatch(text):
                self.damaged.add([place])
            elif is_total(text):
                self.totals.add([place])
            spellings = self._rows.setdefault(_spell(text), {})
            self._count += text not in spellings
            spellings[text] = min(row, spellings.get(text, row))

    def find_alike(self) -> Tally:
        """Give the ids that have a twin, all but the first of each."""
        tally = Tally()
        for plain, spellings in self._rows.items():
            if plain and len(spellings) > 1:
                (_, first), *others = sorted((row, t) for t, row in spellings.items())
                tally.add(
                    Example(self._file, row, self._item_id, f"{text} (like {first})")
                    for row, text in others
                )
        return tally


def _changes(values: Array, series: Series) -> bool:
    """Say whether a column has two values within any series."""
    before, after = values[:-1], values[1:]
    same = before == after
    if values.dtype != object:
        same |= np.isnan(before) & np.isnan(after)
    return bool((~same & (np.diff(series.numbers) == 0)).any())


def _hash_texts(texts: Array) -> Array:
    """Hash distinct texts to numbers that stay the same from part to part."""
    digests = [
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for text in set(texts.tolist())
    ]
    return np.unique(np.frombuffer(b"".join(digests), dtype=np.uint64))


@dataclass(frozen=True)
class HistoryCheck:
    """A check of the whole history: how many places break it, and which."""

    code: str
    count: Callable[[Survey, int], int]
    examples: Callable[[Survey], list[Example]] = lambda _: []


CHECKS = (
    HistoryCheck("too-many-series", lambda s, most: s.series * (s.series > most)),
    HistoryCheck("target-constant", lambda s, _: s.low == s.high and s.observed > 1),
    HistoryCheck("ids-alike", lambda s, _: s.alike.count, lambda s: s.alike.examples),
    HistoryCheck("one-series", lambda s, _: s.series == 1),
    HistoryCheck(
        "total-rows",
        lambda s, _: s.totals.count * (s.items > 1),
        lambda s: s.totals.examples,
    ),
    HistoryCheck(
        "ids-damaged", lambda s, _: s.damaged.count, lambda s: s.damaged.examples
    ),
    HistoryCheck("zeros-at-end", lambda s, _: s.zeros_from is not None),
)


def check_history(
    survey: Survey, roles: Roles, file: str, findings: Findings, *, most_series: int
) -> None:
    """Say what is wrong with the history as a whole."""
    for check in CHECKS:
        count = int(check.count(survey, most_series))
        if count:
            findings.add(
                check.code,
                count=count,
                examples=check.examples(survey),
                file=file,
                target=roles.target,
                value=survey.high,
                most=most_series,
                done="these items are forecast beside what they sum up",
                since=format_moment(survey.zeros_from or 0),
            )
