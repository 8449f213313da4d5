"""What drives the forecast: each covariate's future, worth and effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from glue.reporting.explanation import ERROR
from glue.reporting.page.markup import Markup, join, make, make_table
from glue.reporting.page.naming import Document
from glue.reporting.words import (
    NO_VALUE,
    spell_change,
    spell_metric,
    spell_number,
    spell_short,
)

# Below this impact the calendar alone is not worth a section.
_LEAST = 0.5
_WORTH = {
    ERROR: (
        "Worth is by how much the backtest's error grows when the values of the "
        "attribute are shuffled: near 0% it is of no use to the forecast."
    ),
    "impact_score": (
        "Worth is the engine's own impact score, relative to the other attributes: "
        "above zero the attribute raises the forecast, below it lowers it."
    ),
}
_WITH = (
    "With and without compare the history of the same series at times when the "
    "covariate was 1 and when it was 0; other causes may have come with it."
)
# Where the worth of a covariate says nothing against it.
_NOT_TOLD = (
    "Of what is assumed, the backtest knew no more than the forecast does: its worth "
    "is low for that reason, and says nothing of what the real plans would bring."
)
# What the calendar's own worth is, and is not.
_CALENDAR = (
    "The calendar is what the models read off the date (month, weekday, hour); the "
    "season that they see in the history itself comes on top."
)


def build_drivers(document: Document) -> Markup | None:
    """Build the section; None where there is neither a covariate nor an explanation."""
    covariates = document["assumed_future"]["covariates"]
    explained = document["explanation"]
    if not (covariates or any(abs(o["impact"]) > _LEAST for o in explained["impacts"])):
        return None
    rows = [*_list_rows(covariates, explained)]
    has_effects = any(one["effect"] for one in covariates)
    heads = ["attribute", "in the forecast", "usually"]
    if explained["impacts"]:
        heads.append("worth")
    if has_effects:
        heads += ["mean without", "mean with", "effect"]
    table = make_table(
        "The covariates, the most useful first"
        if explained["impacts"]
        else "Covariates",
        heads,
        [row[: len(heads)] for row in _choose(rows, explained, has_effects)],
        texts=frozenset({0, 1}),
    )
    notes = []
    if explained["impacts"]:
        notes.append(_WORTH.get(explained["unit"], ""))
        if any(one["kind"] == "calendar" for one in explained["impacts"]):
            notes.append(_CALENDAR)
        if any(one["given"] < one["wanted"] for one in covariates):
            notes.append(_NOT_TOLD)
    else:
        engine = document["engine"]["name"]
        notes.append(f"What each is worth is not known: {engine} left no explanation.")
    if has_effects:
        notes.append(_WITH)
    words = make("p", " ".join(notes), class_="soft small")
    return join([make("h2", "What drives the forecast"), words, table])


def _choose(
    rows: list[list[str]], explained: Mapping[str, Any], has_effects: bool
) -> Iterator[list[str]]:
    """Leave out the columns that have no value in any row."""
    for row in rows:
        worth = row[3:4] if explained["impacts"] else []
        yield [*row[:3], *worth, *(row[4:] if has_effects else [])]


def _list_rows(covariates: Any, explained: Mapping[str, Any]) -> Iterator[list[str]]:
    by_name = {one["name"]: one for one in covariates}
    listed = [one["attribute"] for one in explained["impacts"]]
    worth = {one["attribute"]: one for one in explained["impacts"]}
    for name in [*listed, *(name for name in by_name if name not in worth)]:
        yield _build_row(name, by_name.get(name), worth.get(name), explained["unit"])


def _build_row(
    name: str,
    covariate: Mapping[str, Any] | None,
    worth: Mapping[str, Any] | None,
    unit: str,
) -> list[str]:
    effect = (covariate or {}).get("effect") or {}
    usual = (covariate or {}).get("history_mean")
    return [
        name,
        _spell_future(name, covariate, worth),
        NO_VALUE if usual is None else spell_metric(usual),
        _spell_worth(worth, unit),
        spell_short(effect.get("without_mean")),
        spell_short(effect.get("with_mean")),
        spell_change(effect.get("percent")),
    ]


def _spell_future(
    name: str, covariate: Mapping[str, Any] | None, worth: Mapping[str, Any] | None
) -> str:
    """Say what the forecast knows or supposes of it."""
    if covariate is not None:
        words = str(covariate["words"])
        return words[len(name) :].strip().replace("= ", "assumed to be ")
    kind = (worth or {}).get("kind")
    return {"metadata": "never changes", "calendar": "known"}.get(str(kind), "known")


def _spell_worth(worth: Mapping[str, Any] | None, unit: str) -> str:
    if worth is None:
        return NO_VALUE
    if unit == ERROR:
        return spell_change(worth["impact"])
    return spell_number(worth["impact"])
