"""Parts of moments in columns of their own: time of day, hour, month, week."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from glue.reading.timestamps import month_number

_TIME_OF_DAY = re.compile(r"\d{1,2}[:h]\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[AaPp][Mm])?")
_FOUR_DIGITS = re.compile(r"(?:[01]\d|2[0-4])[0-5]\d")
_HUNDREDS = re.compile(r"(?:\d{1,2})?00|0")
_WHOLE = re.compile(r"\d{1,3}")
_BEGIN_WORDS = (
    "von from start starts begin begins beginn beginning anfang ab desde debut "
    "d\u00e9but inizio inicio dal fra van since"
)
_END_WORDS = (
    "bis to end ends ende ending until till hasta fin fine fim al til tot through "
    "at\u00e9"
)
_BEGIN, _END = frozenset(_BEGIN_WORDS.split()), frozenset(_END_WORDS.split())
_HOUR = "hour hours hr std stunde stunden heure hora ora uur timme hourofday he hod"
_TIME = "time uhrzeit zeit heure hora ora tijd tid timeofday clock"
_PERIOD = (
    "period settlementperiod tradingperiod halfhour quarterhour interval pte "
    "hourending viertelstunde zeitintervall mtu sp hourno slot"
)
_HOUR_NAMES, _TIME_NAMES = frozenset(_HOUR.split()), frozenset(_TIME.split())
_PERIOD_NAMES = frozenset(_PERIOD.split())
_PARTS = {
    "month": "month months monat mois mes mese maand manad m\u00e5nad monthno mm "
    "monthnumber monthnum monthname monatsnummer",
    "quarter": "quarter quartal trimestre qtr trimestr kwartaal kvartal",
    "week": "week woche kw kalenderwoche semaine semana settimana vecka uge weekno "
    "weeknumber weeknum weekofyear isoweek wk",
    "day": "day tag jour dia giorno dag dd dayofmonth daynumber tagnr",
}
_PART_NAMES = {part: frozenset(names.split()) for part, names in _PARTS.items()}
_PERIODS = ("period", "periode", "periodo", "timeperiod")
# Minutes of a period, by the most that a day has of them.
_LENGTHS = {25: 60, 50: 30, 100: 15, 300: 5}
_LEAST_PERIODS = {60: 23, 30: 46, 15: 92, 5: 276}
_MOST = 0.95
Parts = Sequence[str]


@dataclass(frozen=True)
class Joining:
    """Columns that are a moment together, and how it is written as one text.

    ``dropped`` are columns that say nothing beside them, such as a time's end.
    """

    columns: tuple[str, ...]
    write: Callable[[Parts], str]
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clock:
    """A column of times of day, and how each is written."""

    column: str
    write: Callable[[str], str]
    dropped: tuple[str, ...] = ()

    def after(self, date: str) -> Joining:
        """Put the times behind a column of dates."""
        write = self.write
        return Joining(
            (date, self.column),
            lambda parts: f"{parts[0]} {write(parts[1])}".strip(),
            self.dropped,
        )


def words_of(name: str) -> list[str]:
    """Cut a name into its words, camel case included."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.findall(r"[^\W\d_]+", spaced.casefold())


def is_begin(name: str) -> bool:
    """Say whether a name speaks of a beginning."""
    words = words_of(name)
    return not _BEGIN.isdisjoint(words) or _holds(words, "start", "begin")


def is_end(name: str) -> bool:
    """Say whether a name speaks of an end."""
    words = words_of(name)
    return not _END.isdisjoint(words) or _holds(words, "endtime", "ending", "enddate")


def _holds(words: Sequence[str], *parts: str) -> bool:
    return any(part in word for word in words for part in parts)


def _join_words(name: str) -> str:
    return "".join(words_of(name))


def _share(pattern: re.Pattern[str], texts: Sequence[str]) -> float:
    good = sum(map(bool, map(pattern.fullmatch, texts)))
    return good / len(texts) if texts else 0.0


def find_clock(texts: Mapping[str, Sequence[str]]) -> Clock | None:
    """Find the column of times of day; None when there is none, or are several.

    Parameters
    ----------
    texts
        The filled texts of each column that could be one.
    """
    found = [_read_clock(name, some) for name, some in texts.items()]
    clocks = [clock for clock in found if clock is not None]
    if len(clocks) == 2:
        begins = [c for c in clocks if is_begin(c.column)]
        ends = [c for c in clocks if is_end(c.column)]
        if len(begins) == len(ends) == 1 and begins != ends:
            return Clock(begins[0].column, begins[0].write, (ends[0].column,))
    return clocks[0] if len(clocks) == 1 else None


def _read_clock(name: str, texts: Sequence[str]) -> Clock | None:
    """Tell how a column's texts are times of day; None when they are not."""
    plain, words = _join_words(name), set(words_of(name))
    if _share(_TIME_OF_DAY, texts) >= _MOST:
        return Clock(name, _write_time)
    by_hour = bool(words & _HOUR_NAMES) or plain in _HOUR_NAMES
    by_time = bool(words & _TIME_NAMES) or plain in _TIME_NAMES
    if (by_hour or by_time) and _share(_FOUR_DIGITS, texts) >= _MOST:
        return Clock(name, _write_digits)
    if by_hour and _share(_HUNDREDS, texts) >= _MOST and len(set(texts)) > 2:
        return _count_hours(name, [text[:-2] or "0" for text in texts], hundreds=True)
    if not texts or _share(_WHOLE, texts) < _MOST:
        return None
    by_period = plain in _PERIOD_NAMES
    if by_period and (clock := _count_periods(name, texts)) is not None:
        return clock
    return _count_hours(name, texts) if by_hour else None


def _write_time(text: str) -> str:
    return text.replace("h", ":", 1)


def _write_digits(text: str) -> str:
    return f"{text[:2]}:{text[2:]}" if len(text) == 4 else text


def _count_hours(
    name: str, texts: Sequence[str], *, hundreds: bool = False
) -> Clock | None:
    """Read hours from 0 to 23, or from 1 to 24 where the first begins at midnight."""
    hours = {int(text) for text in texts if _WHOLE.fullmatch(text)}
    if not hours or max(hours) > 24 or {0, 24} <= hours:
        return None
    shift = int(24 in hours)

    def write(text: str) -> str:
        digits = (text[:-2] or "0") if hundreds else text
        hour = int(digits) - shift if _WHOLE.fullmatch(digits) else -1
        return f"{hour:02d}:00" if 0 <= hour <= 23 else f"hour {text}"

    return Clock(name, write)


def _count_periods(name: str, texts: Sequence[str]) -> Clock | None:
    """Read the numbers of a day's periods, from 1 on."""
    numbers = {int(text) for text in texts if _WHOLE.fullmatch(text)}
    most = max(numbers, default=0)
    length = next((length for top, length in _LENGTHS.items() if most <= top), 0)
    if not length or most < _LEAST_PERIODS[length] or min(numbers) < 1:
        return None

    def write(text: str) -> str:
        number = int(text) if _WHOLE.fullmatch(text) else 0
        minutes = (number - 1) * length
        if not 0 <= minutes < 24 * 60:
            return f"period {text}"
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    return Clock(name, write)


def find_parts(year: str, texts: Mapping[str, Sequence[str]]) -> Joining | None:
    """Find what stands beside a year: a month, with a day or not, a quarter, a week.

    Parameters
    ----------
    year
        The column of years.
    texts
        The filled texts of each column.
    """
    found = _find_period(texts)
    for part, names in _PART_NAMES.items():
        fits = [
            name
            for name, some in texts.items()
            if name != year and _join_words(name) in names and _fits(part, some)
        ]
        if len(fits) == 1:
            found[part] = fits[0]
    if "month" in found and "day" in found:
        columns = (year, found["month"], found["day"])
        return _with_hours(columns, texts)
    for part, write in (
        ("month", _write_month),
        ("week", _write_week),
        ("quarter", _write_quarter),
    ):
        if part in found:
            return Joining((year, found[part]), write)
    return None


def is_part(name: str, texts: Sequence[str]) -> bool:
    """Say whether a column holds months, quarters, weeks or days of a year."""
    filled = [text.strip() for text in texts if text.strip()]
    if filled and all(month_number(text) for text in filled):
        return True
    return any(
        _join_words(name) in names and _fits(part, filled)
        for part, names in _PART_NAMES.items()
    )


def _find_period(texts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Find a period that is a month, M01, or a quarter, Q01, by its own letter."""
    return {
        part: name
        for part, letter in (("month", "M"), ("quarter", "Q"))
        for name, some in texts.items()
        if _join_words(name) in _PERIODS
        and all(text[:1] == letter for text in some)
        and _fits(part, some)
    }


def _with_hours(
    columns: tuple[str, ...], texts: Mapping[str, Sequence[str]]
) -> Joining:
    """Write dates of three columns, and the hours of a fourth if there is one."""
    clock = find_clock({n: some for n, some in texts.items() if n not in columns})
    if clock is None:
        return Joining(columns, _write_day)
    write = clock.write
    return Joining(
        (*columns, clock.column),
        lambda parts: f"{_write_day(parts[:3])} {write(parts[3])}",
        clock.dropped,
    )


_MOST_OF = {"month": 12, "quarter": 4, "week": 53, "day": 31}
_PREFIX = {"quarter": "q", "week": "w", "month": "m(?=\\d)"}


def _fits(part: str, texts: Sequence[str]) -> bool:
    """Say whether texts are numbers, or names, of months, quarters, weeks or days."""
    numbers = [_number_of(part, text) for text in set(texts)]
    good = [n for n in numbers if n is not None and 1 <= n <= _MOST_OF[part]]
    return len(good) == len(numbers) > 0


def _number_of(part: str, text: str) -> int | None:
    plain = text.casefold().strip()
    if part in _PREFIX:
        plain = re.sub(rf"^(?:{_PREFIX[part]}|kw\s*)", "", plain)
    if plain.isdecimal() and len(plain) <= 2:
        return int(plain)
    return month_number(plain) if part == "month" else None


def _write_month(parts: Parts) -> str:
    month = _number_of("month", parts[1])
    return f"{parts[0]}-{month:02d}" if month else f"{parts[0]} month {parts[1]}"


def _write_week(parts: Parts) -> str:
    week = _number_of("week", parts[1])
    return f"{parts[0]}-W{week:02d}" if week else f"{parts[0]} week {parts[1]}"


def _write_quarter(parts: Parts) -> str:
    return f"{parts[0]}-Q{_number_of('quarter', parts[1])}"


def _write_day(parts: Parts) -> str:
    day = _number_of("day", parts[2])
    return f"{_write_month(parts)}-{day:02d}" if day else f"{parts[0]} day {parts[2]}"
