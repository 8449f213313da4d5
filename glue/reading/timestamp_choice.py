"""Decides from a whole column of timestamps how it is to be read."""

from __future__ import annotations

import re

from glue.findings.finding import Example, Finding, list_some, make_finding
from glue.reading.timestamps import Reading, TimestampEvidence, find_order

_PLAIN = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d(Z|[+-].*)?)?")


def choose_reading(
    evidence: TimestampEvidence, order: str | None, file: str, column: str
) -> tuple[Reading | None, str, list[Finding]]:
    """Choose how to read a timestamp column.

    Parameters
    ----------
    evidence
        What all of its texts are.
    order
        The date order that the settings give, if any.
    file, column
        Names for the messages.

    Returns
    -------
    tuple
        The reading, None when there is none; the evidence in words; findings.
    """
    forms = {form: n for form, n in evidence.forms.items() if form != "unknown"}
    if not forms:
        text = evidence.sample.get("unknown")
        what = f"no value of {file}'s column {column!r} can be read as a timestamp"
        place = Example(file, None, column, text)
        return None, "", [make_finding("timestamp-unreadable", what, examples=[place])]
    findings = _check_zones(evidence, file, column)
    if len(forms) > 1:
        findings.append(_mixed(evidence, list(forms), file, column))
        return None, "", findings
    form = next(iter(forms))
    words = f"all timestamps are written {form}"
    if form == "day and month":
        found = order or find_order(evidence)
        if found is None:
            findings.append(_no_order(evidence, file, column))
            return None, "", findings
        words = f"{found}, {_order_words(evidence, order)}"
        order = found
    if not _PLAIN.fullmatch(evidence.sample[form]):
        what = f"{file}'s column {column!r} was rewritten ({words})"
        place = Example(file, None, column, evidence.sample[form])
        findings.append(make_finding("timestamp-normalised", what, examples=[place]))
    return Reading(form, order), words, findings


def _order_words(evidence: TimestampEvidence, order: str | None) -> str:
    if order is not None:
        return "as the settings say"
    if max(evidence.firsts | evidence.seconds) > 12:
        return "because the day goes above 12"
    return "because one field never changes over several years"


def _check_zones(evidence: TimestampEvidence, file: str, column: str) -> list[Finding]:
    zones = sorted(evidence.zones)
    if zones in ([], ["none"]):
        return []
    if len(zones) > 1:
        found = list_some("no offset" if zone == "none" else zone for zone in zones)
        what = f"{file}'s column {column!r} has several time zones (found {found})"
        return [make_finding("timestamp-zones", what)]
    what = f"{file}'s column {column!r} has the offset {zones[0]} everywhere"
    return [make_finding("timestamp-zone-dropped", what)]


def _mixed(
    evidence: TimestampEvidence, forms: list[str], file: str, column: str
) -> Finding:
    what = f"{file}'s column {column!r} mixes forms of dates (found {list_some(forms)})"
    places = [Example(file, None, column, evidence.sample[form]) for form in forms]
    return make_finding("timestamp-mixed", what, count=len(forms), examples=places)


def _no_order(evidence: TimestampEvidence, file: str, column: str) -> Finding:
    place = Example(file, None, column, evidence.sample["day and month"])
    if max(evidence.firsts) > 12:
        what = f"{file}'s column {column!r} has days above 12 both first and second"
        return make_finding("timestamp-mixed", what, examples=[place])
    what = f"{file}'s column {column!r} could be day-first or month-first"
    return make_finding("timestamp-ambiguous", what, examples=[place])
