"""When something is due: ``every 28 days``, or EventBridge's ``cron(...)``, in UTC.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html,
without ``L``, ``W`` and ``#``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EVERY = re.compile(r"every ([1-9]\d{0,2}) (hour|day|week)s?")
_LENGTHS = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_CRON = re.compile(r"cron\((.+)\)")
_MONTHS = (
    *("JAN", "FEB", "MAR", "APR", "MAY", "JUN"),
    *("JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)
# Of EventBridge's week Sunday is the first day.
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIELDS = (
    *((0, 59, ()), (0, 23, ()), (1, 31, ())),
    *((1, 12, _MONTHS), (1, 7, _DAYS), (1970, 2199, ())),
)


class MomentsError(ValueError):
    """Moments that cannot be read."""


@dataclass(frozen=True)
class Every:
    """Moments that are so far apart, counted from whatever it is that came last."""

    pause: timedelta

    def find_last(self, anchor: datetime, now: datetime) -> datetime | None:
        """Find the last moment up to now; None while the first is still to come."""
        count = (now - anchor) // self.pause
        return anchor + count * self.pause if count > 0 else None


@dataclass(frozen=True)
class Cron:
    """Moments of the calendar: allowed values of each field; None allows all."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    years: frozenset[int]

    def find_last(self, since: datetime, now: datetime) -> datetime | None:
        """Find the last moment up to now and after another; None where there is none.

        Only whole days of the span are looked at one by one.
        """
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        while day > since - timedelta(days=1):
            if self._has_day(day):
                for hour in sorted(self.hours, reverse=True):
                    for minute in sorted(self.minutes, reverse=True):
                        moment = day.replace(hour=hour, minute=minute)
                        if since < moment <= now:
                            return moment
            day -= timedelta(days=1)
        return None

    def _has_day(self, day: datetime) -> bool:
        return (
            day.year in self.years
            and day.month in self.months
            and day.day in self.days
            and day.isoweekday() % 7 + 1 in self.weekdays
        )


def read_moments(text: str) -> Every | Cron:
    """Read moments as the settings have them.

    Raises
    ------
    MomentsError
        When they are of no known form.
    """
    if every := _EVERY.fullmatch(text.strip()):
        return Every(int(every[1]) * _LENGTHS[every[2]])
    cron = _CRON.fullmatch(text.strip())
    fields = cron[1].split() if cron else []
    if len(fields) != len(_FIELDS):
        raise MomentsError(
            f"{text!r} is no schedule (needs 'every 28 days', or cron of six fields "
            "such as 'cron(0 6 ? * MON *)'); correct it"
        )
    pairs = zip(fields, _FIELDS, strict=True)
    return Cron(*(_read(one, *limits) for one, limits in pairs))


def _read(field: str, low: int, high: int, names: tuple[str, ...]) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, last = _read_span(span, low, high, names)
        if step:
            last = high if span.isdigit() else last
        if not first <= last or not low <= first <= high or last > high:
            raise MomentsError(
                f"{field!r} in a schedule is not within {low} to {high}; correct it"
            )
        found.update(range(first, last + 1, _read_step(step)))
    return frozenset(found)


def _read_step(text: str) -> int:
    if not text:
        return 1
    if not text.isdigit() or int(text) < 1:
        raise MomentsError(f"{text!r} in a schedule is no step; use 1 or more")
    return int(text)


def _read_span(
    text: str, low: int, high: int, names: tuple[str, ...]
) -> tuple[int, int]:
    if text in {"*", "?"}:
        return low, high
    first, dash, last = text.partition("-")
    begin = _read_value(first, low, names)
    return begin, _read_value(last, low, names) if dash else begin


def _read_value(text: str, low: int, names: tuple[str, ...]) -> int:
    if text.upper() in names:
        return low + names.index(text.upper())
    if not text.isdigit():
        raise MomentsError(
            f"{text!r} in a schedule cannot be read (needs a number or a name such as "
            "MON); correct it"
        )
    return int(text)


def find_due(
    moments: Every | Cron, anchor: datetime, now: datetime, *, within: timedelta
) -> datetime | None:
    """Find the last moment that is due; None where there is none, or it is too old.

    Parameters
    ----------
    anchor
        What ``every`` counts from.
    within
        How long ago it may have been.
    """
    anchor, now = anchor.astimezone(UTC), now.astimezone(UTC)
    oldest = now - within
    if isinstance(moments, Every):
        found = moments.find_last(anchor, now)
        return found if found is not None and found > oldest else None
    return moments.find_last(oldest, now)
