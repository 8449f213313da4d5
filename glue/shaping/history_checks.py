"""Checks of the history as a whole, once it was surveyed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from glue.findings.finding import Example, Findings
from glue.reading.timestamps import format_moment
from glue.shaping.survey import Survey
from glue.understanding.roles import Roles


@dataclass(frozen=True)
class HistoryCheck:
    """A check of the whole history: how many places break it, and which."""

    code: str
    count: Callable[[Survey, int], int]
    examples: Callable[[Survey], list[Example]] = lambda _: []


CHECKS = (
    HistoryCheck("too-many-series", lambda s, most: s.series * (s.series > most)),
    HistoryCheck("target-constant", lambda s, _: s.low == s.high and s.observed > 1),
    HistoryCheck("ids-alike", lambda s, _: s.alike.count, lambda s: s.alike.examples),
    HistoryCheck("one-series", lambda s, _: s.series == 1),
    HistoryCheck(
        "total-rows",
        lambda s, _: s.totals.count * (s.items > 1),
        lambda s: s.totals.examples,
    ),
    HistoryCheck(
        "ids-damaged", lambda s, _: s.damaged.count, lambda s: s.damaged.examples
    ),
    HistoryCheck(
        "id-formula", lambda s, _: s.formulas.count, lambda s: s.formulas.examples
    ),
    HistoryCheck(
        "series-twice", lambda s, _: s.copies.count, lambda s: s.copies.examples
    ),
    HistoryCheck("units-vary", lambda s, _: s.units.count, lambda s: s.units.examples),
    HistoryCheck(
        "text-garbled", lambda s, _: s.garbled.count, lambda s: s.garbled.examples
    ),
    HistoryCheck(
        "keys-crossed", lambda s, _: s.crossed.count, lambda s: s.crossed.examples
    ),
    HistoryCheck(
        "timestamp-swapped",
        lambda s, _: s.is_swapped,
        lambda s: s.find_rows(s.find_uneven()).examples,
    ),
    HistoryCheck("zeros-at-end", lambda s, _: s.zeros_from is not None),
)


def check_history(
    survey: Survey, roles: Roles, file: str, findings: Findings, *, most_series: int
) -> None:
    """Say what is wrong with the history as a whole."""
    for check in CHECKS:
        count = int(check.count(survey, most_series))
        if count:
            findings.add(
                check.code,
                count=count,
                examples=check.examples(survey),
                file=file,
                target=roles.target,
                column=roles.timestamp,
                value=survey.high,
                most=most_series,
                done="these items are forecast beside what they sum up",
                since=format_moment(survey.zeros_from or 0),
                uneven=survey.describe_uneven(),
            )
