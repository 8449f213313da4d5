"""Timestamps as text: which form a column has, and the moments it means."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Optional

import numpy as np
import pandas as pd

from glue.arrays import Array, as_texts

DAY = 86_400
_EPOCH = datetime(1970, 1, 1)
# pandas holds no moments outside these years at nanosecond resolution.
FIRST_YEAR, LAST_YEAR = 1678, 2261
# English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish.
_MONTH_NAMES = (
    "jan january januar jaenner j\u00e4nner janv janvier ene enero gen gennaio janeiro "
    "januari",
    "feb february februar f\u00e9vr f\u00e9v f\u00e9vrier fevrier febrero febbraio fev "
    "fevereiro februari",
    "mar march m\u00e4r m\u00e4rz mrz maerz mars marzo mar\u00e7o mrt maart",
    "apr april avr avril abr abril aprile",
    "may mai mayo mag maggio maio mei maj",
    "jun june juni juin junio giu giugno junho",
    "jul july juli juil juillet julio lug luglio julho",
    "aug august ao\u00fbt aout ago agosto augustus augusti",
    "sep sept september septembre septiembre set settembre setembro",
    "oct october okt oktober octobre octubre ott ottobre out outubro",
    "nov november novembre noviembre novembro",
    "dec december dez dezember d\u00e9c d\u00e9cembre decembre dic diciembre dicembre "
    "dezembro",
)
_MONTHS = {
    name: number
    for number, names in enumerate(_MONTH_NAMES, start=1)
    for name in names.split()
}
# Offsets from UTC of names that stand behind times, in hours.
ZONE_NAMES = {"Z": 0, "UTC": 0, "GMT": 0, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2}
# No pattern is tried on longer texts, and none may try blanks in two ways.
LONGEST_TIMESTAMP = 64
# Of moments with a time of day, so many are kept to see by which order they follow.
_MOST_TIMED, _LEAST_TIMED = 5_000, 24
_MOST_KNOWN = 50_000  # texts that are remembered, for speed
_NAME = r"(?P<name>[^\W\d_]{3,10})\.?"
_ZONE = r"(?P<zone>\(?(?:Z|UTC|GMT|CES?T|MES?Z)\)?|[+-]\d{2}:?\d{2}|[+-]\d{2})"
_TIME = (
    r"(?:[T ]\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})"
    r"(?:[.,](?P<fraction>\d{1,9}))?)?(?:\s*(?P<half>[AaPp][Mm]))?"
    rf"(?:\s*{_ZONE})?)?"
)
_FORMS = {
    "year-month-day": re.compile(
        r"(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})"
        + _TIME
    ),
    "year-month-day and hour": re.compile(
        r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})T(?P<hour>\d{2})"
        rf"(?P<minute>)(?P<second>)(?:{_ZONE})?"
    ),
    "day and month": re.compile(
        r"(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})"
        + _TIME
    ),
    "yyyymmdd": re.compile(
        r"(?P<year>(?:1[6-9]|20|21|22)\d\d)(?P<month>0[1-9]|1[0-2])"
        r"(?P<day>0[1-9]|[12]\d|3[01])"
    ),
    "yyyymmddhh": re.compile(
        r"(?P<year>(?:19|20|21)\d\d)(?P<month>0[1-9]|1[0-2])"
        r"(?P<day>0[1-9]|[12]\d|3[01])(?P<hour>[01]\d|2[0-3])"
        r"(?:(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?)?"
    ),
    "yyyymmddThhmmss": re.compile(
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
        r"[T ](?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2}))?"
        rf"(?:\s*{_ZONE})?"
    ),
    "yyyymm": re.compile(r"(?P<year>(?:19|20|21)\d\d)(?P<month>0[1-9]|1[0-2])"),
    "year-month": re.compile(r"(?P<year>\d{4})(?:[-/.]|MM?)(?P<month>\d{1,2})"),
    "month/year": re.compile(r"(?P<month>0?\d{1,2})[-/.](?P<year>\d{4})"),
    "year": re.compile(r"(?P<year>(?:1[6-9]|20|21|22)\d\d)"),
    "year-week": re.compile(r"(?P<year>\d{4})-?W(?P<week>\d{2})(?:-?(?P<weekday>\d))?"),
    "year-quarter": re.compile(r"(?P<year>\d{4})[- ]?Q(?P<quarter>[1-4])"),
    "quarter-year": re.compile(r"Q(?P<quarter>[1-4])[-/ ]?(?P<year>\d{4})"),
    "day month-name year": re.compile(
        rf"(?P<day>\d{{1,2}})\.?[- ]{_NAME}[-, ]{{1,2}}(?P<year>\d{{4}}|\d{{2}})"
        + _TIME
    ),
    "month-name day year": re.compile(
        rf"{_NAME} (?P<day>\d{{1,2}}),? (?P<year>\d{{4}})" + _TIME
    ),
    "month-name year": re.compile(rf"{_NAME}[- ](?P<year>\d{{4}}|\d{{2}})"),
    "year month-name": re.compile(rf"(?P<year>\d{{4}})[- ]{_NAME}"),
}


_ZERO = ("00", "", None)
_DIGITS_OF_YEAR = 2  # where the century is left out
_LONG_YEARS = 12  # so many values of one month are days rather


@dataclass(frozen=True)
class Reading:
    """How the texts of one column are to be read.

    ``order`` is needed for the form "day and month" only. Offsets are dropped,
    because Autopilot knows one time zone; ``to_utc`` takes them off first.
    """

    form: str
    order: Optional[str] = None  # noqa: UP045 - read at run time by Python 3.9
    to_utc: bool = False


@dataclass(frozen=True)
class _Seen:
    """What a text adds to the counts of the evidence; ``zone`` if it has a time."""

    form: str
    zone: str | None
    cut: int
    midnight: int


@dataclass
class TimestampEvidence:
    """What all texts of a column say about its form, in bounded memory."""

    forms: Counter[str] = field(default_factory=Counter)
    zones: Counter[str] = field(default_factory=Counter)
    firsts: set[int] = field(default_factory=set)
    seconds: set[int] = field(default_factory=set)
    years: set[str] = field(default_factory=set)
    named: set[tuple[int, int]] = field(default_factory=set)
    with_time: int = 0
    same: bool = True
    cut: int = 0
    midnights: int = 0
    timed: list[str] = field(default_factory=list)
    sample: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    _known: dict[str, int] = field(default_factory=dict, repr=False)
    _kinds: list[_Seen] = field(default_factory=list, repr=False)
    _numbers: dict[_Seen, int] = field(default_factory=dict, repr=False)

    def add(
        self,
        texts: Iterable[str],
        rows: Iterable[int] = (),
        counts: Iterable[int] = (),
    ) -> None:
        """Take in texts; a text may come more than once.

        Parameters
        ----------
        texts
            The texts, [n].
        rows
            The numbers of their rows, [n].
        counts
            In how many rows each stands, [n]; in one, if none are given. A count of
            rows is the same however the rows are parted, a count of texts is not.
        """
        texts = list(texts)
        counts = list(counts) or [1] * len(texts)
        kinds = list(map(self._known.get, texts))
        if None not in kinds:
            self._add_kinds(texts, kinds, counts)
            return
        for text, row, count in itertools.zip_longest(texts, rows, counts):
            kind = self._known.get(text)
            if kind is None:
                seen = self._look_at(text, row)
                self._known[text] = self._number_kind(seen)
                self._count(seen, count - 1)
            else:
                self._add_again(text, self._kinds[kind], count)
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()

    def _look_at(self, text: str, row: int | None) -> _Seen:
        """Take in one text; give what it adds to each count."""
        before = self.with_time, self.cut, self.midnights
        self._add_one(text, row)
        form, match = _match(text)
        zone = None
        if match is not None and self.with_time > before[0]:
            zone = _normal_zone(match.groupdict().get("zone"))
        return _Seen(form, zone, self.cut - before[1], self.midnights - before[2])

    def _number_kind(self, seen: _Seen) -> int:
        number = self._numbers.setdefault(seen, len(self._kinds))
        if number == len(self._kinds):
            self._kinds.append(seen)
        return number

    def _add_kinds(
        self, texts: list[str], kinds: list[int | None], counts: list[int]
    ) -> None:
        """Count texts that were all looked at before, those of a kind at once."""
        if self.firsts:  # some of them are kept, in their order
            for text, kind, count in zip(texts, kinds, counts):
                self._add_again(text, self._kinds[kind or 0], count)
            return
        totals = (
            np.bincount([kind or 0 for kind in kinds], counts) if kinds else np.zeros(0)
        )
        for kind in np.flatnonzero(totals).tolist():
            self._count(self._kinds[kind], int(totals[kind]))

    def _add_again(self, text: str, seen: _Seen, count: int) -> None:
        """Count the rows of a text that was looked at before."""
        self._count(seen, count)
        if seen.zone is not None and seen.form == "day and month":
            self.timed += [text][: max(_MOST_TIMED - len(self.timed), 0)]

    def _count(self, seen: _Seen, count: int) -> None:
        """Count rows of one kind."""
        self.forms[seen.form] += count
        if seen.zone is not None:
            self.with_time += count
            self.zones[seen.zone] += count
            self.cut += seen.cut * count
            self.midnights += seen.midnight * count

    def _see(self, kind: str, text: str, row: int | None) -> None:
        """Keep the first text of a kind, and its row."""
        if kind not in self.sample:
            self.sample[kind] = text
            if row is not None:
                self.rows[kind] = row

    def share(self, *, named: bool) -> float:
        """Give the share of the texts that are moments.

        Digits count where the column is ``named`` as one of dates, or where most
        others are dates without any doubt.
        """
        total = sum(self.forms.values())
        good = total - self.forms["unknown"]
        digits = sum(self.forms[form] for form in NEED_A_NAME)
        if not named and digits > good / 2:
            good -= digits
        return good / total if total else 0.0

    def _add_one(self, text: str, row: int | None) -> None:
        form, match = _match(text)
        self.forms[form] += 1
        self._see(form, text, row)
        if match is None:
            return
        parts = match.groupdict()
        if parts.get("hour") is not None:
            self.with_time += 1
            zone = _normal_zone(parts.get("zone"))
            self.zones[zone] += 1
            self._see(f"zone {zone}", text, row)
            if int(parts.get("fraction") or 0):
                self.cut += 1
                self._see("fraction", text, row)
            if parts["hour"] == "24":
                self._see("24:00", text, row)
            self.midnights += int(parts["hour"]) % 24 == 0 and parts["minute"] in _ZERO
        if form == "month-name year" and len(parts["year"]) == _DIGITS_OF_YEAR:
            self.named.add((int(parts["year"]), _MONTHS[parts["name"].casefold()]))
        if form == "day and month":
            if parts["hour"] is not None and len(self.timed) < _MOST_TIMED:
                self.timed.append(text)
            self.firsts.add(int(parts["a"]))
            self.seconds.add(int(parts["b"]))
            if int(parts["a"]) > 12:
                self._see("day first", text, row)
            if int(parts["b"]) > 12:
                self._see("month first", text, row)
            self.same = self.same and int(parts["a"]) == int(parts["b"])
            self.years.add(parts["year"])


def share_moments(texts: Iterable[str], *, named: bool) -> float:
    """Give the share of texts that are moments, as the evidence of a column has it."""
    forms = Counter(_match(text)[0] for text in texts)
    return TimestampEvidence(forms).share(named=named)


@lru_cache(maxsize=32_768)
def _match(text: str) -> tuple[str, Optional[re.Match[str]]]:  # noqa: UP045
    if len(text) > LONGEST_TIMESTAMP:
        return "unknown", None
    for form, pattern in _FORMS.items():
        match = pattern.fullmatch(text)
        if match is not None and _has_known_month(match):
            return form, match
    return "unknown", None


def _has_known_month(match: re.Match[str]) -> bool:
    name = match.groupdict().get("name")
    return name is None or name.casefold() in _MONTHS


def month_number(name: str) -> int | None:
    """Give the number of a month by its name; None when it is none."""
    return _MONTHS.get(name.strip().rstrip(".").casefold())


# Digits with or without a mark, which are dates only where the name says so.
NEED_A_NAME = (
    *("yyyymmdd", "yyyymmddhh", "yyyymm"),
    *("year", "month/year", "year-month"),
)
_DIGITS = ("yyyymmdd", "yyyymmddhh", "yyyymm", "year")


def is_date(text: str) -> bool:
    """Say whether a text is a date by itself, whatever the column's name is."""
    return is_moment(text, named=True) and _match(text.strip())[0] not in _DIGITS


def is_moment(text: str, *, named: bool) -> bool:
    """Say whether a text is a moment; ``named`` when something says that it is one."""
    form, _ = _match(text.strip())
    return form != "unknown" and (named or form not in NEED_A_NAME)


def find_parts(text: str) -> dict[str, Any] | None:
    """Take a text apart that is written as a moment is, whether it is one or not."""
    _, match = _match(text.strip())
    return None if match is None else match.groupdict()


def match_form(text: str) -> re.Match[str] | None:
    """Match a text by the form that it is written in; None when there is none."""
    return _match(text.strip())[1]


def find_form(text: str) -> str:
    """Give the form that a text is written in, or "unknown"."""
    return _match(text.strip())[0]


def _normal_zone(zone: str | None) -> str:
    if zone is None:
        return "none"
    hours = ZONE_NAMES.get(zone.strip("()"))
    return zone.replace(":", "").ljust(5, "0") if hours is None else f"+0{hours}00"


def find_order(evidence: TimestampEvidence) -> str | None:
    """Tell day-first from month-first by the whole column; None when unclear.

    A field above 12 is the day. Otherwise, over several years, a field that is
    always the same is the day of a monthly table: 01/02/2020, 01/03/2020 and so
    on is day-first, since nobody measures on the first days of January only.
    """
    if is_year_first(evidence):
        return None
    if evidence.same and evidence.firsts:
        return "day-first"  # both orders mean the same: 01/01/2020, 01/01/2021
    first_is_day = max(evidence.firsts, default=0) > 12
    second_is_day = max(evidence.seconds, default=0) > 12
    if not first_is_day and not second_is_day and len(evidence.years) > 1:
        first_is_day = len(evidence.firsts) == 1 and len(evidence.seconds) >= 4
        second_is_day = len(evidence.seconds) == 1 and len(evidence.firsts) >= 4
    if first_is_day == second_is_day:
        return None
    return "day-first" if first_is_day else "month-first"


def shows_order(evidence: TimestampEvidence) -> bool:
    """Say whether days above 12 stand in one place only, which settles the order."""
    above = [max(some, default=0) > 12 for some in (evidence.firsts, evidence.seconds)]
    return above[0] != above[1] and not is_year_first(evidence)


def is_year_first(evidence: TimestampEvidence) -> bool:
    """Say whether what stands last looks like the day, as in 21/10/07 and 21/10/08.

    The day takes more values than the year does; of a monthly table it is always 01.
    """
    firsts, lasts = evidence.firsts, evidence.years
    days = all(len(text) == 2 and 1 <= int(text) <= 31 for text in lasts)
    if not lasts or not days or max(evidence.seconds) > 12:
        return False
    if lasts == {"01"}:
        return 1 < len(firsts) < 25 and len(evidence.seconds) >= 4
    is_monthly = len(firsts) == 1 and len(evidence.seconds) >= 4 and len(lasts) <= 12
    return len(lasts) > len(firsts) and not is_monthly


def has_days_for_years(evidence: TimestampEvidence) -> bool:
    """Say whether what stands behind the month's name looks like the day: Mar 07.

    As years they would leap: Mar 07 and Mar 14 are seven years apart, Apr 01 is back.
    """
    if len(evidence.named) < 4 or not all(
        1 <= year <= 31 for year, _ in evidence.named
    ):
        return False
    months = sorted(12 * year + month for year, month in evidence.named)
    steps = Counter(int(step) for step in np.diff(months))
    is_regular = max(steps.values()) >= 0.75 * len(months)
    one_month = len({month for _, month in evidence.named}) == 1
    return not is_regular or (one_month and len(months) > _LONG_YEARS)


def find_order_by_steps(evidence: TimestampEvidence) -> str | None:
    """Tell the order of hours, or minutes, by the one that leaves no holes.

    06/11/2023 00:00 to 12/11/2023 23:00 are seven days on end if the day stands first,
    and a day of each of seven months if it does not.
    """
    holes = {}
    for order in ("day-first", "month-first"):
        reading = Reading("day and month", order)
        seconds, good = TimestampParser(reading).parse(evidence.timed)
        steps = np.diff(np.unique(seconds[good]))
        if len(steps) < _LEAST_TIMED:
            return None
        holes[order] = int((steps > max(1.5 * np.median(steps), DAY / 4)).sum())
    better, worse = sorted(holes, key=lambda order: holes[order])
    return better if holes[better] == 0 and holes[worse] >= 2 else None


def parse_timestamp(text: str, reading: Reading) -> int | None:
    """Read one text as seconds since 1970; None when it has not this form."""
    if len(text) > LONGEST_TIMESTAMP:
        return None
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
    half, zone = parts.get("half"), parts.get("zone")
    hour = _full_hour(int(parts["hour"]), half)
    minute, second = int(parts["minute"] or 0), int(parts["second"] or 0)
    if (hour, minute, second) == (24, 0, 0) and half is None:
        return seconds + DAY - _offset(zone, reading)
    if hour > 23 or minute > 59 or second > 59:
        return None
    moment = seconds + hour * 3600 + minute * 60 + second
    return moment - _offset(zone, reading)


def _offset(zone: str | None, reading: Reading) -> int:
    """Give the seconds to take off, where moments of several zones become UTC."""
    if not reading.to_utc:
        return 0
    text = _normal_zone(zone)
    seconds = int(text[1:3]) * 3600 + int(text[3:5]) * 60
    return -seconds if text[0] == "-" else seconds


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
        return date(year, _MONTHS[parts["name"].casefold()], int(parts.get("day") or 1))
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
