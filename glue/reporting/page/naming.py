"""How the page names things: itself, a series, the target, spans of time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from glue.reporting.words import spell_count

Document = Mapping[str, Any]

_UNITS = {
    "Y": "year",
    "M": "month",
    "W": "week",
    "D": "day",
    "H": "hour",
    "min": "minute",
}


def name_noun(document: Document, count: int = 2) -> str:
    """Name what a series is, for so many of them."""
    noun = "item" if len(document["data"]["keys"]) == 1 else "series"
    return spell_count(count, noun).rpartition(" ")[2]


def spell_steps(document: Document, count: int) -> str:
    """Say how long so many steps are."""
    frequency = document["data"]["frequency"]
    unit = frequency.lstrip("0123456789")
    number = frequency[: len(frequency) - len(unit)]
    word = _UNITS.get(unit, unit)
    if number and int(number) > 1:
        return f"{spell_count(count, 'step')} of {number} {word}s"
    return spell_count(count, word)


def name_step(document: Document) -> str:
    """Name one step of the forecast."""
    words = spell_steps(document, 1)
    return words[2:] if words.startswith("1 ") and " of " not in words else "step"


def name_stamp(stamp: str) -> str:
    """Name a moment, without seconds where it has none."""
    return stamp[:-3] if re.fullmatch(r".*[ T]\d\d:\d\d:00", stamp) else stamp


def name_page(document: Document) -> str:
    """Give the page its title: the one that was set, else whose forecast it is."""
    local = " (local run)" if document["engine"]["local"] else ""
    return f"{document['title'] or f'Forecast of {_name_upload(document)}'}{local}"


def _name_upload(document: Document) -> str:
    """Name the upload as its owner did, without the ending."""
    name = str(document["upload_name"])
    stem = re.sub(r"\.(zip|csv|parquet|gz|tsv|txt)$", "", name, flags=re.IGNORECASE)
    return stem or str(document["dataset"])


def name_target(document: Document) -> str:
    """Name the target, and what it is counted in."""
    unit = document["unit"]
    target = str(document["data"]["target"])
    return f"{target} in {unit}" if unit else target


def name_sum(document: Document) -> str:
    """Say of a sum over the horizon what it is: hours of a load are no amount."""
    step = name_step(document)
    is_short = step in {"hour", "minute", "step"}
    return (
        f"as the sum of the {step}s" if is_short and not document["unit"] else "in all"
    )


def name_before(document: Document) -> str:
    """Name what the forecast's change is relative to."""
    words, lag = (document["total"]["before"][name] for name in ("words", "lag"))
    season, span = document["data"]["season"], spell_steps(document, lag)
    if words and (season < 2 or lag % season) and lag == document["data"]["horizon"]:
        return f"the last {name_step(document) if lag == 1 else span}"
    if words:
        return f"the same period {words}"
    if document["baseline"]["repeats"] != "season":
        return "a repeat of the last value"
    return "a repeat of the last season"


def name_rejected(document: Document) -> str:
    """Say whose figures a section has, where another forecast is advised."""
    if not document["baseline"]["is_advised"]:
        return ""
    return (
        "This is forecast.csv, the forecast that was judged; what to plan with is "
        "baseline.csv."
    )


def label_key(key: Sequence[str]) -> str:
    """Name a series in a line."""
    return " · ".join(key)


def quote_key(key: Sequence[str]) -> str:
    """Name it in a link."""
    return quote(label_key(key).encode("utf-8", "replace"))
