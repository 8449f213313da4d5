"""Totals by group: a table of each column, and the largest groups drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from glue.reporting.figures import Figures
from glue.reporting.groups import Grouping, GroupSums, sum_groups
from glue.reporting.page.markup import Markup, join, make, make_table
from glue.reporting.page.naming import (
    Document,
    name_before,
    name_noun,
    name_rejected,
)
from glue.reporting.page.svg import Fan, draw_fan
from glue.reporting.words import NO_VALUE, spell_change, spell_metric, spell_short


def draw_groups(
    figures: Figures, stamps: Sequence[str], first: int
) -> list[list[Markup]]:
    """Draw the largest groups of each column, from period ``first`` on."""
    ahead = figures.together.stamps
    sums = sum_groups(figures.groupings, figures.panel, ahead, first)
    return [
        [*_draw_column(grouping, found, stamps, len(ahead))]
        for grouping, found in zip(figures.groupings, sums)
    ]


def _draw_column(
    grouping: Grouping, sums: GroupSums, stamps: Sequence[str], ahead: int
) -> Iterator[Markup]:
    for value, before, after in zip(grouping.values, sums.past, sums.ahead):
        name = value or "(empty)"
        fan = Fan(stamps, before, len(stamps) - ahead, after)
        picture = draw_fan(fan, f"Line chart of {name}", width=340, height=150, ticks=3)
        yield make("figure", make("figcaption", name), picture)


def build_groups(
    document: Document, pictures: Sequence[Sequence[Markup]]
) -> Markup | None:
    """Build the section; None where no column puts several series together."""
    groups = document["groups"]
    if not groups:
        return None
    nouns = name_noun(document)
    shown: list[Markup] = [
        make("h2", "Totals by group"),
        make(
            "p",
            f"The {nouns}' means added up; before is {name_before(document)}. "
            "Quantiles of single series do not add up, so that none stand here. "
            f"groups.csv has all. {name_rejected(document)}",
            class_="soft small",
        ),
    ]
    # The column of fewest groups is the one to begin with.
    fewest = min(range(len(groups)), key=lambda at: groups[at]["count"])
    for at, grouping in enumerate(groups):
        drawn = make("div", *pictures[at], class_="multiples small-multiples")
        words = f"By {grouping['column']} ({grouping['count']:,})"
        table = _build_table(grouping, document)
        is_open = at == fewest
        shown.append(
            make("details", make("summary", words), drawn, table, open=is_open)
        )
    return join(shown)


def _build_table(grouping: Mapping[str, Any], document: Document) -> Markup:
    column, metric = grouping["column"], document["metric"]
    heads = [name_noun(document), "volume", "forecast", "before", "change"]
    rows = [
        [
            one["value"] or "(empty)",
            f"{one['series']:,}",
            *(
                spell_short(one[name])
                for name in ("volume", "forecast_total", "before_total")
            ),
            spell_change(one["change_percent"]),
            _spell_known(one["error"]),
            spell_change(one["improvement_percent"]),
            spell_change(one["bias_percent"]),
        ]
        for one in grouping["groups"]
    ]
    return make_table(f"By {column}", [column, *heads, metric, "gain", "bias"], rows)


def _spell_known(value: float | None) -> str:
    return NO_VALUE if value is None else spell_metric(value)
