"""The forecast's frequency: its grammar, its periods, and how data shows it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from glue.arrays import Array
from glue.limits import (
    FREQUENCY_PATTERN,
    MAX_HORIZON,
    MOST_UNITS,
    STEPS_PER_HORIZON,
)
from glue.reading.timestamps import format_timestamps

MINUTE, HOUR, DAY, WEEK = 60, 3_600, 86_400, 7 * 86_400
_SECONDS = {"min": MINUTE, "H": HOUR, "D": DAY, "W": WEEK}
_MONTHS = {"M": 1, "Y": 12}
_WORDS = {
    "min": "minute",
    "H": "hour",
    "D": "day",
    "W": "week",
    "M": "month",
    "Y": "year",
}
# Steps of a season, and of a first horizon, at a step of one unit.
_SEASON = {"min": 60, "H": 24, "D": 7, "W": 52, "M": 12, "Y": 1}
# A step that hardly ever occurs is no frequency, only a common divisor.
_LEAST_SHARE = 0.05
_MOST_STEPS = 100_000


@dataclass(frozen=True)
class Frequency:
    """A number of units, such as 2 and "W"."""

    count: int
    unit: str

    def __str__(self) -> str:
        # The API's pattern takes a minute with its number only.
        alone = self.count == 1 and self.unit != "min"
        return self.unit if alone else f"{self.count}{self.unit}"

    @property
    def name(self) -> str:
        """The period in words, such as "2-week"."""
        word = _WORDS[self.unit]
        return word if self.count == 1 else f"{self.count}-{word}"

    @property
    def months(self) -> int:
        """Months of a step; 0 when its length is a number of seconds."""
        return self.count * _MONTHS.get(self.unit, 0)

    @property
    def seconds(self) -> int:
        """Seconds of a step; a month counts as 30 days, for comparing only."""
        if self.months:
            return self.months * 30 * DAY
        return self.count * _SECONDS[self.unit]

    @property
    def is_below_daily(self) -> bool:
        """Whether timestamps need a time of day."""
        return self.unit in ("H", "min")

    def periods(self, seconds: Array, origin: int) -> Array:
        """Number the period that each moment is in.

        Parameters
        ----------
        seconds
            Seconds since 1970, [n].
        origin
            A moment of the period 0; steps of several units are counted from it.
        """
        moments = np.asarray(seconds, dtype=np.int64)
        start = self._units(np.array([origin], dtype=np.int64))[0]
        periods: Array = (self._units(moments) - start) // self.count
        return periods

    def _units(self, seconds: Array) -> Array:
        """Number the unit since 1970 that each moment is in; weeks are Mondays'."""
        if self.months:
            months = seconds.astype("datetime64[s]").astype("datetime64[M]")
            return months.astype(np.int64) // _MONTHS[self.unit]
        shift = 3 * DAY if self.unit == "W" else 0  # 1970 began on a Thursday
        return (seconds + shift) // _SECONDS[self.unit]

    def starts_of(self, seconds: Array) -> Array:
        """Give the start of the unit that each moment is in."""
        moments = np.asarray(seconds, dtype=np.int64)
        units = self._units(moments)
        if self.months:
            starts = (units * _MONTHS[self.unit]).astype("datetime64[M]")
            return starts.astype("datetime64[s]").astype(np.int64)
        shift = 3 * DAY if self.unit == "W" else 0
        return units * _SECONDS[self.unit] - shift

    def moments(self, periods: Array, origin: int) -> Array:
        """Give the first second of each period, as ``periods`` numbers them, [n]."""
        start = self.starts_of(np.array([origin], dtype=np.int64))
        numbers = np.asarray(periods, dtype=np.int64)
        if not self.months:
            return start[0] + numbers * self.seconds
        month = start.astype("datetime64[s]").astype("datetime64[M]")[0]
        moments = (month + numbers * self.months).astype("datetime64[s]")
        return moments.astype(np.int64)

    def name_periods(self, periods: Array, origin: int) -> list[str]:
        """Write the first moment of each period."""
        moments = self.moments(periods, origin)
        texts: list[str] = format_timestamps(
            moments, with_time=self.is_below_daily
        ).tolist()
        return texts

    @property
    def season(self) -> int:
        """Steps of the usual season; 1 when there is none."""
        return max(_SEASON[self.unit] // self.count, 1)


def parse_frequency(text: str) -> Frequency:
    """Read a ForecastFrequency that the settings' rules accept."""
    match = re.fullmatch(r"(\d*)(\D+)", text)
    if match is None or not re.fullmatch(FREQUENCY_PATTERN, text):
        raise ValueError(f"no forecast frequency: {text!r}")
    return Frequency(int(match[1] or 1), match[2])


def longest_horizon(steps: int) -> int:
    """Give the longest horizon that Autopilot takes for so many time steps."""
    return min(steps // STEPS_PER_HORIZON, MAX_HORIZON)


@dataclass
class StepEvidence:
    """How far apart the moments of each series are, over all parts.

    ``same_day`` counts the steps that end on the day on which they begin.
    """

    seconds: Counter[int] = field(default_factory=Counter)
    months: Counter[int] = field(default_factory=Counter)
    monthly_breaks: int = 0
    same_day: int = 0
    irregular: bool = False

    def add(self, seconds: Array, series: Array) -> None:
        """Take in a part, sorted by series and time.

        Parameters
        ----------
        seconds
            Seconds since 1970, [n].
        series
            The series' number, [n].
        """
        if self.irregular:
            return
        codes, days = pd.factorize(seconds // DAY)
        same = np.diff(series) == 0
        _count_into(self.seconds, np.diff(seconds)[same])
        within = (np.diff(codes) == 0) & (np.diff(seconds) > 0) & same
        self.same_day += int(within.sum())
        months = (days * DAY).astype("datetime64[s]").astype("datetime64[M]")
        month_steps = np.diff(months.astype(np.int64)[codes])[same]
        _count_into(self.months, month_steps)
        alike = _same_place_in_month(days, months, codes)
        self.monthly_breaks += int((~alike[same]).sum())
        self.irregular = len(self.seconds) > _MOST_STEPS

    def merge(self, other: StepEvidence) -> None:
        """Take in what other parts say."""
        self.seconds.update(other.seconds)
        self.months.update(other.months)
        self.monthly_breaks += other.monthly_breaks
        self.same_day += other.same_day
        self.irregular |= other.irregular or len(self.seconds) > _MOST_STEPS


def _count_into(counter: Counter[int], steps: Array) -> None:
    codes, values = pd.factorize(steps[steps > 0])
    counts = np.bincount(codes, minlength=len(values))
    counter.update(dict(zip(values.tolist(), counts.tolist())))


def _same_place_in_month(days: Array, months: Array, codes: Array) -> Array:
    """Say of each pair of neighbours whether both are the n-th, or the last, day.

    ``codes`` are the places of the rows' days among the distinct ones.
    In a shorter month the last day stands for the n-th: 30 January, 28 February.
    """
    first = months.astype("datetime64[D]").astype(np.int64)
    following = (months + 1).astype("datetime64[D]").astype(np.int64)
    day, is_last = (days - first)[codes], (following - days == 1)[codes]
    steps = np.diff(day)
    return (
        (steps == 0)
        | (is_last[1:] & is_last[:-1])
        | (is_last[1:] & (steps < 0))
        | (is_last[:-1] & (steps > 0))
    )


@dataclass(frozen=True)
class FoundFrequency:
    """What the data's steps say: a frequency if any, and the evidence in words."""

    frequency: Frequency | None
    evidence: str
    share: float = 0.0


def find_frequency(evidence: StepEvidence) -> FoundFrequency:
    """Find the step that nearly all others are multiples of."""
    if evidence.irregular:
        return FoundFrequency(
            None, f"more than {_MOST_STEPS} steps of different length"
        )
    total = sum(evidence.seconds.values())
    if not total:
        return FoundFrequency(None, "no series has two time steps")
    months = sum(evidence.months.values())
    every_month = months >= 0.98 * total
    if every_month and evidence.monthly_breaks <= 0.02 * total:
        return _find_monthly(evidence, months)
    regular = _find_regular(evidence.seconds, total)
    near = sum(n for step, n in evidence.seconds.items() if _is_about_a_month(step))
    if regular.frequency is None and every_month and near >= 0.98 * total:
        return _find_monthly(evidence, months)  # such as each month's last workday
    return regular


def _is_about_a_month(seconds: int) -> bool:
    """Recognise a month between its last workdays, 26 to 33 days apart."""
    return 26 * DAY <= seconds <= 33 * DAY


def _find_monthly(evidence: StepEvidence, total: int) -> FoundFrequency:
    step, share = _dominant_step(evidence.months, total)
    words = _describe_steps(share, _plural(step, "month"))
    if step % 12 == 0 and step > 0:
        return FoundFrequency(Frequency(1, "Y") if step == 12 else None, words, share)
    if 1 <= step <= MOST_UNITS["M"]:
        return FoundFrequency(Frequency(step, "M"), words, share)
    return FoundFrequency(None, words, share)


def _find_regular(steps: Mapping[int, int], total: int) -> FoundFrequency:
    step, share = _dominant_step(steps, total)
    words = _describe_steps(share, describe_seconds(step))
    if steps.get(step, 0) < _LEAST_SHARE * total:
        return FoundFrequency(None, f"{words}, but hardly any is just that", share)
    for unit in ("W", "D", "H", "min"):
        count, rest = divmod(step, _SECONDS[unit])
        if count and not rest:
            fits = count <= MOST_UNITS[unit]
            return FoundFrequency(
                Frequency(count, unit) if fits else None, words, share
            )
    return FoundFrequency(None, words, share)


def _dominant_step(steps: Mapping[int, int], total: int) -> tuple[int, float]:
    """Take the commonest step if nearly all are its multiples, else the divisor."""
    commonest = min(steps, key=lambda step: (-steps[step], step))
    share = sum(n for step, n in steps.items() if step % commonest == 0) / total
    if share >= 0.9:
        return commonest, share
    divisor = int(np.gcd.reduce(np.array(list(steps), dtype=np.int64)))
    return divisor, 1.0


def describe_seconds(seconds: int) -> str:
    """Write a length of time in its largest whole unit."""
    for name, length in (("day", DAY), ("hour", HOUR), ("minute", MINUTE)):
        if seconds and seconds % length == 0:
            return _plural(seconds // length, name)
    return _plural(seconds, "second")


def _describe_steps(share: float, step: str) -> str:
    if share == 1.0:
        return f"every step is a multiple of {step}"
    return f"{share:.1%} of the steps are multiples of {step}"


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
