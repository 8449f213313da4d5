"""Why a text is no moment, or no number, and what to do about just that."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Optional

from glue.arrays import Array
from glue.findings.finding import shorten
from glue.reading.numbers import MISSING, is_number
from glue.reading.timestamps import (
    FIRST_YEAR,
    LAST_YEAR,
    LONGEST_TIMESTAMP,
    Reading,
    find_form,
    find_parts,
    is_date,
    is_moment,
    month_number,
    parse_timestamp,
)
from glue.reading.written_moments import write_like
from glue.reading.written_numbers import LONGEST_NUMBER

_AS_DATES = "format the whole column as dates there, and export it again"
_ISO = "YYYY-MM-DD, with HH:MM:SS behind it below daily"
_WEEKDAY = re.compile(r"[^\W\d_]{2,12}\.?,?\s+")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_ZONE = re.compile(r"Z|\(?[A-Za-z][A-Za-z/_]{1,30}\)?|[-+]\d\d(?::?\d\d)?")
_OFFSET_LENGTHS = (3, 5, 6)
_SHORT_FORMS = ("year", "yyyymm", "year-month", "month/year", "unknown")
_NO_YEAR = re.compile(
    r"(?:\d{1,2}[-./]\d{1,2}[-./]?|\d{1,2}\.?[ -][^\W\d_]{3,9}\.?"
    r"|[^\W\d_]{3,9}\.?[ -]\d{1,2})(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?"
)
_TIME_OF_DAY = re.compile(r"\d{1,2}:\d\d(?::\d\d)?")
_WEEK = re.compile(
    r"(?:kw|cw|wk|week|woche|sem|semaine|semana|settimana)?[ ._-]?\d{1,2}[ ./-]\d{4}"
    r"|(?:kw|cw|wk|week|woche|sem|semaine|semana|settimana)[ ._-]?\d{1,2}"
    r"|\d{4}[ ./-]?(?:kw|cw|wk|week|woche|sem|semaine|semana|settimana)[ ._-]?\d{1,2}",
    re.IGNORECASE,
)
_WEEK_DIGITS = re.compile(r"((?:19|20|21)\d\d)[-/.]?([0-5]\d)")
_HALF_YEAR = re.compile(r"[HS][12][ /-]?\d{4}|\d{4}[ /-]?[HS][12]", re.IGNORECASE)
# Days since 1899, from 1968 to 2050.
_QUARTER = re.compile(
    r"([1-4])[ ./-]?Q[ ./-]?(\d{4})|(\d{4})[ ./-]?(?:Q|QTR|quarter|T)[ ./-]?([1-4])",
    re.IGNORECASE,
)
_LEAST_DIGITS = 4
_SERIAL = re.compile(r"(?:2[5-9]|[34]\d|5[0-4])\d{3}(?:[.,]\d+)?")
_NO_DATES = (
    *("1900-01-0", "1899-12-3", "0001-01-01", "9999-12-31", "0000", "00.00", "00/00"),
)
_DATENUM = re.compile(r"7[0-4]\d{4}(?:\.\d+)?")
_LETTER_FOR_DIGIT = re.compile(r"[-+]?[\d.,OolISB]+")
_MOST_LETTERS = 3
_DIGITS = {"O": 0, "o": 0, "l": 1, "I": 1, "S": 5, "B": 8}
_BLANK_INSIDE = re.compile(r"[-+]?\d[\d.,]*(?:\s+[\d.,]+)+")
_LONGEST = max(LONGEST_NUMBER, LONGEST_TIMESTAMP)
_INDIAN = re.compile(r"[-+]?\d{1,2}(?:,\d\d)+,\d{3}(?:\.\d+)?")
_MARKS = re.compile(r"[-+]?\d[\d.,'_]*")
_PROGRAM = re.compile(r"b'|b\"|\\?/Date\(|datetime|Timestamp\(")
_SIDE = re.compile(r"([-+]?[\d.,]*\d)\s*([^\d\s.,].{0,20})")
_SECOND = re.compile(r"(?:[-;/|~\u2013\u2014+]|to|bis|a|-)\s*[-+]?\d[\d.,]*")
# Behind a number: 1), 2), a), which count footnotes.
_FOOTNOTE = re.compile(r"\(?[1-9a-z]\)$")
_FOOTNOTES = ("a)", "b)", "c)", "*)")
# What a spreadsheet makes of 16.1 or 16-1, and of 1.16.
_MADE_DATE = re.compile(r"(\d{1,2})[. -]{1,2}([^\W\d_]{3,4})\.?")
_HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]{1,15}")
_FRONT = re.compile(r"([^\d\s.,+-][^\d]{0,10}?)\s*([-+]?\d[\d.,]*)")
# What digits become when a bit of them is broken.
_ODD_SIGNS = "\u00b0\u00b1\u00b2\u00b3\u00b4\u00b6\u00b7\u00b8\u00b9"
_DEBIT = re.compile(r"(?:CR|DR|C|D|H|S|Cr|Dr)\.?")
_SIZE = re.compile(
    r"(?:k|m|b|bn|mn|mio|mrd|tsd|mill|million|billion|thousand|milliarden)\.?",
    re.IGNORECASE,
)
# Numbers less far apart are of one size.
_SIMILAR = 20
# So much larger no value is among others, as by a slip of its unit.
_MOST_ZEROS = 3
_MONTHS, _LONGEST_MONTH = 12, 31
# How many zeros each of them has, by its first two letters.
_SIZES = {
    **dict.fromkeys(("k", "ts", "th", "k."), 3),
    **dict.fromkeys(("m", "mn", "mi", "m."), 6),
    **dict.fromkeys(("b", "bn", "bi", "mr", "b."), 9),
}


_MOVE = (
    "put the cells of these rows under the right names: they are swapped or shifted, "
    "or a table was joined here whose columns have another order"
)


@dataclass(frozen=True)
class Oddity:
    """Why a value does not fit, as the end of a sentence, and what to do."""

    why: str
    remedy: str


# Gives why a text does not fit; ``like`` is a value of the same column that does.
Rule = Callable[[str, str], Optional[Oddity]]


def explain_moment(text: str, *, like: str = "", column: str = "") -> Oddity | None:
    """Say why a text is no moment, or not like others; None when it is not known.

    Parameters
    ----------
    text
        The value.
    like
        A value of the column that can be read, if there is any.
    column
        The column's name.
    """
    if text == column and text:
        return _explain_header(text)
    return _explain(text, like, _MOMENT_RULES)


def explain_number(text: str, *, like: str = "", column: str = "") -> Oddity | None:
    """Say why a text is no number, or not one that can be used, as for moments."""
    if text == column and text:
        return _explain_header(text)
    return _explain(text, like, _NUMBER_RULES)


def explain_by_home(
    columns: Mapping[str, Array],
    name: str,
    bad: Array,
    *,
    fits: Callable[[str], bool],
) -> Oddity | None:
    """Say that bad values of a column are those of another, in the good rows.

    Parameters
    ----------
    columns
        The texts of all columns, [n] each.
    name
        The column with bad values.
    bad
        Where they are, [n].
    fits
        Says whether a text could be one of the column's.
    """
    strays = {text.strip() for text in columns[name][bad].tolist()} - {""}
    header = strays.intersection(columns)
    if header:
        return Oddity(
            f"{min(header)!r} is the name of another column, as where a table is "
            "joined whose columns have another order",
            "bring the rows below that line into the order of the first header, and "
            "remove the line",
        )
    if fits is is_date and all(map(_has_day, columns[name][~bad].tolist())):
        fits = _is_day  # a number such as 1910.69 may be a month of a year, and no day
    moved = _find_moved(columns, name, bad, fits)
    if moved:
        return _explain_moved(columns, name, moved, bad)
    for other, texts in columns.items():
        homes = {text.strip() for text in texts[~bad].tolist()}
        if other != name and strays and len(strays & homes) >= len(strays) / 2:
            stray = next(iter(sorted(strays & homes)))
            return Oddity(
                f"{shorten(stray, 40)!r} stands under {other!r} in other rows", _MOVE
            )
    return None


def _has_day(text: str) -> bool:
    return not text.strip() or _is_day(text)


def _is_day(text: str) -> bool:
    return is_moment(text, named=False)


def _explain_moved(
    columns: Mapping[str, Array], name: str, moved: str, bad: Array
) -> Oddity:
    """Say in which way cells are moved: swapped, or shifted by one column."""
    header = list(columns)
    gap = header.index(moved) - header.index(name)
    value = str(columns[moved][bad][0]).strip()
    shown = shorten(value, 40)
    rows = _these(bad)
    if gap == 1 and _is_shifted_right(columns, name, bad):
        return Oddity(
            f"the cells of {rows} stand one column too far right, as {shown!r} does "
            f"under {moved!r}",
            f"move them one to the left, so that {shown} stands under {name!r}, and "
            f"look whether the value of {header[-1]!r} was lost",
        )
    if gap == -1 and _is_shifted_left(columns, name, bad):
        lost = _find_lost(columns, name, bad)
        return Oddity(
            f"the cells of {rows} stand one column too far left, as {shown!r} does "
            f"under {moved!r}, and the last one is blank",
            f"move them one to the right, so that {shown} stands under {name!r}, and "
            f"write the {lost!r} that is lost there",
        )
    order = _find_order(columns, bad)
    away = [one for one, own in zip(header, order or []) if one != own]
    if order and len(away) > 2:
        return Oddity(
            f"the columns stand in another order in {rows} ({', '.join(order)}), as "
            "where a table of another order is joined",
            f"bring them into the order of the header, so that {shown} stands under "
            f"{name!r}",
        )
    stray = str(columns[name][bad][0]).strip()
    homes = {text.strip() for text in columns[moved][~bad].tolist()}
    both = is_number(stray) and all(map(is_number, homes - {""}))
    if stray in homes or both:
        return Oddity(
            f"the cells under {name!r} and {moved!r} are swapped in {rows}",
            f"swap them back, so that {shorten(value, 40)} stands under {name!r} and "
            f"{shorten(stray, 40)} under {moved!r}",
        )
    why = f"what belongs there stands under {moved!r} in {rows}"
    return Oddity(why, _MOVE)


def _these(bad: Array) -> str:
    return "this row" if int(bad.sum()) == 1 else "these rows"


def _is_shifted_right(columns: Mapping[str, Array], name: str, bad: Array) -> bool:
    """Say whether bad rows hold what belongs one column further left."""
    header = list(columns)
    at = header.index(name)
    if at == 0:
        return False
    before = [columns[one][bad].tolist() for one in header[:at]]
    if not any(all(not text.strip() for text in texts) for texts in before):
        return False  # nothing has moved them
    homes = {text.strip() for text in columns[header[at - 1]][~bad].tolist()}
    return str(columns[name][bad][0]).strip() in homes


def _find_order(columns: Mapping[str, Array], bad: Array) -> list[str] | None:
    """Find which column each value of bad rows is of; None where it is unclear."""
    header = list(columns)
    found: list[str] = []
    for name in header:
        texts = columns[name][bad].tolist()
        fit = [one for one in header if _is_alike(texts, columns[one][~bad].tolist())]
        own = [one for one in fit if one == name] or fit
        if len(own) != 1 or own[0] in found:
            return None
        found.append(own[0])
    return found


def _is_alike(some: list[str], others: list[str]) -> bool:
    """Say whether texts could be of a column: of its kinds, dates, or its size."""
    some = [text.strip() for text in some if text.strip()]
    others = [text.strip() for text in others if text.strip()]
    kinds = set(others)
    if not some or not others:
        return False
    if len(kinds) <= len(others) / 2 and not all(map(_is_day, others)):
        return sum(text in kinds for text in some) >= len(some) / 2
    if any(map(_is_day, others)) or any(map(_is_day, some)):
        return all(map(_is_day, some)) and all(map(_is_day, others))
    sizes = [sorted(map(_measure, texts))[len(texts) // 2] for texts in (some, others)]
    return 0 < max(sizes) < _SIMILAR * min(sizes)


def _measure(text: str) -> float:
    """Give the size of a number; 0 of what is none."""
    try:
        return abs(float(text.replace(",", ".")))
    except ValueError:
        return 0.0


def _find_lost(columns: Mapping[str, Array], name: str, bad: Array) -> str:
    """Find the column from which on cells stand one too far left: its own is lost."""
    header = list(columns)
    at = header.index(name) - 1
    while at > 0:
        homes = {text.strip() for text in columns[header[at]][~bad].tolist()}
        strays = {text.strip() for text in columns[header[at - 1]][bad].tolist()}
        if not strays <= homes:
            break
        at -= 1
    return header[at]


def _is_shifted_left(columns: Mapping[str, Array], name: str, bad: Array) -> bool:
    """Say whether bad rows hold what belongs one column further right."""
    header = list(columns)
    at = header.index(name)
    if at + 1 >= len(header):
        return False
    last = [not str(text).strip() for text in columns[header[-1]][bad].tolist()]
    right = {text.strip() for text in columns[header[at + 1]][~bad].tolist()} - {""}
    strays = {text.strip() for text in columns[name][bad].tolist()}
    alike = all(map(is_number, strays)) and all(map(is_number, right))
    return all(last) and bool(right) and (alike or strays <= right)


def _find_moved(
    columns: Mapping[str, Array], name: str, bad: Array, fits: Callable[[str], bool]
) -> str | None:
    """Find the column that has what fits where this one does not, and only there."""
    for other, texts in columns.items():
        theirs = [fits(text) for text in texts[bad].tolist()]
        usual = [fits(text) for text in texts[~bad].tolist()]
        if other != name and theirs and usual and all(theirs) and not any(usual):
            return other
    return None


def _explain(text: str, like: str, rules: Iterable[Rule]) -> Oddity | None:
    if len(text) > _LONGEST:
        return None
    found = (rule(text, like) for rule in rules)
    return next((one for one in found if one is not None), None)


def _explain_header(text: str) -> Oddity:
    return Oddity(
        f"{text!r} is the column's own name, so that the header stands there again",
        "remove that line, and look whether a second table begins there",
    )


def _as_others(like: str) -> str:
    """Say how a moment should be written."""
    return f"as the others are, such as {like}" if like else f"as {_ISO}"


def _find_apostrophe(text: str, _: str) -> Oddity | None:
    if text.startswith("'") and not text.endswith("'"):
        return Oddity(
            "an apostrophe stands in front, as where a spreadsheet holds text",
            "take the apostrophe in front of each away (replace ' by nothing), as in "
            f"{text[1:]}",
        )
    return None


def _find_quotes(text: str, _: str) -> Oddity | None:
    inner = text.strip("'\"\u201c\u201d\u201e\u00ab\u00bb` ")
    if inner != text and is_moment(inner, named=True):
        marks = sorted(set(text) - set(inner) - {" "})
        curly = "curly " if not "".join(marks).isascii() else ""
        listed = " and ".join(marks)
        if not curly:
            return Oddity(
                f"a quote ({listed}) stands beside it, and is taken as a part of it",
                f"delete the quote there, so that it reads {inner}",
            )
        return Oddity(
            f"{curly}quotes ({listed}) stand around it, and are taken as a part of it",
            f"replace {listed} by nothing in the whole file, so that it reads {inner}",
        )
    return None


def _find_hashes(text: str, _: str) -> Oddity | None:
    if text and set(text) == {"#"}:
        return Oddity(
            "a spreadsheet writes # where a column is too narrow for its values",
            "widen the column there, and export the table again",
        )
    return None


def _find_missing_word(text: str, _: str) -> Oddity | None:
    if text.casefold() in MISSING or text.casefold() == "nat":
        return Oddity(
            f"{text!r} means that there is no date",
            "fill in the date of each of these rows, or remove the rows",
        )
    return None


def _find_serial(text: str, like: str) -> Oddity | None:
    if not _SERIAL.fullmatch(text):
        return None
    days = int(text.replace(",", ".").partition(".")[0])
    date = datetime(1899, 12, 30) + timedelta(days=days)
    return Oddity(
        f"{text} is how a spreadsheet counts days; it stands for {date:%Y-%m-%d}",
        f"open it in the spreadsheet, {_AS_DATES}"
        + (f", so that each reads like {like}" if like else ""),
    )


def _find_datenum(text: str, _: str) -> Oddity | None:
    if _DATENUM.fullmatch(text):
        return Oddity(
            f"{text} looks like days since the year 0, as MATLAB counts",
            f"write dates as {_ISO}",
        )
    return None


def _find_weekday(text: str, like: str) -> Oddity | None:
    match = _WEEKDAY.match(text)
    if match and is_moment(text[match.end() :], named=True):
        return Oddity(
            f"the weekday stands in front ({match[0].strip(' ,')})",
            f"leave the weekday out, as in {text[match.end() :]}",
        )
    return None


def _find_ordinal(text: str, like: str) -> Oddity | None:
    plain = _ORDINAL.sub("", text)
    if plain != text and is_moment(plain, named=True):
        return Oddity(
            "letters stand behind the day's number",
            f"write the day as a number alone, as in {plain}",
        )
    return None


def _find_zone(text: str, _: str) -> Oddity | None:
    front, _, back = text.rpartition(" ")
    parts = [(front, back), *((text[:-n], text[-n:]) for n in _OFFSET_LENGTHS)]
    if text.endswith("Z"):
        parts.append((text[:-1], "Z"))
    for before, zone in parts:
        if _ZONE.fullmatch(zone) and find_form(before) not in _SHORT_FORMS:
            way = f"take {zone!r} away"
            if ":" in before:
                way = f"write all moments in one time zone, without {zone!r}"
            return Oddity(
                f"a time zone, {zone!r}, stands behind it",
                f"{way}, as in {before.strip()}",
            )
    return None


def _find_week(text: str, _: str) -> Oddity | None:
    if not _WEEK.fullmatch(text):
        return None
    return Oddity(
        f"{text!r} names a week in a form that is not known",
        "write weeks as 2024-W01, or as the date of their Monday",
    )


def _find_week_digits(text: str, _: str) -> Oddity | None:
    match = _WEEK_DIGITS.fullmatch(text)
    if match is None or not 12 < int(match[2]) <= 53:
        return None
    return Oddity(
        f"{text} is no month, and looks like the week {int(match[2])} of {match[1]}",
        f"write all weeks with a W, such as {match[1]}-W{match[2]}, or as the date of "
        "their Monday",
    )


def _find_quarter(text: str, _: str) -> Oddity | None:
    match = _QUARTER.fullmatch(text)
    if match is None:
        return None
    quarter, year = match[1] or match[4], match[2] or match[3]
    return Oddity(
        f"{text!r} names a quarter in a form that is not known",
        f"write quarters as {year}-Q{quarter}, or as the first day of each",
    )


def _find_odd_letter(text: str, like: str) -> Oddity | None:
    odd = [one for one in text if not one.isascii() and not one.isalpha()]
    if not odd or sum(one in "0123456789" for one in text) < _LEAST_DIGITS:
        return None
    return Oddity(
        f"{odd[0]!r} stands in it, which is no digit and no mark of a date",
        f"correct the date, and write it {_as_others(like)}",
    )


def _find_half_year(text: str, _: str) -> Oddity | None:
    if not _HALF_YEAR.fullmatch(text):
        return None
    year = re.sub(r"\D", "", re.sub(r"[HS][12]", "", text, flags=re.IGNORECASE))
    return Oddity(
        f"{text!r} names a half year, which is no form that is known",
        f"write the first day of each half year, such as {year}-01-01 and {year}-07-01",
    )


def _find_program(text: str, _: str) -> Oddity | None:
    if _PROGRAM.match(text):
        inner = re.fullmatch(r"(\w+\('|b['\"])([^'\"]*)('\)|', .*|['\"])", text)
        inner = inner or re.fullmatch(r"(\\?/Date\()(\d{8})(\)\\?/)", text)
        way = f"have the program write dates as {_ISO}"
        if inner:
            way = f"take {inner[1]} and {inner[3]} away, as in {inner[2]}; or have the "
            way += "program write plain dates"
        return Oddity(
            f"{shorten(text, 40)!r} is how a program writes a date to itself",
            way,
        )
    return None


def _find_month(text: str, like: str) -> Oddity | None:
    name, _, time = text.partition(" ")
    if month_number(name) is None or (time and not _TIME_OF_DAY.fullmatch(time)):
        return None
    return Oddity(
        f"{text!r} is a month without a day and a year",
        f"write whole dates, {_as_others(like)}",
    )


def _find_no_year(text: str, like: str) -> Oddity | None:
    if not _NO_YEAR.fullmatch(text) or not _may_be_day(text):
        return None
    written = _add_year(text, like)
    if written:
        year = (find_parts(like) or {})["year"]
        return Oddity(
            "the year is missing",
            f"write the year too, as in {written} if {text!r} is of {year}, like the "
            "date next to it",
        )
    return Oddity("the year is missing", f"write the year too, {_as_others(like)}")


def _may_be_day(text: str) -> bool:
    """Say whether the first two numbers may be a day and a month, unlike 15.82."""
    first = re.match(r"(\d{1,2})[-./](\d{1,2})", text)
    both = sorted(map(int, first.groups())) if first else [1, 1]
    return 1 <= both[0] <= _MONTHS and both[1] <= _LONGEST_MONTH


def _add_year(text: str, like: str) -> str | None:
    """Write a date without a year as another one is written, and of its year."""
    parts = find_parts(like) or {}
    year, form = parts.get("year"), find_form(like)
    if year is None or len(year) != len("2024"):
        return None
    whole = _join_year(text, year)
    moments = {
        parse_timestamp(whole, Reading(find_form(whole), order))
        for order in ("day-first", "month-first")[: 1 if "." in text else 2]
        if find_form(whole) != "unknown"
    } - {None}
    order = "day-first" if "." in like else None
    if parts.get("a") and max(int(parts["a"]), int(parts["b"])) > _MONTHS:
        order = "day-first" if int(parts["a"]) > _MONTHS else "month-first"
    if len(moments) != 1 or (form == "day and month" and order is None):
        return None
    return write_like(int(moments.pop() or 0), like, Reading(form, order))


def _join_year(text: str, year: str) -> str:
    """Put a year where it belongs in a date."""
    date, _, time = text.partition(" ")
    words = re.match(r"(\d{1,2})\.?[ -]([^\W\d_]+)\.?(.*)", text)
    named = re.match(r"([^\W\d_]+)\.?[ -](\d{1,2})(.*)", text)
    if words:
        return f"{words[1]} {words[2]} {year}{words[3]}"
    if named:
        return f"{named[2]} {named[1]} {year}{named[3]}"
    if "-" in date:
        return f"{year}-{date} {time}".strip()
    mark = "/" if "/" in date else "."
    day = date.rstrip(".")
    return f"{day}{mark}{year} {time}".strip()


def _find_no_day(text: str, like: str) -> Oddity | None:
    """Recognise a date that does not exist, or is out of reach."""
    parts = find_parts(text)
    if parts is None or (is_number(text) and not text.isdecimal()):
        return None
    year = parts.get("year") or ""
    empty = text.startswith(_NO_DATES) or text.endswith("9999")
    if empty or (year == "0001" and is_first_day(parts)):
        return Oddity(
            f"{text!r} is what programs write where there is no date",
            "fill in the date of each of these rows, or remove the rows",
        )
    if len(year) == 4 and not FIRST_YEAR <= int(year) <= LAST_YEAR:
        return _explain_year(text, year, like)
    if (parts.get("hour") or "0") > "24" and len(parts["hour"]) == 2:
        return Oddity("no day has that hour", "correct the time of day")
    if _is_real(text):
        return Oddity(
            f"{text!r} is written in another form than the others",
            f"write it {_as_others(like)}",
        )
    return Oddity(
        f"there is no such day as {text!r}",
        f"correct the date, and write it {_as_others(like)}",
    )


def is_first_day(parts: Mapping[str, str | None]) -> bool:
    """Say whether a date is the first of January, of whatever year."""
    names = ("a", "b") if parts.get("a") else ("month", "day")
    return all(int(parts.get(name) or 0) == 1 for name in names)


def _explain_year(text: str, year: str, like: str) -> Oddity:
    """Say that a year cannot be, and which is meant by the one of a row near by."""
    right = str((find_parts(like) or {}).get("year") or "")
    remedy = "correct the year, or remove the rows where it stands for no date"
    if len(right) == 4:
        remedy = f"write {text.replace(year, right, 1)}, if it is of {right} like "
        remedy += "the date next to it"
    return Oddity(
        f"its year, {year}, is outside of what can be counted, {FIRST_YEAR} to "
        f"{LAST_YEAR}",
        remedy,
    )


def _is_real(text: str) -> bool:
    """Say whether a text is a moment by any form and order."""
    form = find_form(text)
    orders = ("day-first", "month-first")
    return any(parse_timestamp(text, Reading(form, one)) is not None for one in orders)


def _find_cell_of_others(text: str, like: str) -> Oddity | None:
    """Recognise a number or a text where a date should be."""
    kind = "a number" if is_number(text) else "" if _has_digit(text) else "a text"
    if not kind:
        return None
    why = f"{shorten(text, 40)!r} is {kind}, and no date"
    if not like:
        remedy = f"write dates there {_as_others(like)}; or name the column that holds "
        remedy += "them as TimestampAttributeName in TimeSeriesConfig of config.json"
    elif kind == "a text":
        remedy = f"write a date there, such as {like}, or remove these rows; where the "
        remedy += "text belongs to another column, put all cells under their names"
    else:
        remedy = "look whether cells of these rows are swapped or shifted; write each "
        remedy += f"date {_as_others(like)}"
    return Oddity(why, remedy)


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


_MOMENT_RULES: tuple[Rule, ...] = (
    *(_find_apostrophe, _find_quotes, _find_hashes, _find_missing_word),
    *(
        _find_program,
        _find_odd_letter,
        _find_quarter,
        _find_half_year,
        _find_week_digits,
        _find_week,
        _find_weekday,
    ),
    *(_find_ordinal, _find_month, _find_no_year, _find_zone, _find_serial),
    *(_find_datenum, _find_no_day, _find_cell_of_others),
)


def _plain_as(like: str) -> str:
    """Say how a plain number looks in this column."""
    return f"such as {like}" if like else "such as 1234.5"


def _find_huge(text: str, _: str) -> Oddity | None:
    try:
        value = float(text)
    except ValueError:
        return None
    if value in (float("inf"), float("-inf")):
        huge = _has_digit(text)
        return Oddity(
            f"{text!r} is larger than any number that can be held (1.8e308)"
            if huge
            else f"{text!r} stands for infinity, from which nothing can be learnt",
            "correct it, or leave the cell blank where there is no value",
        )
    return None


def _find_date(text: str, like: str) -> Oddity | None:
    if is_date(text):
        return Oddity(
            f"{text!r} is a date",
            "look whether cells of these rows are swapped or shifted, or stand in "
            "another order than the header",
        )
    return None


def _find_blank_inside(text: str, like: str) -> Oddity | None:
    if _BLANK_INSIDE.fullmatch(text):
        joined = re.sub(r"\s+", "", text)
        return Oddity(
            "a blank stands between its digits",
            f"take the blank out where {joined} is meant",
        )
    return None


def _find_letter(text: str, like: str) -> Oddity | None:
    letters = re.sub(r"[-+\d.,]", "", text)
    if not 0 < len(letters) <= _MOST_LETTERS or not _has_digit(text):
        return None
    if not _LETTER_FOR_DIGIT.fullmatch(text):
        return None
    if text[-1] in "SBI" and len(letters) == 1:
        return None  # behind a number they are a sign, or a unit
    plain = text.translate({ord(k): str(v) for k, v in _DIGITS.items()})
    return Oddity(
        f"a letter ({letters[0]}) stands where a digit should be",
        f"write {plain} for {text!r}, with digits only",
    )


def _find_side(text: str, like: str) -> Oddity | None:
    """Recognise a number with something behind it that may change its size."""
    match = _SIDE.fullmatch(text)
    if match is None:
        return None
    number, behind = match[1], match[2].strip()
    if _DEBIT.fullmatch(behind):
        return Oddity(
            f"{behind!r} behind it may be a sign, as of credit and debit",
            f"leave {behind!r} out, and write -{number} where it means a minus",
        )
    if _SIZE.fullmatch(behind):
        return _explain_size(number, behind, like)
    if _SECOND.fullmatch(behind):
        return _explain_two(number, behind)
    return _explain_note(text, number, behind)


def _explain_note(text: str, number: str, behind: str) -> Oddity:
    """Say that a note stands behind a number, or some mark."""
    if behind.startswith(_FOOTNOTES) or (behind == ")" and number[-1:] in "123456789"):
        return _explain_footnote(text)
    if len(behind) > 1 and behind[:1] in "([":
        return Oddity(
            f"a note, {behind!r}, stands behind the number",
            f"take the note away, as in {number}",
        )
    return Oddity(
        f"{behind!r} stands behind the number, and its meaning is not known",
        f"take {behind!r} away if it is a note or a unit, as in {number}",
    )


def _explain_two(number: str, behind: str) -> Oddity:
    """Say that a cell holds two numbers, which may be the same."""
    if re.sub(r"^[^\d.,]+", "", behind) == number:
        return Oddity("one number stands twice in a cell", f"write it once: {number}")
    return Oddity(
        "two numbers stand in one cell",
        "keep the one that is meant, and leave the other out",
    )


def _explain_footnote(text: str) -> Oddity:
    """Say what a number is without the mark of a footnote, such as 1), behind it."""
    plain = _FOOTNOTE.sub("", text).strip()
    mark = text[len(plain) :].strip()
    return Oddity(
        f"{mark!r} at the end seems to be the mark of a footnote",
        f"take it away, so that {text!r} becomes {plain}",
    )


def _explain_size(number: str, behind: str, like: str) -> Oddity:
    """Say what a letter behind a number may mean: its size, or nothing."""
    size = _name_size(behind)
    whole = _multiply(number, behind)
    ways = [
        f"{whole} where {behind!r} means {size}",
        f"{number} where it is only a note",
    ]
    fits = [_is_of_size(one, like) for one in (number, whole)]
    if fits == [False, True]:
        return Oddity(
            f"{behind!r} behind it stands for {size}, as the other values are of that "
            "size",
            f"write {whole} for '{number} {behind}'",
        )
    is_mark = len(behind) == 1 and _count_zeros(behind) > _MOST_ZEROS
    if len(behind) == 1 and fits[0]:
        ways.reverse()  # a mark of a footnote, most likely
    if is_mark and fits == [True, False]:
        return Oddity(
            f"{behind!r} behind it seems to be a note, as the other values are of that "
            "size without it",
            f"write {number} for '{number} {behind}'",
        )
    return Oddity(
        f"{behind!r} behind it may stand for {size}, or be a note",
        f"write {', or '.join(ways)}",
    )


def _is_of_size(number: str, like: str) -> bool:
    """Say whether a number is as large as another, more or less."""
    texts = [text.replace(",", ".") for text in (number, like)]
    try:
        one, other = (abs(float(text)) for text in texts)
    except ValueError:
        return False
    return max(one, other) < _SIMILAR * min(one, other)


def _count_zeros(behind: str) -> int:
    """Tell how many zeros a letter or a word behind a number stands for."""
    word = behind.casefold()
    return 9 if word.startswith("milliard") else _SIZES[word[:2]]


def _name_size(behind: str) -> str:
    return {3: "thousand", 6: "million", 9: "billion"}[_count_zeros(behind)]


def _multiply(number: str, behind: str) -> str:
    """Write out a number with a size behind it, by the mark of decimals that it has."""
    plain = number.replace(",", ".")
    if not is_number(plain):
        return "all digits"
    value = Decimal(plain).scaleb(_count_zeros(behind))
    return f"{value.normalize():f}"


def _find_marks(text: str, like: str) -> Oddity | None:
    if not _MARKS.fullmatch(text):
        return None
    if "_" in text:
        plain = text.replace("_", "")
        return Oddity(
            "underscores stand between its digits", f"take them out, as in {plain}"
        )
    if _INDIAN.fullmatch(text):
        return Oddity(
            "commas group its digits by two, as in India",
            f"take the commas out, as in {text.replace(',', '')}",
        )
    parts = re.split("[,;']", text)
    if all(map(is_number, parts)) and len(parts) > 2:
        return Oddity(
            f"{text!r} is a list or a note, and not one number",
            f"write the one number that is meant, {_plain_as(like)}, or leave the cell "
            "blank if it is not known",
        )
    return Oddity(
        f"{text!r} has more marks than a number can have",
        f"write one number, {_plain_as(like)}",
    )


def is_made_date(text: str) -> bool:
    """Say whether a text may be a number of which a spreadsheet has made a date."""
    return _find_made_date(text, "") is not None


def _find_made_date(text: str, like: str) -> Oddity | None:
    """Recognise a number of which a spreadsheet has made a day of a month."""
    match = _MADE_DATE.fullmatch(text)
    month = month_number(match[2]) if match else None
    if match is None or month is None:
        return None
    places = len(re.split("[.,]", like)[-1]) if re.search("[.,]", like) else 1
    mark = "," if "," in like else "."
    number = f"{match[1]}{mark}{str(month).zfill(min(places, 2))}"
    return Oddity(
        f"a spreadsheet has made a date of a number, as {text!r} of {number}",
        f"write the number again, such as {number}, and format the column as text or "
        "numbers before it is filled",
    )


def _find_brackets(text: str, _: str) -> Oddity | None:
    inner = text.strip("[]{}<>\"'` ")
    if inner != text and is_number(inner):
        return Oddity(
            "brackets or quotes stand around the number",
            f"take them off, as in {inner}",
        )
    return None


def _find_hexadecimal(text: str, _: str) -> Oddity | None:
    if not _HEXADECIMAL.fullmatch(text):
        return None
    return Oddity(
        f"{text!r} is a number as programs write it, to the base of sixteen",
        f"write {int(text, 16)}, if that is meant",
    )


def _find_odd_sign(text: str, _: str) -> Oddity | None:
    """Recognise a sign that is no digit, and without which a number is short of one."""
    odd = [one for one in text if one in _ODD_SIGNS]
    if len(odd) != 1 or not is_number(text.replace(odd[0], "0")):
        return None
    if text.endswith(odd[0]):
        return Oddity(
            f"{odd[0]!r} stands behind the number, or where a digit should be",
            f"take it away if it marks a footnote, as in {text[:-1]}; otherwise write "
            "the digit that was lost there",
        )
    return Oddity(
        f"{odd[0]!r} stands where a digit should be",
        "write the digit that was lost there, as the source of the table has it",
    )


def _find_front(text: str, like: str) -> Oddity | None:
    match = _FRONT.fullmatch(text)
    if match is None:
        return None
    return Oddity(
        f"{match[1]!r} stands before the number, and its meaning is not known",
        f"take {match[1]!r} away if it is a note or a unit, as in {match[2]}",
    )


def _find_bound(text: str, like: str) -> Oddity | None:
    if text[:1] in "<>\u2264\u2265~" and is_number(text[1:].lstrip("= ")):
        return Oddity(
            f"{text[0]!r} in front of it says that the value is not known exactly",
            "write the number to learn from instead, or leave the cell blank",
        )
    return None


def _find_word(text: str, like: str) -> Oddity | None:
    if _has_digit(text):
        return None
    if text.casefold() in ("true", "false"):
        return Oddity(
            f"{text!r} says yes or no, and no amount",
            f"write the number that is meant, {_plain_as(like)}, or leave the cell "
            "blank",
        )
    return Oddity(
        f"{shorten(text, 40)!r} is a text",
        "leave the cell blank where there is no value; otherwise write the number, "
        + _plain_as(like),
    )


_NUMBER_RULES: tuple[Rule, ...] = (
    *(_find_hashes, _find_huge, _find_date, _find_made_date, _find_bound),
    _find_blank_inside,
    *(
        _find_hexadecimal,
        _find_letter,
        _find_brackets,
        _find_marks,
        _find_odd_sign,
        _find_side,
        _find_front,
        _find_word,
    ),
)
