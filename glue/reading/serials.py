"""Numbers that count to a moment: days since 1899, seconds since 1970."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from glue.reading.timestamps import DAY, format_moment

_NUMBER = re.compile(r"\d{5,19}(?:[.,]\d+)?")
# Days from 30 December 1899, which spreadsheets count from, to 1 January 1970.
_SHEET_DAYS = 25_569
# Sheets' days from 1970 to 2060, and seconds from 1980 to 2100.
_DAYS = (25_569, 58_804)
_SECONDS = (315_532_800, 4_102_444_800)
_NAMES = (
    *("date", "datum", "data", "fecha", "day", "tag", "jour", "giorno", "dia", "zeit"),
    *("time", "timestamp", "stichtag", "dato", "horodate", "ds"),
)
_CLOCK_NAMES = (*_NAMES, "epoch", "unix", "ts", "utc", "at", "ms", "millis", "created")


@dataclass(frozen=True)
class MomentCount:
    """How numbers count: from where, and how many make a second.

    ``words`` say it in a sentence.
    """

    is_days: bool
    per_second: int
    words: str

    def write(self, text: str) -> str:
        """Write a number as the moment that it counts to; another text as it is."""
        if not _NUMBER.fullmatch(text):
            return text
        number = text.replace(",", ".")
        whole = int(number.partition(".")[0])
        if self.is_days:
            fraction = float(f"0.{number.partition('.')[2] or 0}")
            seconds = (whole - _SHEET_DAYS) * DAY + round(fraction * DAY)
        else:
            seconds = whole // self.per_second
        if not 0 <= seconds <= _SECONDS[1]:
            return text
        return format_moment(seconds, _form_of(seconds))


def _form_of(seconds: int) -> str:
    return "%Y-%m-%d %H:%M:%S" if seconds % DAY else "%Y-%m-%d"


_COUNTS = (
    (MomentCount(True, 0, "days since 30 December 1899, as spreadsheets count"), _DAYS),
    *(
        (
            MomentCount(False, per_second, f"{unit} since 1970"),
            (_SECONDS[0] * per_second, _SECONDS[1] * per_second),
        )
        for per_second, unit in (
            (1, "seconds"),
            (1_000, "milliseconds"),
            (1_000_000, "microseconds"),
            (1_000_000_000, "nanoseconds"),
        )
    ),
)


def find_count(texts: Sequence[str]) -> MomentCount | None:
    """Tell what the numbers of a column count; None when they count no moments.

    Parameters
    ----------
    texts
        The filled texts of the column.
    """
    good = [text for text in texts if _NUMBER.fullmatch(text)]
    if len(set(good)) < 2 or len(good) < 0.95 * len(texts):
        return None
    wholes = [int(re.split("[.,]", text)[0]) for text in good]
    low, high = min(wholes), max(wholes)
    for count, (least, most) in _COUNTS:
        if least <= low and high <= most:
            return count
    return None


def is_counted_name(name: str, count: MomentCount) -> bool:
    """Say whether a name speaks of moments that are counted so."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold()
    words = re.findall(r"[^\W\d_]+", spaced)
    names = _NAMES if count.is_days else _CLOCK_NAMES
    long = [one for one in names if len(one) > 3]
    return any(word in names for word in words) or any(
        one in word for one in long for word in words
    )
