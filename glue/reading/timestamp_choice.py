"""Decides from a whole column of timestamps how it is to be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from glue.findings.finding import Example, Findings, list_some
from glue.reading.odd_dates import (
    DateColumn,
    Look,
    explain_mixed,
    explain_orders,
    tell,
)
from glue.reading.odd_values import explain_moment
from glue.reading.timestamps import (
    Reading,
    TimestampEvidence,
    find_order,
    find_order_by_steps,
    format_moment,
    has_days_for_years,
    is_year_first,
    parse_timestamp,
)

_PLAIN = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d(Z|[+-].*)?)?")
_DAY_OR_YEAR = (
    "a day or a year behind the month, so that the year itself may be missing"
)
_ISO = "YYYY-MM-DD, with HH:MM:SS behind it below daily"
_WRITE_WEEKS = (
    "write weeks as 2020-W01, or as the date of their Monday; if they are months, "
    "call the column month"
)
_WRITE_YEARS = "write the dates as YYYY-MM-DD, with all four digits of the year"
_WEEK_NAME = re.compile(r"week|woche|semaine|semana|settimana|\bkw\b", re.IGNORECASE)
_MONTH_FORMS = ("month/year", "year-month", "yyyymm")


def choose_reading(
    evidence: TimestampEvidence,
    order: str | None,
    findings: Findings,
    *,
    file: str,
    column: str,
    look: Look = lambda: None,
) -> Reading | None:
    """Choose how to read a timestamp column; None when there is no one way.

    Parameters
    ----------
    evidence
        What all of its texts are.
    order
        The date order that the settings give, if any.
    findings
        Takes what is wrong.
    file, column
        Names for the messages.
    look
        Reads the column once more, to say which of its rows are odd.
    """
    forms = [form for form in evidence.forms if form != "unknown"]
    sees = _Sees(evidence, file, column)
    if not forms:
        _note_unreadable(sees, findings)
        return None
    places = sees.find_places(forms)
    to_utc = _check_zones(sees, findings)
    if len(forms) > 1:
        _note_mixed(sees, forms, findings, order=order, column=look())
        return None
    reading = Reading(forms[0], to_utc=to_utc)
    if reading.form in _MONTH_FORMS and _WEEK_NAME.search(column):
        _note_order(sees, findings, places[0], "a week or a month of a year")
        return None
    if reading.form == "month-name year" and has_days_for_years(evidence):
        _note_order(sees, findings, places[0], _DAY_OR_YEAR)
        return None
    if evidence.cut:
        findings.add(
            "timestamp-fraction-cut",
            count=evidence.cut,
            examples=sees.find_places(["fraction"]),
            file=file,
            column=column,
        )
    if reading.form == "day and month":
        found = find_order(evidence) or find_order_by_steps(evidence)
        reading = replace(reading, order=order or found)
        if reading.order is None:
            again = None if is_year_first(evidence) else look()
            odd = explain_orders(again) if again else None
            if again and odd:
                tell(odd, again, findings)
            else:
                _note_order(sees, findings, places[0])
            return None
    if not _PLAIN.fullmatch(evidence.sample[reading.form]):
        findings.add(
            "timestamp-normalised",
            examples=[*places, *sees.find_places(["24:00"])],
            file=file,
            column=column,
            form=describe_reading(reading, evidence, order),
        )
    return reading


def describe_reading(
    reading: Reading, evidence: TimestampEvidence, order: str | None
) -> str:
    """Say in words how a column is read, and why."""
    if reading.order is None:
        return f"all timestamps are written {reading.form}"
    return f"{reading.order}, {_order_words(evidence, order)}"


def _order_words(evidence: TimestampEvidence, order: str | None) -> str:
    if order is not None:
        return "as the settings say"
    if evidence.same:
        return "though both orders mean the same"
    if max(evidence.firsts | evidence.seconds) > 12:
        return "because the day goes above 12"
    if find_order(evidence) is None:
        return "because the moments follow each other without holes only so"
    return "because one field never changes over several years"


@dataclass(frozen=True)
class _Sees:
    """What a column of timestamps showed, with the place of the first of each kind."""

    evidence: TimestampEvidence
    file: str
    column: str

    def find_places(self, kinds: Iterable[str]) -> list[Example]:
        """Give the first text of each of some kinds, where there is one."""
        samples, rows = self.evidence.sample, self.evidence.rows
        return [
            Example(self.file, rows.get(kind), self.column, samples[kind])
            for kind in kinds
            if kind in samples
        ]


def _note_unreadable(sees: _Sees, findings: Findings) -> None:
    """Say that no value of the column is a timestamp."""
    places = sees.find_places(["unknown"])
    text = str(places[0].value) if places else ""
    odd = explain_moment(text, column=sees.column)
    why = f": {odd.why}" if odd else ""
    findings.add(
        "timestamp-unreadable",
        count=max(sees.evidence.forms["unknown"], 1),
        examples=places,
        remedy=odd.remedy if odd else None,
        problem=f"no value of {sees.file}'s column {sees.column!r} can be read as a "
        f"timestamp{why}",
        file=sees.file,
    )


def _note_mixed(
    sees: _Sees,
    forms: Sequence[str],
    findings: Findings,
    *,
    order: str | None,
    column: DateColumn | None,
) -> None:
    """Say which forms a column mixes, the rarest first, and how to write them."""
    found = explain_mixed(column, sees.evidence, order) if column else None
    if column and found:
        tell(found, column, findings)
        return
    counts = sees.evidence.forms
    by_count = sorted(forms, key=lambda form: counts[form])
    rare, usual = by_count[0], by_count[-1]
    text = sees.evidence.sample[rare]
    unreal = parse_timestamp(text, Reading(rare, "day-first")) is None
    unreal = unreal and parse_timestamp(text, Reading(rare, "month-first")) is None
    like = sees.evidence.sample[usual]
    odd = explain_moment(text, like=like) if unreal else None
    why = f"; {odd.why}" if odd else ""
    others = " and ".join(repr(sees.evidence.sample[form]) for form in by_count[:-1])
    remedy = f"write values such as {others} like the others, as "
    remedy += repr(sees.evidence.sample[usual])
    if {"year", "year-month", "year-quarter"}.intersection(forms):
        remedy = "keep the rows of one kind, where two tables, or years and months, "
        remedy += f"stand below each other; otherwise write all of them as {_ISO}"
    findings.add(
        "timestamp-mixed",
        examples=sees.find_places(by_count),
        remedy=odd.remedy if odd else remedy,
        file=sees.file,
        column=sees.column,
        problem=f"mixes forms of dates ({' and '.join(reversed(by_count))}){why}",
    )


def _check_zones(sees: _Sees, findings: Findings) -> bool:
    """Say whether moments of several zones are to become UTC; refuse those of days."""
    evidence, file, column = sees.evidence, sees.file, sees.column
    zones = sorted(evidence.zones)
    if len(zones) > 1:
        words = list_some(map(_write_zone, zones))
        clear = "none" not in zones and evidence.midnights < evidence.with_time
        code = "timestamp-utc" if clear else "timestamp-zones"
        places = sees.find_places(f"zone {zone}" for zone in zones)
        findings.add(code, examples=places, file=file, column=column, zones=words)
        return clear
    if zones and zones != ["none"]:
        findings.add(
            "timestamp-zone-dropped",
            file=file,
            column=column,
            zone=_write_zone(zones[0]),
        )
    return False


def _write_zone(zone: str) -> str:
    return "no offset" if zone == "none" else f"{zone[:3]}:{zone[3:]}"


def _note_order(
    sees: _Sees,
    findings: Findings,
    place: Example,
    orders: str = "day-first or month-first",
) -> None:
    evidence, file, column = sees.evidence, sees.file, sees.column
    remedy = None
    if is_year_first(evidence):
        orders, remedy = _tell_year_first(str(place.value))
    elif max(evidence.firsts, default=0) > 12:
        findings.add(
            "timestamp-mixed",
            examples=sees.find_places(["day first", "month first"]),
            remedy="some rows have the day first and others the month; write them all "
            f"as {_ISO}, which cannot be mistaken",
            file=file,
            column=column,
            problem="has days above 12 both first and second",
        )
        return
    elif orders == _DAY_OR_YEAR:
        remedy = _WRITE_YEARS
    elif "week" in orders:
        remedy = _WRITE_WEEKS
    findings.add(
        "timestamp-ambiguous",
        examples=[place],
        remedy=remedy,
        file=file,
        column=column,
        orders=orders,
    )


def _tell_year_first(text: str) -> tuple[str, str]:
    """Say both dates that three times two digits may mean, and how to write one."""
    first = parse_timestamp(f"20{text}", Reading("year-month-day"))
    last = parse_timestamp(text, Reading("day and month", "day-first"))
    if first is None or last is None:
        return "year-first or day-first", _WRITE_YEARS
    one, other = (format_moment(seconds, "%Y-%m-%d") for seconds in (first, last))
    return (
        f"year-first or day-first, as its years have two digits: {text!r} may be {one} "
        f"or {other}",
        f"write all four digits of the year, as in {one}, if the year stands first",
    )
