"""The same period before: a year ago, else whole seasons, else the last horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glue.arrays import Array
from glue.frequency import DAY, WEEK
from glue.reporting.history import History
from glue.reporting.words import spell_count
from glue.run_documents import RunSettings

_DAYS_OF_YEAR = 364  # the same day of the week


@dataclass(frozen=True)
class Ghost:
    """How many steps before the horizon the same period lies, and how that is called.

    A lag of 0 means that the history has none.
    """

    lag: int = 0
    words: str = ""

    def look_up(self, history: History, series: Array, horizon: int) -> Array:
        """Find what each series had then, [len(series), horizon]; NaN for nothing."""
        numbers = np.asarray(series, dtype=np.int64)
        if not self.lag:
            return np.full((len(numbers), horizon), np.nan)
        periods = history.steps - self.lag + np.arange(horizon)
        wanted = np.tile(periods, len(numbers))
        found = history.look_up(np.repeat(numbers, horizon), wanted)
        return found.reshape(len(numbers), horizon)


def choose_ghost(steps: int, settings: RunSettings) -> Ghost:
    """Choose the latest period that is like the horizon, and lies in so many steps.

    That is a year ago; where the history is shorter, or a year says nothing as there is
    no whole number of steps in it, the last whole seasons that hold the horizon; where
    it has no season, its end, as long as the horizon.
    """
    year = _find_year(settings)
    for lag in (year, _find_seasons(settings), settings.horizon):
        if settings.horizon <= lag <= steps:
            return Ghost(lag, f"{_spell_lag(lag, settings)} before")
    return Ghost()


def _find_year(settings: RunSettings) -> int:
    frequency = settings.frequency
    if frequency.months:
        return 12 // frequency.months if 12 % frequency.months == 0 else 0
    year = _DAYS_OF_YEAR * DAY
    return year // frequency.seconds if year % frequency.seconds == 0 else 0


def _find_seasons(settings: RunSettings) -> int:
    """Count the steps of whole seasons; below daily, of whole weeks where it can be."""
    season = settings.season
    if season < 2:
        return 0
    if settings.frequency.is_below_daily and WEEK % settings.frequency.seconds == 0:
        season = WEEK // settings.frequency.seconds
    return -(-settings.horizon // season) * season


def _spell_lag(lag: int, settings: RunSettings) -> str:
    frequency = settings.frequency
    if frequency.months:
        months = lag * frequency.months
        return "a year" if months == 12 else spell_count(months, "month")
    seconds = lag * frequency.seconds
    if seconds == _DAYS_OF_YEAR * DAY:
        return "52 weeks"
    for length, word in ((WEEK, "week"), (DAY, "day")):
        if seconds % length == 0:
            return spell_count(seconds // length, word)
    return spell_count(lag, "step")
