"""What a planner does with the forecast now, in a few sentences with the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from glue.reporting.page.markup import Markup, join, make
from glue.reporting.page.naming import (
    Document,
    label_key,
    name_before,
    name_noun,
    name_stamp,
    name_step,
    name_target,
    quote_key,
    spell_steps,
)
from glue.reporting.words import spell_change, spell_count, spell_percent, spell_whole

# So many items are named in a sentence; the list below it has the others.
_NAMED = 3
# From so many per cent of bias on, a total is given that has none.
_BIAS_TOLD = 5.0


def build_next_steps(document: Document) -> Markup:
    """Build the list of what to do, the most important first."""
    steps = [
        _say_plan(document),
        _say_covariates(document),
        _say_stock(document),
        _say_first(document),
        _say_data(document),
    ]
    shown = (make("li", step) for step in steps if step)
    return join([make("h2", "What to do now"), make("ol", *shown)])


def _say_plan(document: Document) -> Markup:
    """Say whether to plan with the forecast, and what it says."""
    verdict, baseline = document["verdict"], document["baseline"]
    simple = f"{baseline['words']} ({spell_whole(baseline['forecast_total'])} in all)"
    advice = {
        "better": "Plan with this forecast",
        "even": f"Plan with this forecast or with {simple}: neither was clearly better",
        "worse": f"Plan with {simple}, not with this forecast: it was the better one",
        "doubtful": "Plan with this forecast only after a look at what speaks against "
        "it above",
        "unknown": _say_unknown(document),
    }[verdict["outcome"]]
    return join([make("b", f"{advice}."), f" {_say_amount(document)}"])


def _say_unknown(document: Document) -> str:
    assumed = document["assumed_future"]
    if assumed["withheld"]:
        return "Plan with this forecast only if what it assumes will be so"
    return (
        "Hold this forecast against your own expectation before you plan with it: how "
        "far it may be off is not known"
    )


def _say_amount(document: Document) -> str:
    """Say what is forecast: the whole, beside the same period before, and its start."""
    total = document["total"]
    stamps = [*map(name_stamp, total["forecast"]["timestamps"])]
    means = total["forecast"]["mean"]
    if not means:
        return "It has no value."
    before, target = total["last_season_total"], name_target(document)
    step = name_step(document)
    if len(means) == 1:
        said = f"It says {spell_whole(means[0])} {target} for the {step} {stamps[0]}"
    else:
        said = (
            f"It says {spell_whole(sum(means))} {target} in all, {stamps[0]} to "
            f"{stamps[-1]}; {spell_whole(means[0])} in the first {step}"
        )
    if before > 0:
        change = spell_change(100 * (sum(means) / before - 1))
        said += f"; {change} in all against {name_before(document)}"
    return f"{said}.{_say_bias(document)}"


def _say_bias(document: Document) -> str:
    """Say what the total would be if the means stay as far off as they were."""
    bias = document["backtest"]["bias_percent"] or 0
    total = sum(document["total"]["forecast"]["mean"])
    if abs(bias) < _BIAS_TOLD or bias <= -100 or total <= 0:
        return ""
    side = "high" if bias > 0 else "low"
    likely = spell_whole(total / (1 + bias / 100))
    return (
        f" On the backtest it was {spell_percent(abs(bias))} too {side}: if that goes "
        f"on, {likely} will come."
    )


def _say_covariates(document: Document) -> Markup | None:
    """Ask for the plans that the forecast had to do without."""
    assumed = document["assumed_future"]["covariates"]
    lacking = [one for one in assumed if one["given"] < one["wanted"]]
    if not lacking:
        return None
    names = ", ".join(one["name"] for one in lacking[:_NAMED])
    more = f" and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else ""
    words = ", ".join(one["words"] for one in lacking[:_NAMED])
    span = spell_steps(document, document["data"]["horizon"])
    return join(
        [
            make("b", f"If you know {names}{more} of these {span}, upload them too"),
            f" and run again: this forecast takes {words} for granted.",
        ]
    )


def _say_stock(document: Document) -> Markup | None:
    """Name the quantile to have in stock, and how often it was enough."""
    names = document["data"]["quantiles"]
    top = names[-1]
    if int(top[1:]) <= 50:
        return None
    where = "below" if document["data"]["series"] == 1 else "of each item below"
    where = where.replace("item", name_noun(document, 1))
    held = [o for o in document["backtest"]["calibration"] if o["quantile"] == top]
    said = (
        f" on the {spell_count(document['backtest']['points'], 'point')} of the "
        f"backtest, it was enough {_spell_held(held[0])}"
        if held
        else " no backtest tells how often it is enough"
    )
    return join(
        [
            make("b", f"For a service level of {top[1:]}%, have {top}"),
            f" (a column of forecast.csv, and {where}):{said}.",
        ]
    )


def _spell_held(entry: Mapping[str, Any]) -> str:
    said = (
        f"{spell_percent(100 * entry['covered'])} of the time "
        f"({spell_percent(100 * entry['level'])} is meant)"
    )
    more = {"too low": ", so have more", "too high": ", so less would do"}
    return said + more.get(entry["judgement"], "")


def _say_first(document: Document) -> Markup | None:
    """Name the items that need a person, and count those that do not."""
    attention, count = document["attention"], document["data"]["series"]
    first = attention["first"]
    if count == 1:
        return None
    if not first:
        return Markup(f"No {name_noun(document, 1)} stands out as odd.")
    links = [
        make("a", label_key(one["key"]), href=f"#item={quote_key(one['key'])}")
        for one in first[:_NAMED]
    ]
    more = len(first) - len(links)
    return join(
        [
            make("b", f"See to {len(first)} {name_noun(document, len(first))} by hand"),
            ": ",
            *_enumerate(links),
            f" and {more} more" if more else "",
            "; ",
            make("a", "why, and what to do", href="#first"),
            f". {attention['unflagged']:,} of {count:,} {name_noun(document, count)} "
            "have nothing odd about them.",
        ]
    )


def _enumerate(parts: list[Markup]) -> Iterator[str]:
    for at, part in enumerate(parts):
        yield Markup(", ") if at else Markup("")
        yield part


def _say_data(document: Document) -> Markup | None:
    found = [one for one in document["findings"] if one["level"] == "warning"]
    if not found:
        return None
    words = f"{spell_count(len(found), 'warning')} about the data"
    return join(
        [
            make("a", words, href="#data"),
            f": see to {'it' if len(found) == 1 else 'them'} before the next run.",
        ]
    )
