"""The list of items: the first of them as plain HTML, all of them for the script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glue.arrays import Array
from glue.reporting.advice import REASONS
from glue.reporting.figures import Figures
from glue.reporting.page.markup import Markup, join, make
from glue.reporting.page.svg import Fan, draw_fan
from glue.reporting.words import NO_VALUE, spell_change, spell_metric, spell_short

# Rows that the page has before any script runs, and pictures that it prints.
SHOWN_ROWS = 20
_LONGEST_LABEL = 300


def label_series(key: tuple[str, ...]) -> str:
    """Name a series in a line."""
    label = " · ".join(key)
    if len(label) <= _LONGEST_LABEL:
        return label
    return f"{label[: _LONGEST_LABEL - 1]}…"


def round_figures(values: Array) -> list[float | None]:
    """Keep what is more than shown of each figure, or it would be rounded twice.

    None is for what is unknown.
    """
    return [
        float(f"{value:.8g}") if np.isfinite(value) else None
        for value in values.tolist()
    ]


def build_index(figures: Figures, listed: Array) -> dict[str, Any]:
    """List the series that can be searched and sorted, by volume."""
    items, keys = figures.items, figures.panel.histories.keys
    flags = np.zeros(len(keys), dtype=np.int64)
    for place, name in enumerate(REASONS):
        flags |= figures.attention.reasons[name].astype(np.int64) << place
    return {
        "labels": [label_series(keys[at]) for at in listed.tolist()],
        "forecast": round_figures(items.totals.forecast[listed]),
        "volume": round_figures(items.totals.volume[listed]),
        "change": round_figures(items.totals.change[listed]),
        "error": round_figures(items.error[listed]),
        "gain": round_figures(items.improvement[listed]),
        "bias": round_figures(items.bias[listed]),
        "flags": flags[listed].tolist(),
        # Words that an item is found by beside its name.
        "words": _list_words(figures, listed),
    }


def _list_words(figures: Figures, listed: Array) -> list[str]:
    """Give what is known of each item, in one line; nothing where nothing is."""
    columns = [*figures.assumed.attributes.values()]
    if not columns:
        return []
    return [" ".join(column[at] for column in columns) for at in listed.tolist()]


@dataclass(frozen=True)
class Listing:
    """The list of items as it stands before a script runs."""

    index: dict[str, Any]
    metric: str
    noun: str
    has_backtest: bool

    @property
    def columns(self) -> list[tuple[str, str]]:
        """The columns: what they are in the index, and their headings."""
        columns = [(name, name) for name in ("forecast", "volume", "change")]
        if self.has_backtest:
            columns += [("error", self.metric), ("gain", "gain"), ("bias", "bias")]
        return columns

    def build_table(self) -> Markup:
        """Build the first rows; the script fills in others."""
        head = [make("th", self.noun, scope="col", class_="text", data_sort="name")]
        head += [
            make("th", words, scope="col", data_sort=name)
            for name, words in self.columns
        ]
        shown = range(len(self.index["labels"][:SHOWN_ROWS]))
        rows = (self._build_row(rank) for rank in shown)
        return make(
            "table",
            make("thead", make("tr", *head)),
            make("tbody", *rows),
            class_="item-table",
        )

    def _build_row(self, rank: int) -> Markup:
        flags = self.index["flags"][rank]
        reasons = [name for at, name in enumerate(REASONS) if flags >> at & 1]
        name = make("button", self.index["labels"][rank] or "(empty)", type="button")
        chips = make("small", " · ".join(reasons)) if reasons else None
        cells = (make("td", self._spell(column, rank)) for column, _ in self.columns)
        return make("tr", make("td", name, chips, class_="text"), *cells)

    def _spell(self, column: str, rank: int) -> str:
        value = self.index[column][rank]
        if column in {"forecast", "volume"}:
            return spell_short(value)
        if column == "error":
            return NO_VALUE if value is None else spell_metric(value)
        return spell_change(value)


@dataclass(frozen=True)
class Axis:
    """What all charts of series share: the stamps of their steps, and the quantiles.

    ``lag`` is how many steps before the horizon the same period lies; 0 for none.
    """

    stamps: list[str]
    levels: tuple[int, ...]
    lag: int = 0


def draw_multiples(
    figures: Figures, listed: Array, series: list[dict[str, Any]], axis: Axis
) -> Iterator[Markup]:
    """Draw the largest series small, one beside the other, for paper."""
    for number, one in zip(listed.tolist(), series):
        label = label_series(figures.panel.histories.keys[number])
        fan = read_fan(one, axis)
        words = f"Line chart of {label}"
        picture = draw_fan(fan, words, width=340, height=150, ticks=3)
        yield make("figure", make("figcaption", label), picture)


def read_fan(one: dict[str, Any], axis: Axis, *, whole: bool = False) -> Fan:
    """Make a chart of what a chunk says of a series; the ``whole`` has its past too."""
    stamps = axis.stamps
    start = len(stamps) - len(one["m"])
    if one.get("t") and one["t"][0] in stamps:
        start = stamps.index(one["t"][0])
    values: list[float | None] = [None] * len(stamps)
    places = one["p"]
    if len(places) == 1:
        places = range(places[0], places[0] + len(one["v"]))
    for place, value in zip(places, one["v"]):
        values[place] = value
    fan = Fan(stamps, values, start, one["m"], [*zip(axis.levels, one["q"])])
    if not whole:
        return fan
    places = [start + at - axis.lag for at in range(len(one["m"]))]
    before = [values[at] if axis.lag and at >= 0 else None for at in places]
    return replace(fan, ghost=one.get("g") or before, windows=one.get("b") or ())


def build_single(listing: Listing, fan: Fan, legend: Markup, numbers: Markup) -> Markup:
    """Build the section of a single series: one chart, which the script draws anew.

    The list of one is there for the script, and shown to nobody.
    """
    label = "Line chart: history, then the forecast. The numbers are in the table."
    drawn = draw_fan(fan, label)
    chart = make("div", drawn, id="item-chart", class_="chart")
    figure = make("figure", chart, legend, class_="item-figure")
    table = make("div", listing.build_table())
    hidden = make("div", make("div", id="controls"), table, hidden=True)
    view = make("div", figure, class_="single-view", id="item-view")
    return join([make("h2", "History and forecast"), hidden, view, numbers])


def build_list(listing: Listing, notes: list[str], legend: Markup) -> Markup:
    """Build the section: the list, and the room where the script draws an item."""
    table = make(
        "div",
        listing.build_table(),
        class_="wide",
        tabindex="0",
        role="region",
        aria_label=f"List of {listing.noun}s",
    )
    controls = make("div", class_="controls", id="controls")
    chart = make("div", id="item-chart", class_="chart")
    figure = make("figure", chart, legend, class_="item-figure")
    return join(
        [
            make("h2", f"Each {listing.noun}"),
            *(make("p", note, class_="soft small") for note in notes),
            make(
                "div",
                make("div", controls, table, class_="item-list"),
                make("div", figure, class_="item-view", id="item-view"),
                class_="explorer",
            ),
        ]
    )
