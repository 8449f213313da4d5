"""What a planner does with the forecast now, in a few sentences with the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    name_sum,
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
# So many windows are told one by one.
_FEW_WINDOWS = 4
# Two totals are as good as the same up to this part.
_ALIKE = 0.005
# By how much a period may be longer than the one before it.
_LONGEST = 1.12


# How a sentence names what the best simple forecast does.
_PLAIN = {
    "SeasonalNaive": "repeating the last season",
    "LastValue": "repeating the last value",
}


@dataclass(frozen=True)
class Planned:
    """What to plan with: the forecast, or the simple one that is advised instead.

    Parameters
    ----------
    file
        The file that has it.
    words
        What a sentence calls it.
    means
        All series added up, by step.
    calibration
        How often its quantiles were enough on the backtest.
    """

    file: str
    words: str
    means: Sequence[float]
    calibration: Sequence[Mapping[str, Any]]


def choose_planned(document: Document) -> Planned:
    """Choose what is planned with."""
    baseline, backtest = document["baseline"], document["backtest"]
    if baseline["is_advised"]:
        held = (backtest["baseline_backtest"] or {}).get("calibration") or []
        words, means = baseline["words"], baseline["forecast"]
        return Planned("baseline.csv", words, means, held)
    means = document["total"]["forecast"]["mean"]
    return Planned("forecast.csv", "this forecast", means, backtest["calibration"])


def describe_next(document: Document) -> dict[str, Any]:
    """Say in plain words what is past, and what to plan with."""
    past = count_past(document)
    return {
        "file": choose_planned(document).file,
        "past_steps": past,
        "past": f"{_name_past(document, past)}: {_say_age(document)}" if past else None,
        "plan": f"{_advise_plan(document)}.",
    }


def spell_lead(document: Document) -> str:
    """Say in a planner's words how good the forecast is."""
    verdict, baseline = document["verdict"], document["baseline"]
    plain = _PLAIN.get(baseline["name"], baseline["words"])
    gain = verdict["improvement_percent"]
    if verdict["outcome"] == "unknown" or gain is None:
        return "How good this forecast is, is not known."
    missed = f"missed {spell_percent(abs(gain))} less than {plain}"
    past = count_past(document)
    lead = {
        "better": f"This forecast {missed}.",
        "doubtful": f"Look before you plan: this forecast {missed}, but there is more.",
        "even": f"This forecast is not clearly better than {plain}.",
        "worse": f"This forecast is worse than {plain}.",
    }[verdict["outcome"]]
    share = (document["backtest"]["winner"] or {}).get("WAPE")
    if share is not None:
        lead += f" It was off by {spell_percent(100 * share)} of the volume."
    return f"{lead} {_name_past(document, past)}." if past else lead


def build_next_steps(document: Document) -> Markup:
    """Build the list of what to do, the most important first."""
    plan, plans = _say_plan(document), _say_covariates(document)
    # Without what is planned, the forecast is of another time than the one to come.
    first = [plans, plan] if document["assumed_future"]["left_out"] else [plan, plans]
    steps = [
        _say_past(document),
        *first,
        _say_better(document),
        _say_stock(document),
        _say_first(document),
        _say_data(document),
    ]
    shown = (make("li", step) for step in steps if step)
    return join([make("h2", "What to do now"), make("ol", *shown)])


def _say_plan(document: Document) -> Markup:
    """Say whether to plan with the forecast, and what it says."""
    advice = make("b", f"{_advise_plan(document)}.")
    return join([advice, f" {_say_amount(document)}"])


def _advise_plan(document: Document) -> str:
    return {
        "better": "Plan with this forecast",
        "even": _say_simple(document, "this forecast was not clearly better"),
        "worse": _say_simple(document, "this forecast was worse"),
        "doubtful": "Plan with this forecast only after a look at what speaks against "
        "it above",
        "unknown": _say_unknown(document),
    }[document["verdict"]["outcome"]]


def _say_simple(document: Document, reason: str) -> str:
    """Advise to take the simple forecast; where both say the same, that."""
    words, theirs = (document["baseline"][n] for n in ("words", "forecast_total"))
    ours = sum(document["total"]["forecast"]["mean"])
    if abs(ours - theirs) <= _ALIKE * abs(theirs):
        return (
            f"Plan with {words} (baseline.csv), which says the same in all as this "
            "forecast"
        )
    return f"Plan with {words} (baseline.csv): it is simpler, and {reason}"


def _say_better(document: Document) -> Markup | None:
    """Name the items that the forecast is better on, where another is advised."""
    better = document["attention"]["better"]
    first = better["first"]
    if not first or document["data"]["series"] == 1:
        return None
    gains = sorted(one["improvement_percent"] for one in first)
    ends = dict.fromkeys(spell_percent(end) for end in (gains[0], gains[-1]))
    more = better["count"] - len(first[:_NAMED])
    named = _enumerate(_link(one) for one in first[:_NAMED])
    rest = f" and {more} more" if more else ""
    nouns = name_noun(document, better["count"])
    return join(
        [
            make("b", f"For {better['count']:,} {nouns}, forecast.csv may do better"),
            ": ",
            *named,
            f"{rest}. There it missed {' to '.join(ends)} less on the backtest, and in "
            "most of its windows; where these are few, that may be chance.",
        ]
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
    """Say what to plan: the whole, beside the same period before, and its start."""
    total, planned = document["total"], choose_planned(document)
    stamps = [*map(name_stamp, total["forecast"]["timestamps"])]
    means = planned.means
    if not means:
        return "It has no value."
    before, target = total["last_season_total"], name_target(document)
    step, whole = name_step(document), name_sum(document)
    if len(means) == 1:
        said = f"It says {spell_whole(means[0])} {target} for the {step} {stamps[0]}"
    else:
        most = max(range(len(means)), key=means.__getitem__)
        article = "an" if step == "hour" else "a"
        said = (
            f"It says {spell_whole(sum(means))} {target} {whole}, {stamps[0]} to "
            f"{stamps[-1]}, which is {spell_whole(sum(means) / len(means))} {article} "
            f"{step}; {spell_whole(means[0])} in the first {step}"
        )
        if means[most] > (1 + _ALIKE) * means[0]:
            said += f", and most, {spell_whole(means[most])}, in that of {stamps[most]}"
    if before > 0:
        change = spell_change(100 * (sum(means) / before - 1))
        said += f"; {change} in all against {name_before(document)}"
    if document["baseline"]["is_advised"]:
        return f"{said}.{_say_baseline_bias(document)}"
    return f"{said}.{_say_bias(document) or _say_steps(document)}"


def _say_baseline_bias(document: Document) -> str:
    """Say how far the simple forecast was off by itself."""
    found = document["backtest"]["baseline_backtest"] or {}
    bias = found.get("bias_percent")
    if bias is None:
        return ""
    side = "high" if bias > 0 else "low"
    windows = [spell_change(one) for one in found["windows"] if one is not None]
    said = f" On the backtest it was {spell_percent(abs(bias))} too {side} in all"
    if len(windows) > _FEW_WINDOWS:
        known = [one for one in found["windows"] if one is not None]
        windows = [f"{spell_change(min(known))} to {spell_change(max(known))}"]
    if windows:
        said += f" ({', '.join(windows)} in its windows)"
    return f"{said}."


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
    span = f"these {spell_steps(document, document['data']['horizon'])}"
    if count_past(document) == len(document["total"]["forecast"]["timestamps"]):
        span = "the time to come"
    return join(
        [
            make("b", f"If you know {names}{more} of {span}, upload them too"),
            f" and run again: this forecast takes {words} for granted.",
        ]
    )


def count_past(document: Document) -> int:
    """Count the periods that had ended when the report was made."""
    stamps = document["total"]["forecast"]["timestamps"]
    if not stamps:
        return 0
    before, last = map(datetime.fromisoformat, [document["data"]["last"], *stamps][-2:])
    # Months differ in length: the last period ends with the longest of them.
    end = last + _LONGEST * (last - before)
    made = datetime.fromisoformat(document["made_at"]).replace(tzinfo=None)
    ends = [*map(datetime.fromisoformat, stamps[1:]), end]
    return sum(one <= made for one in ends)


def _name_past(document: Document, past: int) -> str:
    """Say how many of the periods are past."""
    count = len(document["total"]["forecast"]["timestamps"])
    if count == 1:
        return f"This {name_step(document)} is past already"
    span = spell_steps(document, count)
    some = f"{past} of these {span}" if past < count else f"All {span}"
    return f"{some} {'is' if past == 1 else 'are'} past already"


def _say_past(document: Document) -> Markup | None:
    """Say first what is too late to plan, and what is left of it."""
    past = count_past(document)
    if not past:
        return None
    said = make("b", f"{_name_past(document, past)}.")
    age = _say_age(document)
    return join([said, f" {age[:1].upper()}{age[1:]}", _say_left(document, past)])


def _say_age(document: Document) -> str:
    return (
        f"the data end at {name_stamp(document['data']['last'])}, and the report "
        f"was made on {document['made_at'][:10]}. Upload newer data, and plan with "
        "the forecast of that."
    )


def _say_left(document: Document, past: int) -> str:
    """Say what is left to plan, beside the same period before."""
    total, means = document["total"], choose_planned(document).means
    stamps = [*map(name_stamp, total["forecast"]["timestamps"])][past:]
    if not stamps:
        return " Nothing is left to plan: what follows is of the past."
    ends = " to ".join(dict.fromkeys([stamps[0], stamps[-1]]))
    said = f" Left to plan: {ends}, {spell_whole(sum(means[past:]))}"
    if len(stamps) > 1:
        said += f" {name_sum(document)}; {spell_whole(means[-1])} of it in the "
        said += f"last {name_step(document)}"
    before = total["before"]["values"][past:]
    if len(before) == len(stamps) and None not in before and sum(before) > 0:
        change = spell_change(100 * (sum(means[past:]) / sum(before) - 1))
        said += f"; {change} against {total['before']['words']}"
    return f"{said}."


def _say_stock(document: Document) -> Markup | None:
    """Name the quantile to have in stock, and how often it was enough."""
    names = document["data"]["quantiles"]
    top = names[-1]
    if int(top[1:]) <= 50:
        return None
    noun = name_noun(document, 1)
    where = "below" if document["data"]["series"] == 1 else f"of each {noun} below"
    also = "" if document["baseline"]["is_advised"] else f", and {where}"
    planned = choose_planned(document)
    held = [one for one in planned.calibration if one["quantile"] == top]
    said = "no backtest tells how often it is enough"
    if held:
        said = f"on the backtest it was enough {held[0]['held']}"
        said += f" ({top[1:]}% is meant{held[0]['remark']}){_say_factor(held[0])}"
    return join(
        [
            make("b", f"For a service level of {top[1:]}%, have {top}"),
            f" (a column of {planned.file}{also}): {said}.",
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
    links = [_link(one) for one in first[:_NAMED]]
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
            f"{'has' if attention['unflagged'] == 1 else 'have'} none of the signs "
            "that are looked for there.",
        ]
    )


def _link(one: Mapping[str, Any]) -> Markup:
    return make("a", label_key(one["key"]), href=f"#item={quote_key(one['key'])}")


def _enumerate(parts: Iterable[Markup]) -> Iterator[str]:
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
