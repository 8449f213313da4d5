"""Decides from a whole column of timestamps how it is to be read."""

from __future__ import annotations

import re

from glue.findings.finding import Example, Findings, list_some
from glue.reading.timestamps import Reading, TimestampEvidence, find_order

_PLAIN = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d(Z|[+-].*)?)?")


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
    _check_zones(evidence, findings, file=file, column=column)
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
    reading = Reading(forms[0])
    if reading.form == "day and month":
        reading = Reading(reading.form, order or find_order(evidence))
        if reading.order is None:
            _note_order(evidence, findings, places[0])
            return None
    if not _PLAIN.fullmatch(evidence.sample[reading.form]):
        findings.add(
            "timestamp-normalised",
            examples=places,
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
    if max(evidence.firsts | evidence.seconds) > 12:
        return "because the day goes above 12"
    return "because one field never changes over several years"


def _check_zones(
    evidence: TimestampEvidence, findings: Findings, *, file: str, column: str
) -> None:
    zones = sorted(evidence.zones)
    if len(zones) > 1:
        words = list_some("no offset" if zone == "none" else zone for zone in zones)
        findings.add("timestamp-zones", file=file, column=column, zones=words)
    elif zones and zones != ["none"]:
        findings.add("timestamp-zone-dropped", file=file, column=column, zone=zones[0])


def _note_order(
    evidence: TimestampEvidence, findings: Findings, place: Example
) -> None:
    file, column = place.file, place.column
    if max(evidence.firsts) > 12:
        findings.add(
            "timestamp-mixed",
            examples=[place],
            file=file,
            column=column,
            problem="has days above 12 both first and second",
        )
    else:
        findings.add("timestamp-ambiguous", examples=[place], file=file, column=column)
