"""Decides from a whole column of timestamps how it is to be read."""

from __future__ import annotations

import re
from dataclasses import replace

from glue.findings.finding import Example, Findings, list_some
from glue.reading.timestamps import (
    Reading,
    TimestampEvidence,
    find_order,
    find_order_by_steps,
    has_days_for_years,
    is_year_first,
)

_PLAIN = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d(Z|[+-].*)?)?")
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
    """
    forms = [form for form in evidence.forms if form != "unknown"]
    if not forms:
        place = Example(file, None, column, evidence.sample.get("unknown"))
        problem = f"no value of {file}'s column {column!r} can be read as a timestamp"
        findings.add(
            "timestamp-unreadable", examples=[place], problem=problem, file=file
        )
        return None
    places = [Example(file, None, column, evidence.sample[form]) for form in forms]
    to_utc = _check_zones(evidence, findings, file=file, column=column)
    if len(forms) > 1:
        findings.add(
            "timestamp-mixed",
            count=len(forms),
            examples=places,
            file=file,
            column=column,
            problem=f"mixes forms of dates (found {list_some(forms)})",
        )
        return None
    reading = Reading(forms[0], to_utc=to_utc)
    if reading.form in _MONTH_FORMS and _WEEK_NAME.search(column):
        _note_order(evidence, findings, places[0], "a week or a month of a year")
        return None
    if reading.form == "month-name year" and has_days_for_years(evidence):
        _note_order(evidence, findings, places[0], "a day or a year behind the month")
        return None
    if evidence.cut:
        place = Example(file, None, column, evidence.sample["fraction"])
        findings.add(
            "timestamp-fraction-cut",
            count=evidence.cut,
            examples=[place],
            file=file,
            column=column,
        )
    if reading.form == "day and month":
        found = find_order(evidence) or find_order_by_steps(evidence)
        reading = replace(reading, order=order or found)
        if reading.order is None:
            _note_order(evidence, findings, places[0])
            return None
    if not _PLAIN.fullmatch(evidence.sample[reading.form]):
        findings.add(
            "timestamp-normalised",
            examples=[*places, *_late_midnight(evidence, places[0])],
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


def _late_midnight(evidence: TimestampEvidence, place: Example) -> list[Example]:
    """Show that 24:00 was taken as the next day's 00:00, where it was."""
    text = evidence.sample.get("24:00")
    return [replace(place, value=text)] if text else []


def _check_zones(
    evidence: TimestampEvidence, findings: Findings, *, file: str, column: str
) -> bool:
    """Say whether moments of several zones are to become UTC; refuse those of days."""
    zones = sorted(evidence.zones)
    if len(zones) > 1:
        words = list_some(map(_write_zone, zones))
        clear = "none" not in zones and evidence.midnights < evidence.with_time
        code = "timestamp-utc" if clear else "timestamp-zones"
        texts = [evidence.sample[f"zone {zone}"] for zone in zones]
        places = [Example(file, None, column, text) for text in texts]
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
    evidence: TimestampEvidence,
    findings: Findings,
    place: Example,
    orders: str = "day-first or month-first",
) -> None:
    file, column, remedy = place.file, place.column, None
    if is_year_first(evidence):
        orders, remedy = "year-first or day-first", _WRITE_YEARS
    elif max(evidence.firsts, default=0) > 12:
        sample = evidence.sample
        findings.add(
            "timestamp-mixed",
            examples=[
                replace(place, value=sample[kind])
                for kind in ("day first", "month first")
                if kind in sample
            ],
            file=file,
            column=column,
            problem="has days above 12 both first and second",
        )
        return
    elif "year behind" in orders:
        remedy = _WRITE_YEARS
    findings.add(
        "timestamp-ambiguous",
        examples=[place],
        remedy=remedy,
        file=file,
        column=column,
        orders=orders,
    )
