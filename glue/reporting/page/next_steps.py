"""What a planner does with the forecast now, in a few sentences with the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
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
from glue.reporting.words import (
    spell_change,
    spell_count,
    spell_percent,
    spell_short,
    spell_whole,
)

# So many items are named in a sentence; the list below it has the others.
_NAMED = 3
# From so many per cent of bias on, a total is given that has none.
_BIAS_TOLD = 5.0
# The same of a single step.
_STEP_BIAS_TOLD = 4.0
# Two totals are as good as the same up to this part.
_ALIKE = 0.005
# By how much a period may be longer than the one before it.
_LONGEST = 1.12


# How a sentence names what the best simple forecast does.
_PLAIN = {
    "SeasonalNaive": "repeating the last season",
    "LastValue": "repeating the last value",
}


def spell_lead(document: Document) -> str:
    """Say in a planner's words how good the forecast is."""
    verdict, baseline = document["verdict"], document["baseline"]
    plain = _PLAIN.get(baseline["name"], baseline["words"])
    gain = verdict["improvement_percent"]
    if verdict["outcome"] == "unknown" or gain is None:
        return "How good this forecast is, is not known."
    missed = f"missed {spell_percent(abs(gain))} less than {plain}"
    lead = {
        "better": f"This forecast {missed}.",
        "doubtful": f"Look before you plan: this forecast {missed}, but there is more.",
        "even": f"This forecast is not clearly better than {plain}.",
        "worse": f"This forecast is worse than {plain}.",
    }[verdict["outcome"]]
    share = (document["backtest"]["winner"] or {}).get("WAPE")
    if share is None:
        return lead
    return f"{lead} It was off by {spell_percent(100 * share)} of the volume."


def build_next_steps(document: Document) -> Markup:
    """Build the list of what to do, the most important first."""
    plan, plans = _say_plan(document), _say_covariates(document)
    # Without what is planned, the forecast is of another time than the one to come.
    first = [plans, plan] if document["assumed_future"]["left_out"] else [plan, plans]
    steps = [
        *first,
        _say_age(document),
        _say_stock(document),
        _say_first(document),
        _say_data(document),
    ]
    shown = (make("li", step) for step in steps if step)
    return join([make("h2", "What to do now"), make("ol", *shown)])


def _say_plan(document: Document) -> Markup:
    """Say whether to plan with the forecast, and what it says."""
    advice = {
        "better": "Plan with this forecast",
        "even": _say_simple(document, "this forecast was not clearly better"),
        "worse": _say_simple(document, "this forecast was worse"),
        "doubtful": "Plan with this forecast only after a look at what speaks against "
        "it above",
        "unknown": _say_unknown(document),
    }[document["verdict"]["outcome"]]
    return join([make("b", f"{advice}."), f" {_say_amount(document)}"])


def _say_simple(document: Document, reason: str) -> str:
    """Advise to take the simple forecast; where both say the same, that."""
    words, theirs = (document["baseline"][n] for n in ("words", "forecast_total"))
    ours = sum(document["total"]["forecast"]["mean"])
    if abs(ours - theirs) <= _ALIKE * abs(theirs):
        return f"Plan with {words}, which says the same as this forecast"
    return (
        f"Plan with {words} (baseline.csv; {spell_whole(theirs)} in all): it is "
        f"simpler, and {reason}"
    )


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
    is_other = document["verdict"]["outcome"] in {"even", "worse"}
    who = "This forecast" if is_other else "It"
    step = name_step(document)
    if len(means) == 1:
        said = f"{who} says {spell_whole(means[0])} {target} for the {step} {stamps[0]}"
    else:
        most = max(range(len(means)), key=means.__getitem__)
        said = (
            f"{who} says {spell_whole(sum(means))} {target} in all, {stamps[0]} to "
            f"{stamps[-1]}, which is {spell_whole(sum(means) / len(means))} a {step}; "
            f"{spell_whole(means[0])} in the first {step}"
        )
        if means[most] > (1 + _ALIKE) * means[0]:
            said += f", and most, {spell_whole(means[most])}, in that of {stamps[most]}"
    if before > 0:
        change = spell_change(100 * (sum(means) / before - 1))
        said += f"; {change} in all against {name_before(document)}"
    return f"{said}.{_say_bias(document) or _say_steps(document)}"


def _say_steps(document: Document) -> str:
    """Say where the first and the largest step were off in every window."""
    means = document["total"]["forecast"]["mean"]
    steps = document["backtest"]["by_step"]
    if len(means) < 2 or len(steps) < len(means):
        return ""
    most = max(range(len(means)), key=means.__getitem__)
    said = []
    for at, name in {0: "first", most: "largest"}.items():
        bias = steps[at]["bias_percent"] or 0
        if steps[at]["bias_is_steady"] and abs(bias) >= _STEP_BIAS_TOLD:
            side = "high" if bias > 0 else "low"
            said.append(f"its {name} was {spell_percent(abs(bias))} too {side}")
    if not said:
        return ""
    words = " and ".join(said)
    return f" Of the {name_step(document)}s, {words}, in every window of the backtest."


def _say_bias(document: Document) -> str:
    """Say what the total would be if the means stay as far off as they were."""
    bias = document["backtest"]["bias_percent"] or 0
    total = sum(document["total"]["forecast"]["mean"])
    is_steady = document["backtest"]["bias_is_steady"]
    if not is_steady or abs(bias) < _BIAS_TOLD or bias <= -100 or total <= 0:
        return ""
    side = "high" if bias > 0 else "low"
    likely = spell_whole(total / (1 + bias / 100))
    return (
        f" In every window of the backtest it was too {side}, by "
        f"{spell_percent(abs(bias))} in all: {likely}, if that goes on."
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


def _say_age(document: Document) -> Markup | None:
    """Say which of the periods are past already."""
    data = document["data"]
    stamps = document["total"]["forecast"]["timestamps"]
    if not stamps:
        return None
    before, last = map(datetime.fromisoformat, [data["last"], *stamps][-2:])
    # Months differ in length: the last period ends with the longest of them.
    end = last + _LONGEST * (last - before)
    made = datetime.fromisoformat(document["made_at"]).replace(tzinfo=None)
    ends = [*map(datetime.fromisoformat, stamps[1:]), end]
    past = sum(one <= made for one in ends)
    if not past:
        return None
    span = spell_steps(document, len(stamps))
    some = f"{past} of these {span}" if past < len(stamps) else f"All {span}"
    if len(stamps) == 1:
        some = f"This {name_step(document)}"
    verb = "is" if max(past, 1) == len(stamps) == 1 else "are"
    return join(
        [
            make("b", f"{some} {verb} past already"),
            f": the data end at {name_stamp(document['data']['last'])}, and the report "
            f"was made on {document['made_at'][:10]}. Upload newer data.",
        ]
    )


def _say_stock(document: Document) -> Markup | None:
    """Name the quantile to have in stock, and how often it was enough."""
    names = document["data"]["quantiles"]
    top = names[-1]
    if int(top[1:]) <= 50:
        return None
    noun = name_noun(document, 1)
    where = "below" if document["data"]["series"] == 1 else f"of each {noun} below"
    held = [o for o in document["backtest"]["calibration"] if o["quantile"] == top]
    said = "no backtest tells how often it is enough"
    if held:
        said = f"on the backtest it was enough {held[0]['held']}"
        said += f" ({top[1:]}% is meant{held[0]['remark']}){_say_factor(held[0])}"
    return join(
        [
            make("b", f"For a service level of {top[1:]}%, have {top}"),
            f" (a column of forecast.csv, and {where}): {said}.",
        ]
    )


def _say_factor(entry: Mapping[str, Any]) -> str:
    """Say how much more or less than a quantile would have been right."""
    advice = {"too low": "have more", "too high": "less would do"}
    if entry["judgement"] not in advice:
        return ""
    said = f", so {advice[entry['judgement']]}"
    if entry["factor"] is None:
        return said
    name = entry["quantile"]
    return (
        f"{said}: p50 and {spell_short(entry['factor'])} times the distance from p50 "
        f"to {name} would have been right"
    )


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
