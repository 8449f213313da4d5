"""Frequencies: how far apart time steps are, and what season they have."""

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecaster.errors import SettingsError

Stamps = NDArray[Any]  # datetime64[s]
Steps = NDArray[np.int64]

_TEXT = re.compile(r"(\d*)([A-Za-z]+)(?:-[A-Za-z]{3})?")
_MONTHS = {"Y": 12, "A": 12, "Q": 3, "M": 1}
_SECONDS = {"W": 604_800, "D": 86_400, "H": 3_600, "MIN": 60, "T": 60, "S": 1}
_DAY = 86_400
_HOUR = 3_600
_LONGEST_SEASON = 200  # exponential smoothing keeps one state per season step


@dataclass(frozen=True)
class Frequency:
    """A time step: a number of months or a number of seconds, never both."""

    text: str
    months: int = 0
    seconds: int = 0
    month_end: bool = False

    @property
    def season(self) -> int:
        """Steps in the main season: a year, a week or a day."""
        if self.months:
            return 12 // self.months if 12 % self.months == 0 else 1
        if self.seconds % _SECONDS["W"] == 0:
            return max(52 // (self.seconds // _SECONDS["W"]), 1)
        if self.seconds % _DAY == 0:
            return 7 if self.seconds == _DAY else 1
        return self._short_season()

    @property
    def long_season(self) -> int:
        """Steps in the next longer season that matters, or 0: a week of hours."""
        if self.seconds and self.seconds < _DAY and _SECONDS["W"] % self.seconds == 0:
            steps = _SECONDS["W"] // self.seconds
            return steps if self.season * 7 == steps else 0
        return 0

    def _short_season(self) -> int:
        for span in (_DAY, _HOUR, 60):
            steps, rest = divmod(span, self.seconds)
            if rest == 0 and 1 < steps <= _LONGEST_SEASON:
                return steps
        return 1

    def shift(self, stamps: Stamps, steps: Steps) -> Stamps:
        """Move time stamps by whole steps; days of the month are kept."""
        if self.seconds:
            return np.asarray(stamps + (steps * self.seconds).astype("timedelta64[s]"))
        months = stamps.astype("M8[M]")
        into = stamps - months.astype("M8[s]")
        moved = months + steps * self.months
        days = ((moved + 1).astype("M8[D]") - moved.astype("M8[D]")).astype(int)
        last_day = ((days - 1) * _DAY).astype("timedelta64[s]")
        if self.month_end:
            clock = into % np.timedelta64(_DAY, "s")
            return np.asarray(moved.astype("M8[s]") + last_day + clock)
        whole = into - into % np.timedelta64(_DAY, "s")
        clipped = np.minimum(whole, last_day) + (into - whole)
        return np.asarray(moved.astype("M8[s]") + clipped)

    def steps_after(self, stamps: Stamps, origin: Stamps) -> Steps:
        """Count the steps from each origin to each time stamp, rounded down."""
        if self.seconds:
            gap = (stamps - origin).astype("timedelta64[s]").astype(np.int64)
            return np.floor_divide(gap, self.seconds)
        gap = stamps.astype("M8[M]").astype(np.int64)
        gap = gap - origin.astype("M8[M]").astype(np.int64)
        return np.floor_divide(gap, self.months)

    def at_month_ends(self, stamps: Stamps) -> "Frequency":
        """Keep to month ends when every given time stamp is one."""
        if not self.months or not len(stamps):
            return self
        next_day = stamps.astype("M8[D]") + 1
        ends = next_day == next_day.astype("M8[M]").astype("M8[D]")
        return replace(self, month_end=bool(ends.all()))

    def floor(self, stamps: Stamps) -> Stamps:
        """Move time stamps to the start of their period, weeks to Monday.

        Multiples of a period count from the earliest time stamp.
        """
        if not len(stamps):
            return stamps
        if self.months:
            unit = "M8[Y]" if self.months % 12 == 0 else "M8[M]"
            base = stamps.astype(unit).astype("M8[s]")
        elif self.seconds % _SECONDS["W"] == 0:
            days = stamps.astype("M8[D]")
            # 1970-01-01 was a Thursday, three days after a Monday.
            base = (days - (days.astype(int) + 3) % 7).astype("M8[s]")
        else:
            unit = "M8[D]" if self.seconds % _DAY == 0 else "M8[h]"
            unit = unit if self.seconds % _HOUR == 0 else "M8[m]"
            base = stamps.astype(unit).astype("M8[s]")
        first = np.full(len(base), base.min())
        return self.shift(first, self.steps_after(base, first))


def parse_frequency(text: str) -> Frequency:
    """Read a frequency as AWS (`W`, `2H`, `30min`) or pandas (`MS`, `W-FRI`) spells it.

    Raises
    ------
    SettingsError
        When the text is no such frequency.
    """
    match = _TEXT.fullmatch(str(text).strip())
    if match is None:
        raise _unknown(text)
    count = int(match[1] or 1)
    unit = match[2]
    short = unit if unit in ("min", "T") else unit.upper()
    short = "MIN" if short.upper() == "MIN" else short
    if len(short) == 2 and short[1] in "SE" and short[0] in _MONTHS:
        short = short[0]
    if count < 1:
        raise _unknown(text)
    if short in _MONTHS:
        return Frequency(str(text), months=count * _MONTHS[short])
    if short in _SECONDS:
        return Frequency(str(text), seconds=count * _SECONDS[short])
    raise _unknown(text)


def _unknown(text: Any) -> SettingsError:
    return SettingsError(
        f"no such frequency (found {text!r}); "
        "give one like Y, Q, M, W, D, H or min, with a number before it if need be"
    )
