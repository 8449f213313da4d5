"""Timestamps as text: which form a column has, and the moments it means."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Optional

import numpy as np
import pandas as pd

from glue.arrays import Array, as_texts

DAY = 86_400
_EPOCH = datetime(1970, 1, 1)
# pandas holds no moments outside these years at nanosecond resolution.
FIRST_YEAR, LAST_YEAR = 1678, 2261
_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ],
        start=1,
    )
    for name in names.split()
}
_TIME = (
    r"(?:[T ]\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})"
    r"(?:[.,](?P<fraction>\d{1,9}))?)?\s*(?P<half>[AaPp][Mm])?"
    r"\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?"
)
_FORMS = {
    "year-month-day": re.compile(
        r"(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})"
        + _TIME
    ),
    "day and month": re.compile(
        r"(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})"
        + _TIME
    ),
    "yyyymmdd": re.compile(
        r"(?P<year>(?:1[6-9]|20|21|22)\d\d)(?P<month>0[1-9]|1[0-2])"
        r"(?P<day>0[1-9]|[12]\d|3[01])"
    ),
    "year-month": re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})"),
    "month/year": re.compile(r"(?P<month>\d{1,2})[-/.](?P<year>\d{4})"),
    "year": re.compile(r"(?P<year>(?:1[6-9]|20|21|22)\d\d)"),
    "year-week": re.compile(r"(?P<year>\d{4})-?W(?P<week>\d{2})(?:-?(?P<weekday>\d))?"),
    "year-quarter": re.compile(r"(?P<year>\d{4})[- ]?Q(?P<quarter>[1-4])"),
    "day month-name year": re.compile(
        r"(?P<day>\d{1,2})[- ](?P<name>[A-Za-z]{3,9})\.?[-, ]+(?P<year>\d{4}|\d{2})"
        + _TIME
    ),
    "month-name day year": re.compile(
        r"(?P<name>[A-Za-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})" + _TIME
    ),
    "month-name year": re.compile(
        r"(?P<name>[A-Za-z]{3,9})\.?[- ](?P<year>\d{4}|\d{2})"
    ),
}


@dataclass(frozen=True)
class Reading:
    """How the texts of one column are to be read.

    ``order`` is needed for the form "day and month" only; offsets are dropped,
    because Autopilot knows one time zone.
    """

    form: str
    order: Optional[str] = None  # noqa: UP045 - read at run time by Python 3.9


@dataclass
class TimestampEvidence:
    """What all texts of a column say about its form, in bounded memory."""

    forms: Counter[str] = field(default_factory=Counter)
    zones: Counter[str] = field(default_factory=Counter)
    firsts: set[int] = field(default_factory=set)
    seconds: set[int] = field(default_factory=set)
    years: set[str] = field(default_factory=set)
    with_time: int = 0
    sample: dict[str, str] = field(default_factory=dict)

    def add(self, texts: Iterable[str]) -> None:
        """Take in texts; the same text may come more than once."""
        for text in texts:
            self._add_one(text)

    def _add_one(self, text: str) -> None:
        form, match = _match(text)
        self.forms[form] += 1
        self.sample.setdefault(form, text)
        if match is None:
            return
        parts = match.groupdict()
        if parts.get("hour") is not None:
            self.with_time += 1
            self.zones[_normal_zone(parts["zone"])] += 1
        if form == "day and month":
            self.firsts.add(int(parts["a"]))
            self.seconds.add(int(parts["b"]))
            self.years.add(parts["year"])


def _match(text: str) -> tuple[str, Optional[re.Match[str]]]:  # noqa: UP045
    for form, pattern in _FORMS.items():
        match = pattern.fullmatch(text)
        if match is not None:
            return form, match
    return "unknown", None


def _normal_zone(zone: str | None) -> str:
    if zone is None:
        return "none"
    return "+0000" if zone in ("Z", "UTC") else zone.replace(":", "").ljust(5, "0")


def find_order(evidence: TimestampEvidence) -> str | None:
    """Tell day-first from month-first by the whole column; None when unclear.

    A field above 12 is the day. Otherwise, over several years, a field that is
    always the same is the day of a monthly table: 01/02/2020, 01/03/2020 and so
    on is day-first, since nobody measures on the first days of January only.
    """
    first_is_day = max(evidence.firsts, default=0) > 12
    second_is_day = max(evidence.seconds, default=0) > 12
    if not first_is_day and not second_is_day and len(evidence.years) > 1:
        first_is_day = len(evidence.firsts) == 1 and len(evidence.seconds) >= 4
        second_is_day = len(evidence.seconds) == 1 and len(evidence.firsts) >= 4
    if first_is_day == second_is_day:
        return None
    return "day-first" if first_is_day else "month-first"


def parse_timestamp(text: str, reading: Reading) -> int | None:
    """Read one text as seconds since 1970; None when it has not this form."""
    match = _FORMS[reading.form].fullmatch(text)
    if match is None:
        return None
    try:
        return _moment(match.groupdict(), reading)
    except (ValueError, KeyError, OverflowError):
        return None


def _moment(parts: dict[str, Any], reading: Reading) -> int | None:
    year = _full_year(parts["year"])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    day = _day_of(parts, reading, year)
    seconds = (day - date(1970, 1, 1)).days * DAY
    if parts.get("hour") is None:
        return seconds
    hour = _full_hour(int(parts["hour"]), parts["half"])
    minute, second = int(parts["minute"]), int(parts["second"] or 0)
    if hour > 23 or minute > 59 or second > 59 or int(parts["fraction"] or 0):
        return None
    return seconds + hour * 3600 + minute * 60 + second


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + (2000 if year < 70 else 1900)


def _full_hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(f"no hour of a twelve-hour clock: {hour}")
    return hour % 12 + (12 if half.lower() == "pm" else 0)


def _day_of(parts: dict[str, Any], reading: Reading, year: int) -> date:
    if "week" in parts:
        return date.fromisocalendar(
            year, int(parts["week"]), int(parts["weekday"] or 1)
        )
    if "quarter" in parts:
        return date(year, 3 * int(parts["quarter"]) - 2, 1)
    if "a" in parts:
        first, second = int(parts["a"]), int(parts["b"])
        day, month = (
            (first, second) if reading.order == "day-first" else (second, first)
        )
        return date(year, month, day)
    if "name" in parts:
        return date(year, _MONTHS[parts["name"].lower()], int(parts.get("day") or 1))
    return date(year, int(parts.get("month") or 1), int(parts.get("day") or 1))


class TimestampParser:
    """Reads arrays of texts by one reading; remembers texts it has seen."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._known: dict[str, int | None] = {}

    def parse(self, uniques: Iterable[str]) -> tuple[Array, Array]:
        """Give seconds since 1970, and which texts could be read."""
        if len(self._known) > 200_000:
            self._known.clear()
        moments = [self._one(text) for text in uniques]
        good = np.array([moment is not None for moment in moments], dtype=bool)
        seconds = np.array([moment or 0 for moment in moments], dtype=np.int64)
        return seconds, good

    def _one(self, text: str) -> int | None:
        if text not in self._known:
            self._known[text] = parse_timestamp(text, self.reading)
        return self._known[text]


def format_timestamps(seconds: Array, *, with_time: bool) -> Array:
    """Write moments as Autopilot takes them: a date, or a date and a time.

    Parameters
    ----------
    seconds
        Seconds since 1970, [n].
    with_time
        Whether the table is below daily.
    """
    uniques, codes = np.unique(np.asarray(seconds, dtype=np.int64), return_inverse=True)
    pattern = "%Y-%m-%d %H:%M:%S" if with_time else "%Y-%m-%d"
    texts = as_texts(format_moment(moment, pattern) for moment in uniques.tolist())
    return texts[codes.reshape(-1)]


def format_moment(seconds: int, pattern: str = "%Y-%m-%d %H:%M:%S") -> str:
    """Write one moment; a year below 1000 cannot come up."""
    return (_EPOCH + timedelta(seconds=seconds)).strftime(pattern)


class UnreadableTimestampError(Exception):
    """A text is no timestamp of the kind that the pipeline writes."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            f"a timestamp cannot be read (found {text!r}); write it as YYYY-MM-DD"
        )


def parse_stamps(texts: Iterable[str] | Array) -> Array:
    """Read timestamps that the pipeline or a model wrote as seconds since 1970, [n].

    Raises
    ------
    UnreadableTimestampError
        At the first text that is none.
    """
    codes, uniques = pd.factorize(np.asarray(texts, dtype=object))
    seconds, good = TimestampParser(Reading("year-month-day")).parse(uniques)
    if not good.all():
        raise UnreadableTimestampError(uniques[~good][0])
    return seconds[codes]
