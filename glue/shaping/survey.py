"""A pass over the parts of the history: the facts that hold for all of it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from glue.findings.finding import Example, Tally
from glue.frequency import DAY, Frequency, StepEvidence
from glue.shaping.parts import ROW, SECONDS, Parts, number_series, sort_rows
from glue.understanding.roles import Roles

Array = Any  # numpy's generic arrays are not worth their types at version 1.22


# More item ids than this are not compared with each other, for memory's sake.
_MOST_SPELLINGS = 200_000


@dataclass
class Survey:
    """What the whole history is: its extent, its steps, its values.

    ``last`` is the last moment at which any series has a value; what lies after
    it is the future's. Moments are seconds since 1970.
    """

    rows: int = 0
    observed: int = 0
    series: int = 0
    items: int = 0
    first: int | None = None
    last: int | None = None
    end: int | None = None
    moments: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    steps: StepEvidence = field(default_factory=StepEvidence)
    changing: set[str] = field(default_factory=set)
    alike: Tally = field(default_factory=Tally)
    least: float = float("inf")
    most: float = float("-inf")

    @property
    def has_times(self) -> bool:
        """Whether any moment is not a midnight."""
        return bool((self.moments % DAY != 0).any())

    def history_moments(self) -> Array:
        """Give the distinct moments up to the last value, in order."""
        last = self.last if self.last is not None else -(2**62)
        moments: Array = self.moments[self.moments <= last]
        return moments

    def count_steps(self, frequency: Frequency) -> int:
        """Count the distinct periods of history that hold a row."""
        moments = self.history_moments()
        if not len(moments):
            return 0
        return len(np.unique(frequency.periods(moments, int(moments[0]))))


def survey_parts(parts: Parts, roles: Roles, file: str) -> Survey:
    """Sort each part by series and time, on disk, and sum up what all hold.

    Parameters
    ----------
    parts
        The history.
    roles
        Its columns.
    file
        Its name, for the messages.
    """
    survey, keys = Survey(), roles.keys
    spellings = _Spellings(file, roles.item_id)
    items = np.empty(0, dtype=np.uint64)
    for number in range(parts.count):
        columns = parts.load(number)
        if not columns:
            continue
        columns = sort_rows(columns, keys)
        parts.replace(number, columns)
        series = number_series(columns, keys)
        survey.series += int(series[-1]) + 1
        items = np.union1d(items, _hash_texts(columns[roles.item_id]))
        spellings.add(columns[roles.item_id], columns[ROW])
        _take_in(survey, columns[SECONDS], columns[roles.target], series)
        for name in roles.others:
            if name not in survey.changing and _changes(columns[name], series):
                survey.changing.add(name)
    survey.items = len(items)
    survey.alike = spellings.find_alike()
    return survey


def _spell(text: str) -> str:
    """Reduce an id to what a person may take for the same: alt-sax and Alt Sax."""
    return re.sub(r"[\s_-]+", " ", text.casefold()).strip()


class _Spellings:
    """Looks for item ids that differ in case, spaces or marks only."""

    def __init__(self, file: str, item_id: str) -> None:
        self._file, self._item_id = file, item_id
        self._first: dict[str, dict[str, int]] = {}
        self._known = 0

    def add(self, ids: Array, rows: Array) -> None:
        """Take in the ids of a part; beyond some number, there is no search."""
        if self._known > _MOST_SPELLINGS:
            self._first.clear()
            return
        codes, uniques = pd.factorize(ids)
        firsts = np.full(len(uniques), np.iinfo(np.int64).max)
        np.minimum.at(firsts, codes, rows)
        for text, row in zip(uniques.tolist(), firsts.tolist()):
            spellings = self._first.setdefault(_spell(text), {})
            self._known += text not in spellings
            spellings[text] = min(row, spellings.get(text, row))

    def find_alike(self) -> Tally:
        """Give the ids that have a twin, all but the first of each."""
        tally = Tally()
        for plain, spellings in self._first.items():
            if plain and len(spellings) > 1:
                by_row = sorted((row, text) for text, row in spellings.items())
                tally.add(
                    Example(
                        self._file, row, self._item_id, f"{text} (like {by_row[0][1]})"
                    )
                    for row, text in by_row[1:]
                )
        return tally


def _take_in(survey: Survey, seconds: Array, target: Array, series: Array) -> None:
    survey.rows += len(seconds)
    survey.steps.add(seconds, series)
    survey.moments = np.union1d(survey.moments, seconds)
    survey.end = int(survey.moments[-1])
    observed = ~np.isnan(target)
    survey.observed += int(observed.sum())
    if observed.any():
        last, first = int(seconds[observed].max()), int(seconds[observed].min())
        survey.last = last if survey.last is None else max(survey.last, last)
        survey.first = first if survey.first is None else min(survey.first, first)
        survey.least = min(survey.least, float(target[observed].min()))
        survey.most = max(survey.most, float(target[observed].max()))


def _changes(values: Array, series: Array) -> bool:
    """Say whether a column has two values within any series."""
    before, after = values[:-1], values[1:]
    same = before == after
    if values.dtype != object:
        same |= np.isnan(before) & np.isnan(after)
    return bool((~same & (np.diff(series) == 0)).any())


def _hash_texts(texts: Array) -> Array:
    """Hash distinct texts to numbers that stay the same from part to part."""
    digests = [
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for text in set(texts.tolist())
    ]
    return np.unique(np.frombuffer(b"".join(digests), dtype=np.uint64))
