"""The page of a scenario: base and scenario side by side, and how far to trust it."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from client.what_if.compare import Comparison, Row
from client.what_if.scenario import Scenario
from glue.reporting import page as assets
from glue.reporting.page.dataset_page import build_legend, fill_plain_page
from glue.reporting.page.markup import Markup, join, make, make_table
from glue.reporting.page.naming import label_key
from glue.reporting.page.svg import draw_lines
from glue.reporting.words import spell_change, spell_percent, spell_short

if TYPE_CHECKING:
    from client.what_if.ask import Base

_MOST_ROWS = 500
# An importance below this, in per cent of the error, is none.
_LEAST_IMPORTANCE = 0.5
# What items that the scenario is not about may differ by, in per cent.
_NOISE_PERCENT = 0.1


@dataclass(frozen=True)
class Answer:
    """What a scenario gave; ``names`` are the covariates that it changed."""

    scenario: Scenario
    comparison: Comparison
    base: Base
    names: tuple[str, ...]


def list_doubts(answer: Answer) -> list[str]:
    """Say what is to be known of a scenario before it is believed."""
    return [*_doubt_covariates(answer), *_doubt_noise(answer.comparison), _CAUSE]


_CAUSE = (
    "The model has learnt what went together so far, not what causes what: a change "
    "that never happened before, or for another reason, may do something else"
)


def _doubt_covariates(answer: Answer) -> Iterator[str]:
    if not answer.comparison.is_changed:
        names = " and ".join(answer.names)
        yield f"Nothing changes: the model does not use {names}, or not these values"
        return
    impacts = (answer.base.report.get("explanation") or {}).get("impacts") or []
    known = {one["attribute"]: one["impact"] for one in impacts}
    for name in answer.names:
        if not known:
            yield f"How much the model uses {name} is unknown"
        elif name not in known:
            yield f"The explanation of the model does not name {name}"
        elif known[name] < _LEAST_IMPORTANCE:
            yield (
                f"The model hardly uses {name}: without it, its error on the "
                "backtest would be about the same"
            )
        else:
            yield (
                f"Without {name}, the model's error on the backtest would be "
                f"{spell_percent(known[name])} larger"
            )


def _doubt_noise(comparison: Comparison) -> Iterator[str]:
    noise = comparison.untouched_percent
    if noise > _NOISE_PERCENT:
        yield (
            f"Items that the scenario is not about differ by up to "
            f"{spell_percent(noise)}: smaller differences of the others mean nothing, "
            "or the model lets items tell of each other"
        )


def word_total(comparison: Comparison) -> str:
    """Say in a sentence what the scenario comes to in all."""
    total = comparison.total
    base, other = spell_short(total.base), spell_short(total.scenario)
    change = spell_change(total.percent)
    return f"{other} in all instead of {base}: {_sign(total)} ({change})"


def _sign(row: Row) -> str:
    return f"{'+' if row.difference > 0 else ''}{spell_short(row.difference)}"


def build_what_if_page(answer: Answer) -> str:
    """Build the page; it opens offline, and has no script."""
    name = str(answer.base.report.get("title") or answer.base.dataset)
    title = f"What if {answer.scenario.words}?"
    slots = {
        "TITLE": html.escape(f"{name}: {title}"),
        "HEAD": join(
            [
                make("h1", title),
                make("p", f"{name} · base: run {answer.base.run_id}", class_="soft"),
            ]
        ),
        "VERDICT": make(
            "div",
            make("p", f"{word_total(answer.comparison)}."),
            class_="verdict unknown",
        ),
        "TILES": "",
        "SECTIONS": join(
            make("section", *parts, class_="card")
            for parts in (
                _list_doubts(answer),
                [
                    make(
                        "div",
                        make("div", *_draw_total(answer.comparison)),
                        make("div", *_list_items(answer)),
                        class_="columns",
                    )
                ],
            )
        ),
        "NOTES": make(
            "p",
            "Means of the same model on the same history; the base is its forecast as "
            "it was delivered before anything was repaired.",
            class_="soft small",
        ),
    }
    return fill_plain_page(slots, files(assets))


def _list_doubts(answer: Answer) -> Sequence[Markup]:
    entries = (make("li", f"{doubt}.") for doubt in list_doubts(answer))
    return [make("h2", "How far to trust it"), make("ul", *entries, class_="plain")]


def _draw_total(comparison: Comparison) -> Sequence[Markup]:
    lines = [("base", comparison.base), ("mean", comparison.scenario)]
    label = "Sum of the means over all items, base and scenario"
    labels = [stamp[2:10] for stamp in comparison.stamps]
    return [
        make("h2", "In all"),
        make("figure", draw_lines(lines, labels, label)),
        build_legend(("mean", "scenario"), ("base", "base")),
    ]


def _list_items(answer: Answer) -> Sequence[Markup]:
    rows = answer.comparison.items
    table = make_table(
        "Sums over the forecast, the largest difference first",
        ["item", "base", "scenario", "difference", "per cent", "changed"],
        [
            [
                label_key(row.key),
                spell_short(row.base),
                spell_short(row.scenario),
                _sign(row),
                spell_change(row.percent),
                "yes" if row.touched else "no",
            ]
            for row in rows[:_MOST_ROWS]
        ],
        texts=frozenset({0, 5}),
    )
    left = len(rows) - _MOST_ROWS
    more = (
        [make("p", f"{left:,} more in what-if.csv.", class_="soft")] if left > 0 else []
    )
    return [make("h2", "By item"), table, *more]
