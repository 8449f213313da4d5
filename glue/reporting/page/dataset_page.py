"""dataset.html: all runs of a dataset, and what came true; it has no script."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from glue.reporting.page.markup import Markup, join, make, make_table
from glue.reporting.page.page import hash_text
from glue.reporting.page.svg import draw_bars, draw_lines
from glue.reporting.track_record import Balance, Past, strike_balance
from glue.reporting.track_words import (
    HEADINGS,
    WORDED,
    list_cells,
    name_model,
    word_balance,
)
from glue.reporting.words import spell_count, spell_percent

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

PAGE = "dataset.html"
_TEMPLATE, _STYLE = "dataset.html", "page.css"
_MARKS = {"better": "✓", "worse": "!", "even": "≈", "unknown": "?", "doubtful": "!"}
_DRAWN = 60
_OWN_HEADINGS = ("run", "forecast", "verdict on the backtest")


def build_dataset_page(record: Sequence[Past], assets: Traversable) -> str:
    """Build the page of a dataset from its runs, the oldest first."""
    newest = record[-1].summary
    balance = strike_balance(record)
    name = str(newest["title"] or newest["dataset"])
    slots = {
        "TITLE": html.escape(f"{name}: all forecasts"),
        "HEAD": _build_head(name, record),
        "VERDICT": _build_verdict(balance),
        "TILES": _build_tiles(balance),
        "SECTIONS": join(_build_sections(record)),
        "NOTES": _build_notes(),
    }
    return fill_plain_page(slots, assets)


def fill_plain_page(slots: Mapping[str, str], assets: Traversable) -> str:
    """Fill the template of a page that has no script; its style is the report's."""
    style = (assets / _STYLE).read_text("utf-8")
    filling = {**slots, "STYLE": style, "STYLE_HASH": hash_text(style)}
    template = (assets / _TEMPLATE).read_text("utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda found: filling[found[1]], template)


def _build_head(name: str, record: Sequence[Past]) -> Markup:
    first, last = record[0], record[-1]
    words = [
        f"dataset {last.summary['dataset']}",
        spell_count(len(record), "run"),
        f"{first.made_on} to {last.made_on}",
    ]
    return join([make("h1", name), make("p", " · ".join(words), class_="soft")])


def _build_verdict(balance: Balance) -> Markup:
    # Without a mark: how sure the difference is, nobody has computed.
    sentence = make("p", f"{word_balance(balance)}.")
    return make("div", sentence, class_="verdict unknown")


def _build_tiles(balance: Balance) -> Markup:
    return join(
        make("div", make("b", value), make("span", words), class_="tile")
        for value, words in _list_tiles(balance)
    )


def _list_tiles(balance: Balance) -> Iterator[tuple[str, str]]:
    yield f"{balance.known} of {balance.runs}", "forecasts that can be judged"
    yield f"{balance.whole}", "of these came to their end"
    if balance.covered is not None and balance.target is not None:
        words = f"of actuals within the range; should be {100 * balance.target:.0f}%"
        yield f"{100 * balance.covered:.0f}%", words
    if balance.bias_percent is not None:
        side = "high" if balance.bias_percent > 0 else "low"
        yield spell_percent(abs(balance.bias_percent)), f"of the volume too {side}"
    yield f"{balance.trained} of {balance.runs}", "runs that trained a model"


def _build_sections(record: Sequence[Past]) -> Iterator[Markup]:
    shown = [*record][-_DRAWN:]
    if any(past.truth for past in shown):
        columns = make(
            "div",
            make("div", *_draw_errors(shown)),
            make("div", *_draw_coverage(shown)),
            make("div", *_draw_bias(shown)),
            class_="columns",
        )
        yield make("section", columns, id="truth", class_="card")
    yield make("section", *_list_runs(record), id="runs", class_="card")


def _draw_errors(shown: Sequence[Past]) -> Iterator[Markup]:
    yield make("h2", "Error, by the end of the data")
    lines = [
        ("base", [_as_percent(past.baseline) for past in shown]),
        ("mean", [_as_percent(past.error) for past in shown]),
    ]
    label = "WAPE of each forecast, and of the simple one beside it, in per cent"
    yield make("figure", draw_lines(lines, _name_days(shown), label))
    yield build_legend(("mean", "WAPE, per cent"), ("base", "of the simple forecast"))


def _draw_coverage(shown: Sequence[Past]) -> Iterator[Markup]:
    yield make("h2", "Actuals within the range")
    covered = [past.covered for past in shown]
    lines: list[tuple[str, Sequence[float | None]]] = [
        ("base", [100 * one[1] if one else None for one in covered]),
        ("mean", [100 * one[0] if one else None for one in covered]),
    ]
    label = "Share of actuals between the outer quantiles, in per cent"
    yield make("figure", draw_lines(lines, _name_days(shown), label, top=100.0))
    yield build_legend(("mean", "per cent of actuals"), ("base", "as it should be"))


def _draw_bias(shown: Sequence[Past]) -> Iterator[Markup]:
    yield make("h2", "Too high or too low")
    values = [past.bias_percent for past in shown]
    label = "By how many per cent of the volume each forecast was too high"
    yield make("figure", draw_bars(values, _name_days(shown), label))
    yield make("p", "Per cent of the volume; up is too high.", class_="soft small")


def _as_percent(value: float | None) -> float | None:
    return None if value is None else 100 * value


def _name_days(shown: Sequence[Past]) -> list[str]:
    """Name each run by the last day of its data: several can be of one day."""
    return [str(past.summary["data_last"])[2:10] for past in shown]


def build_legend(*entries: tuple[str, str]) -> Markup:
    """Say what the lines of a chart are, by their classes."""
    return make(
        "ul",
        *(
            make("li", make("span", class_=f"swatch {name}"), words)
            for name, words in entries
        ),
        class_="legend",
    )


def _list_runs(record: Sequence[Past]) -> Iterator[Markup]:
    headings = [*_OWN_HEADINGS, *HEADINGS]
    yield make("h2", "All runs")
    yield make_table(
        "The runs, the newest first",
        headings,
        [_describe_run(past) for past in reversed(record)],
        texts=frozenset(
            at
            for at, heading in enumerate(headings)
            if heading in _OWN_HEADINGS or heading in WORDED
        ),
    )


def _describe_run(past: Past) -> list[Any]:
    summary, verdict = past.summary, past.summary["verdict"]
    span = [summary["forecast_first"], summary["forecast_last"]]
    return [
        make("a", past.made_on, href=f"{past.run_id}/report.html", title=past.run_id),
        " to ".join(dict.fromkeys(str(one) for one in span if one)),
        f"{_MARKS[verdict['outcome']]} {shorten_verdict(verdict['sentence'])}",
        *(
            _fold_model(past) if heading == "model" else cell
            for heading, cell in zip(HEADINGS, list_cells(past))
        ),
    ]


def _fold_model(past: Past) -> Any:
    """Show the reason of a choice where it is asked for: a year has many of them."""
    reason = past.summary["model"]["reason"]
    if not reason:
        return name_model(past)
    return make("details", make("summary", name_model(past)), reason)


def shorten_verdict(sentence: str) -> str:
    """Give what a verdict says before it says why; its report has all of it."""
    return re.split(r"[:;(]", sentence, maxsplit=1)[0].strip()


def _build_notes() -> Markup:
    notes = (
        "WAPE is the sum of |actual - p50| over the sum of |actual|; the simple "
        "forecast is scored on the very same points. A forecast is scored by the "
        "upload that has most actuals for it; what was not uploaded since is not "
        "known here. Averages weigh each forecast by its points. Costs are estimates "
        "by list prices."
    )
    return make("p", notes, class_="soft small")
