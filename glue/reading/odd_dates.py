"""Looks once more at dates of which some are written otherwise: which, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from glue.arrays import Array
from glue.findings.finding import Count, Example, Findings, Tallies
from glue.reading.odd_values import Oddity, explain_by_home, explain_moment
from glue.reading.profile import strip_texts
from glue.reading.tables import Table
from glue.reading.timestamps import (
    DAY,
    Reading,
    TimestampEvidence,
    find_form,
    find_order,
    find_parts,
    is_date,
    parse_timestamp,
)
from glue.reading.written_moments import write_like
from glue.rows import Rows

# So many rows are looked at once more.
_MOST_ROWS = 100_000
_YEAR = 366 * DAY
# The rows above tell one way to read a date from another that leaps so much further.
_FURTHER = 2
_ORDERS = ("day-first", "month-first")
_PLACES = {"day-first": "the day first", "month-first": "the month first"}
_DIGITS = ("year", "yyyymm", "year-month", "month/year", "yyyymmddhh")


@dataclass(frozen=True)
class OddDates:
    """What is to be said of dates that are written otherwise than most."""

    code: str
    problem: str
    remedy: str
    examples: list[Example]
    count: int


@dataclass(frozen=True)
class DateColumn:
    """The dates of a column as they are written, with the numbers of their rows.

    ``texts`` and ``numbers`` are those of the filled rows, in the file's order, [n];
    ``is_whole`` says that there are no others.
    """

    file: str
    name: str
    rows: Rows
    texts: Array
    is_whole: bool

    @classmethod
    def of(cls, table: Table, name: str, most: int = _MOST_ROWS) -> DateColumn | None:
        """Read the first rows of a table once more; None when there are none."""
        chunks = table.chunks(Findings(), Tallies(), size=most)
        rows = next(iter(chunks), None)
        if rows is None or not len(rows):
            return None
        texts = strip_texts(rows[name])
        filled = texts != ""
        rows = rows.take(filled)
        return cls(table.name, name, rows, texts[filled], len(filled) < most)

    @property
    def numbers(self) -> Array:
        """The numbers of the rows, [n]."""
        return self.rows.numbers

    def find_places(self, mask: Array) -> list[Example]:
        """Give the first marked rows."""
        return [
            Example(self.file, int(self.numbers[at]), self.name, str(self.texts[at]))
            for at in np.flatnonzero(mask)[:5].tolist()
        ]

    def name_rows(self, mask: Array) -> str:
        """Say how many rows are marked, and which, if they are one block."""
        at = np.flatnonzero(mask)
        count = f"{Count(len(at)):row}"
        if len(at) < 2 or not self.is_whole or (np.diff(at) != 1).any():
            return count
        return f"{count}, {self.numbers[at[0]]} to {self.numbers[at[-1]]},"


@dataclass(frozen=True)
class _Way:
    """A way to read dates that are written otherwise, and the moments it gives, [n]."""

    seconds: Array
    is_year_first: bool = False


def explain_mixed(
    column: DateColumn, evidence: TimestampEvidence, order: str | None
) -> OddDates | None:
    """Say which dates are written in another form than most; None when unclear.

    ``order`` is the order of day and month that the settings give, if any.
    """
    forms = np.array(list(map(find_form, column.texts.tolist())), dtype=object)
    known = [form for form in evidence.forms if form != "unknown"]
    usual = max(known, key=lambda form: evidence.forms[form])
    odd = (forms != usual) & (forms != "unknown")
    if not odd.any() or not (forms == usual).any():
        return None
    reading = Reading(usual, order or find_order(evidence))
    if usual == "day and month" and reading.order is None:
        return None
    seconds = _read(column.texts, reading)
    fits = np.array([one is not None for one in seconds])
    if not fits.any():
        return None
    like = str(column.texts[np.flatnonzero(fits)[0]])
    count = sum(evidence.forms[form] for form in known if form != usual)
    return (
        _explain_home(column, odd, set(forms[odd]), like=like)
        or _explain_unreal(column, odd, like)
        or _explain_forms(column, odd, seconds, reading, like=like, count=count)
    )


def _explain_home(
    column: DateColumn, odd: Array, forms: set[str], *, like: str
) -> OddDates | None:
    """Say that numbers among dates belong into another column."""
    if not forms <= set(_DIGITS) or len(like) <= len("2024-01"):
        return None
    columns = dict(column.rows.columns.items())
    columns[column.name] = column.texts
    home = explain_by_home(columns, column.name, odd, fits=is_date)
    return None if home is None else _make_unreadable(column, odd, home)


def _explain_unreal(column: DateColumn, odd: Array, like: str) -> OddDates | None:
    """Say that dates are none, as no year has such a day."""
    texts = column.texts[odd].tolist()
    unreal = [text for text in texts if not any(_list_moments(text))]
    if not unreal:
        return None
    why = explain_moment(unreal[0], like=like)
    bad = odd & np.isin(column.texts, unreal)
    return None if why is None else _make_unreadable(column, bad, why)


def _make_unreadable(column: DateColumn, bad: Array, odd: Oddity) -> OddDates:
    count = int(bad.sum())
    problem = f"{Count(count):timestamp} of {column.file}'s column {column.name!r} "
    problem += f"cannot be read like the others: {odd.why}"
    places = column.find_places(bad)
    return OddDates("timestamp-unreadable", problem, odd.remedy, places, count)


def _explain_forms(
    column: DateColumn,
    odd: Array,
    seconds: list[int | None],
    reading: Reading,
    *,
    like: str,
    count: int,
) -> OddDates | None:
    """Say which dates have another form, and write out the first of them."""
    texts = column.texts[odd].tolist()
    ways = _choose_ways(list(_list_ways(texts)), seconds, odd)
    written = [
        text
        for way in ways
        for text in [write_like(int(way.seconds[0]), like, reading)]
        if text is not None
    ]
    if not written or len(written) < len(ways):
        return None
    what = ("a date that is written", "dates that are written")[count > 1]
    rest = f"otherwise than the rest, which is like {like!r}"
    if all(way.is_year_first for way in ways) and len(_year_of(like)) > 2:
        what, rest = "years of two digits", f"and of four in the rest, as in {like!r}"
    rows = column.name_rows(odd) if int(odd.sum()) == count else f"{Count(count):row}"
    if count == 1:
        rows = "one row"
    problem = f"has {what} in {rows} {rest}"
    if what.startswith(("a ", "dates")):
        problem = f"has {what} {rest}, in {rows.rstrip(',')}"
    remedy = f"write {' or '.join(dict.fromkeys(written))} for {texts[0]!r}"
    if len(written) > 1:
        remedy += ", whichever is meant"
    remedy += ", and the others likewise" if count > 1 else ""
    places = column.find_places(odd)
    return OddDates("timestamp-mixed", problem, remedy, places, count)


def _year_of(text: str) -> str:
    return str((find_parts(text) or {}).get("year") or "")


def _list_ways(texts: Sequence[str]) -> Iterator[_Way]:
    """List the ways in which all of some dates can be read, as one who looks would."""
    for order in _ORDERS:
        found = [_read_one(text, order) for text in texts]
        if None not in found:
            yield _Way(np.array(found, dtype=np.int64))
    found = list(map(_read_year_first, texts))
    if None not in found:
        yield _Way(np.array(found, dtype=np.int64), is_year_first=True)


def _list_moments(text: str) -> Iterator[bool]:
    yield from (_read_one(text, order) is not None for order in _ORDERS)
    yield _read_year_first(text) is not None


def _read_one(text: str, order: str) -> int | None:
    return parse_timestamp(text, Reading(find_form(text), order))


def _read_year_first(text: str) -> int | None:
    """Read a date of three times two digits whose year stands first."""
    parts = find_parts(text) or {}
    if "a" not in parts or len(parts["a"]) != 2 or len(parts["year"]) != 2:
        return None
    return parse_timestamp(f"20{text}", Reading("year-month-day"))


def _choose_ways(ways: list[_Way], seconds: list[int | None], odd: Array) -> list[_Way]:
    """Keep the ways that bring dates near the others: one, where it is clearly so."""
    usual = np.array([one for one in seconds if one is not None])
    low, high = usual.min() - _YEAR, usual.max() + _YEAR
    near = [
        way for way in ways if low <= way.seconds.min() and way.seconds.max() <= high
    ]
    kept = {way.seconds.tobytes(): way for way in near}
    ordered = sorted(kept.values(), key=lambda way: _leap(way, seconds, odd))
    leaps = [_leap(way, seconds, odd) for way in ordered]
    is_clear = len(leaps) > 1 and leaps[1] > _FURTHER * leaps[0]
    return ordered[:1] if is_clear else ordered[:2]


def _leap(way: _Way, seconds: list[int | None], odd: Array) -> int:
    """Say how far dates are, in all, from those in the rows above them."""
    moments: list[int | None] = list(seconds)
    for at, moment in zip(np.flatnonzero(odd).tolist(), way.seconds.tolist()):
        moments[at] = moment
    pairs = zip(moments, moments[1:], odd[1:].tolist())
    return sum(
        min(abs(after - before), _YEAR)
        for before, after, is_odd in pairs
        if is_odd and before is not None and after is not None
    )


def _read(texts: Array, reading: Reading) -> list[int | None]:
    known = {text: parse_timestamp(text, reading) for text in set(texts.tolist())}
    return [known[text] for text in texts.tolist()]


def explain_orders(column: DateColumn) -> OddDates | None:
    """Say in which rows day and month have changed places; None when unclear.

    Days above 12 tell, or the first of the month where each date has a 01.
    """
    parts = [find_parts(text) or {} for text in column.texts.tolist()]
    if not all("a" in one for one in parts):
        return None
    pairs = np.array([(int(one["a"]), int(one["b"])) for one in parts])
    sure = _mark_orders(pairs)
    if sure is None:
        return None
    counts = [int((sure == n).sum()) for n in range(2)]
    usual = int(counts[1] > counts[0])
    odd = _grow_block(column.texts, sure, usual)
    first = np.flatnonzero(sure == 1 - usual)[0]
    likes = np.flatnonzero(sure == usual)
    like, text = (str(column.texts[at]) for at in (likes[0], first))
    reading = [Reading("day and month", order) for order in _ORDERS]
    moment = parse_timestamp(text, reading[1 - usual])
    written = None if moment is None else write_like(moment, like, reading[usual])
    if written is None:
        return None
    is_block = bool((np.diff(np.flatnonzero(odd)) == 1).all()) and column.is_whole
    rows = column.name_rows(odd) if is_block else f"at least {column.name_rows(odd)}"
    problem = f"has {_PLACES[_ORDERS[1 - usual]]} in {rows} and "
    problem += f"{_PLACES[_ORDERS[usual]]} in the others"
    remedy = f"swap day and month in these rows, so that row {column.numbers[first]} "
    remedy += f"reads {written}"
    if not is_block:
        remedy += "; in further rows it may not be seen, so better export the table "
        remedy += "again with dates as YYYY-MM-DD"
    places = [
        Example(column.file, int(column.numbers[at]), column.name, one)
        for at, one in ((int(first), text), (int(likes[0]), like))
    ]
    return OddDates("timestamp-mixed", problem, remedy, places, int(odd.sum()))


def _mark_orders(pairs: Array) -> Array | None:
    """Mark the dates with 0 whose day stands first, with 1 if second, else -1, [n]."""
    marks = (pairs > 12, pairs == 1)
    for mark in marks:
        first, second = mark[:, 0] & ~mark[:, 1], mark[:, 1] & ~mark[:, 0]
        if (
            first.any()
            and second.any()
            and (mark is marks[0] or mark.any(axis=1).all())
        ):
            return np.where(first, 0, np.where(second, 1, -1))
    return None


def _grow_block(texts: Array, sure: Array, usual: int) -> Array:
    """Mark the rows of the rarer order, and those beside them that go on with it."""
    odd = sure == 1 - usual
    at = np.flatnonzero(odd)
    within = sure[at[0] : at[-1] + 1]
    if (within == usual).any():
        return odd
    odd[at[0] : at[-1] + 1] = True
    ours, theirs = (
        _read(texts, Reading("day and month", _ORDERS[n])) for n in (1 - usual, usual)
    )
    for start, step in ((int(at[0]), -1), (int(at[-1]), 1)):
        row, beside = start + step, start
        while 0 <= row < len(texts) and sure[row] == -1:
            if not _is_nearer(ours[row], theirs[row], ours[beside]):
                break
            odd[row] = True
            row, beside = row + step, row
    return odd


def _is_nearer(one: int | None, other: int | None, to: int | None) -> bool:
    if one is None or other is None or to is None:
        return False
    return abs(one - to) < abs(other - to)


# Reads a column of dates once more, where they are refused.
Look = Callable[[], "DateColumn | None"]


def tell(odd: OddDates, column: DateColumn, findings: Findings) -> None:
    """Say what was found of odd dates."""
    findings.add(
        odd.code,
        count=odd.count,
        examples=odd.examples,
        remedy=odd.remedy,
        problem=odd.problem,
        file=column.file,
        column=column.name,
    )
