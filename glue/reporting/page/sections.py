"""The page's sections as plain HTML: all of them can be read without any script."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from glue.engines import ENGINES
from glue.reporting.evidence import LEAST_POINTS
from glue.reporting.page.drivers import build_drivers
from glue.reporting.page.group_section import build_groups
from glue.reporting.page.markup import Markup, join, make, make_table
from glue.reporting.page.naming import (
    Document,
    label_key,
    name_before,
    name_noun,
    name_page,
    name_rejected,
    name_stamp,
    name_step,
    name_sum,
    name_target,
    quote_key,
    spell_steps,
)
from glue.reporting.page.next_steps import (
    build_next_steps,
    choose_planned,
    spell_lead,
)
from glue.reporting.page.svg import Fan, draw_bars, draw_fan, draw_lines
from glue.reporting.words import (
    NO_VALUE,
    choose_decimals,
    spell_change,
    spell_count,
    spell_metric,
    spell_percent,
    spell_seconds,
    spell_short,
)
from glue.run_documents import METRICS

_MARKS = {"better": "✓", "worse": "!", "even": "≈", "unknown": "?", "doubtful": "!"}
# Of a section that is there whatever the run was; others come in between.
_ORDER = (
    ("first", "Look at these first"),
    ("total", "Total"),
    ("groups", "Groups"),
    ("items", "Items"),
    ("drivers", "What drives it"),
    ("leaderboard", "Leaderboard"),
    ("accuracy", "Accuracy"),
    ("changes", "What changed"),
    ("earlier", "Did it come true?"),
    ("data", "The data"),
    ("run", "The run"),
)
_UNNAMED = (
    "Title and Unit below Preparation in the settings give this page a title, and its "
    "numbers a unit."
)
_SAME_NAME = (
    "Simple forecasts and the baseline are the report's own plain arithmetic, which "
    "baseline.csv is made by; the engine's own of the same name are fitted by it, and "
    "differ."
)
_SIGNS = (
    "Looked for is: worse by more than 5% and in most windows; biased by more than "
    "20%, to the same side in every window, and by more than 10% without its largest "
    "error; a range of more than twice the mean; a last value above all before it by "
    "half; no value in the last horizon; less than half of the usual history; more "
    "than 25% off the last run; and what is hard to believe. Gaps count as filled."
)


@dataclass(frozen=True)
class Drawn:
    """What is drawn and listed of the figures themselves.

    Parameters
    ----------
    items
        The section of the items.
    total
        All series together.
    multiples
        Small pictures of the largest series.
    groups
        Small pictures of the largest groups, by column.
    """

    items: Markup
    total: Fan
    multiples: Sequence[Markup] = ()
    groups: Sequence[Sequence[Markup]] = ()


def build_sections(document: Document, drawn: Drawn) -> dict[str, Markup]:
    """Build all sections, by the slots of the template."""
    multiples, one = drawn.multiples, document["data"]["series"] == 1
    sections = {
        "first": _build_first(document),
        # A single series is drawn once, with its backtest.
        "total": None if one else _build_total(document, drawn.total),
        "groups": build_groups(document, drawn.groups),
        "items": drawn.items,
        "drivers": build_drivers(document),
        "leaderboard": _build_leaderboard(document),
        "accuracy": _build_accuracy(document),
        "changes": _build_changes(document),
        "earlier": _build_earlier(document),
        "data": _build_data(document),
        "run": _build_run(document),
    }
    present = [(name, words) for name, words in _ORDER if sections[name]]
    if one:
        present = [(n, "Forecast" if n == "items" else words) for n, words in present]
    cards = [
        make("section", sections[name], id=name, class_="card") for name, _ in present
    ]
    if multiples:
        heading = make("h2", f"The {len(multiples)} largest {name_noun(document)}")
        grid = make("div", *multiples, class_="multiples")
        place = 1 + [name for name, _ in present].index("items")
        cards.insert(
            place, make("section", heading, grid, id="multiples", class_="card")
        )
    return {
        "HEAD": _build_head(document),
        "NAV": join(make("a", words, href=f"#{name}") for name, words in present),
        "VERDICT": _build_verdict(document),
        "WARNINGS": _build_warnings(document),
        "NEXT": build_next_steps(document),
        "TILES": _build_tiles(document),
        "SECTIONS": join(cards),
        "NOTES": _build_notes(document),
    }


def _build_head(document: Document) -> Markup:
    data, stamps = document["data"], document["total"]["forecast"]["timestamps"]
    ends = map(name_stamp, [*stamps[:1], *stamps[-1:]])
    span = " to ".join(dict.fromkeys(ends)) or "nothing"
    upload = document["upload_name"]
    words = [
        f"{name_target(document)}, {span} ({spell_steps(document, data['horizon'])})",
        f"{data['series']:,} {name_noun(document, data['series'])}",
        f"made {document['made_at'].replace('T', ' ')[:16]} UTC",
        *([f"from {upload}"] if upload else []),
        f"run {document['run_id']}",
    ]
    return join(
        [
            make("h1", name_page(document)),
            make("p", " · ".join(words), class_="soft"),
        ]
    )


def _build_verdict(document: Document) -> Markup:
    verdict = document["verdict"]
    mark = make("span", _MARKS[verdict["outcome"]], class_="mark", aria_hidden="true")
    sentence = make("p", f"{verdict['sentence']}.", class_="basis")
    lead = make("p", spell_lead(document))
    words = make("div", lead, sentence)
    shown = [make("div", mark, words, class_=f"verdict {verdict['outcome']}")]
    if verdict["notes"]:
        notes = (make("li", f"{note}.") for note in verdict["notes"])
        shown.append(make("ul", *notes, class_="verdict-notes"))
    return join(shown)


def _build_warnings(document: Document) -> Markup:
    shown = []
    warnings = document["warnings"]
    if warnings:
        grave = any(found["level"] != "fixed" for found in warnings)
        noun = "warning" if grave else "repair"
        heading = f"{spell_count(len(warnings), noun)} about this forecast"
        lines = (
            make("li", f"{found['what']}; {found['remedy']}") for found in warnings
        )
        kind = "warning-list" if grave else "warning-list repaired"
        shown.append(make("div", make("h2", heading), make("ul", *lines), class_=kind))
    return join(shown)


def _build_tiles(document: Document) -> Markup:
    data, backtest = document["data"], document["backtest"]
    planned = choose_planned(document)
    total = sum(planned.means)
    before = document["total"]["last_season_total"]
    tiles: list[tuple[str, Any]] = [
        (
            f"{data['series']:,}",
            f"{name_noun(document, data['series'])}, "
            f"{spell_steps(document, data['steps'])} of history",
        ),
        (spell_short(total), _spell_total(document)),
    ]
    if before > 0:
        change = spell_change(100 * (total / before - 1))
        tiles.append((change, f"against {name_before(document)}"))
    winner, metric = backtest["winner"], document["metric"]
    # Of a few points no share can be told.
    if winner and backtest["points"] >= LEAST_POINTS:
        if winner["WAPE"] is not None:
            share = spell_percent(100 * winner["WAPE"])
            words = "of the volume is what this forecast's median missed by, on the "
            words += "backtest"
            tiles.append((share, words))
        ours, theirs = (backtest[name][metric] for name in ("winner", "baseline"))
        gain = backtest["improvement_percent"] or 0
        words = (
            f"{'less' if gain >= 0 else 'more'} error than "
            f"{document['baseline']['words']} on the backtest: "
            f"{metric} {spell_metric(ours)} against {spell_metric(theirs)}"
        )
        tiles.append((spell_percent(abs(gain)), words))
    tiles += _list_range_tiles(backtest)
    return join(
        make("div", make("b", value), make("span", words), class_="tile")
        for value, words in tiles
    )


def _spell_total(document: Document) -> Markup:
    """Name the target, and the period; a date does not break over lines."""
    stamps = document["total"]["forecast"]["timestamps"]
    ends = dict.fromkeys(map(name_stamp, [*stamps[:1], *stamps[-1:]]))
    dates = [make("span", stamp, class_="date") for stamp in ends]
    step, is_simple = name_step(document), document["baseline"]["is_advised"]
    whole = "total" if name_sum(document) == "in all" else f"sum of {step}s:"
    by = f", by {document['baseline']['words']}" if is_simple else ""
    named = f"{whole} {name_target(document)}, "
    return join([named, Markup(" to ".join(dates)), by])


def _list_range_tiles(backtest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    calibration, count = backtest["calibration"], backtest["points"]
    if len(calibration) < 2:
        return
    low, high = calibration[0], calibration[-1]
    share, meant = (high[name] - low[name] for name in ("covered", "level"))
    words = (
        f"of actuals lay between this forecast's {low['quantile']} and "
        f"{high['quantile']}; "
        f"{100 * meant:.0f}% is meant"
    )
    if any(one["judgement"] != "right" for one in calibration):
        words += ", and the quantiles are off"
    few = f"{round(share * count)} of {count}"
    yield few if count < LEAST_POINTS else f"{100 * share:.0f}%", words


def _build_first(document: Document) -> Markup | None:
    first = document["attention"]["first"]
    if not first:
        return None
    nouns = name_noun(document, len(first))
    rows = [
        [
            make("a", label_key(one["key"]), href=f"#item={quote_key(one['key'])}"),
            _say_item(one),
            *(
                spell_short(one[name])
                for name in ("forecast_total", "before_total", "baseline_total")
            ),
        ]
        for one in first
    ]
    counts = ", ".join(
        f"{count:,} {name}"
        for name, count in document["attention"]["counts"].items()
        if count
    )
    return join(
        [
            make("h2", "Look at these first"),
            make(
                "p",
                f"Forecast is the sum of the means over "
                f"{spell_steps(document, document['data']['horizon'])}, before that of "
                f"{name_before(document)}, baseline that of "
                f"{document['baseline']['words']}. Ranked by volume and by how odd "
                "they are. Of all "
                f"{name_noun(document)}: {counts}. {_SIGNS}",
                class_="soft small",
            ),
            make_table(
                f"{len(first)} {nouns}, what to do, and why",
                [
                    name_noun(document, 1),
                    "what to do, and why",
                    "forecast",
                    "before",
                    "baseline",
                ],
                rows,
                texts=frozenset({0, 1}),
            ),
        ]
    )


def _say_item(one: Mapping[str, Any]) -> Markup:
    """Say what to do with an item, and below that why."""
    reasons = "; ".join(one["reasons"])
    why = make("small", f"{reasons[:1].upper()}{reasons[1:]}", class_="soft")
    return join([f"{one['to_do']}. ", why])


def _build_total(document: Document, fan: Fan) -> Markup:
    data = document["data"]
    nouns, names = name_noun(document), data["quantiles"]
    heading = f"All {data['series']:,} {nouns} together"
    label = (
        f"Line chart: history to {data['last']}, then the forecast. The numbers are in "
        "the table below it."
    )
    chart = make("div", draw_fan(fan, label), id="total-chart", class_="chart")
    unit = make("p", name_target(document), class_="soft small")
    legend = build_legend(document)
    shown = [make("h2", heading), unit, make("figure", chart, legend)]
    rejected = name_rejected(document)
    if rejected:
        shown.append(make("p", rejected, class_="soft small"))
    assumed = document["assumed_future"]["sentence"]
    if assumed:
        shown.append(make("p", f"{assumed}.", class_="soft small"))
    if len(fan.stamps) - len(fan.mean) < data["steps"]:
        words = f"The chart begins at {fan.stamps[0]}, {_spell_start(document)}."
        shown.append(make("p", words, class_="soft small"))
    if len(names) > 1:
        share = document["total"]["forecast"]["range_share"]
        words = _spell_range_share(share, nouns)
        shown.append(make("p", words, class_="soft small"))
    shown.append(build_numbers(document))
    return join(shown)


def _spell_range_share(share: float | None, nouns: str) -> str:
    """Say what the range of the total is made from."""
    added = f"The range adds up the {nouns}' quantiles"
    if share is None:
        return (
            f"{added}, as if all erred the same way at once: the true range of the "
            "total is narrower."
        )
    if share >= 1:
        return f"{added}: on the backtest the totals erred as far as that says."
    return (
        f"The range is {100 * share:.0f}% as wide as the {nouns}' ranges added up, by "
        "how far the totals erred on the backtest: in part, errors of single "
        f"{nouns} make up for each other."
    )


def _spell_start(document: Document) -> str:
    if document["total"]["complete_from"]:
        return f"where {name_noun(document)} with most of the volume have begun"
    return "to leave room for the forecast"


def build_numbers(document: Document) -> Markup:
    """Build the table of the total, with the same period before beside it."""
    total, before = (document["total"][name] for name in ("forecast", "before"))
    names = document["data"]["quantiles"]
    columns = [total["mean"], *(total["quantiles"][name] for name in names)]
    heads = [document["data"]["timestamp"], "mean", *names]
    past = before["values"] if len(before["values"]) == len(total["mean"]) else []
    if past:
        heads += [before["words"], "change"]
    decimals = choose_decimals(chain(past, *columns))
    rows = [
        [
            name_stamp(stamp),
            *(f"{column[at]:,.{decimals}f}" for column in columns),
            *(_compare_before(total["mean"][at], past[at], decimals) if past else ()),
        ]
        for at, stamp in enumerate(total["timestamps"])
    ]
    table = make_table("Forecast total", heads, rows)
    summary = make("summary", "Show the numbers")
    return make("details", summary, table, class_="numbers")


def _compare_before(
    mean: float, before: float | None, decimals: int
) -> tuple[str, str]:
    if before is None:
        return NO_VALUE, NO_VALUE
    change = 100 * (mean / before - 1) if before > 0 else None
    return f"{before:,.{decimals}f}", spell_change(change)


def build_legend(document: Document, *, item: bool = False) -> Markup:
    """Build the legend of the total's chart, or of an ``item`` of the list."""
    names = document["data"]["quantiles"]
    levels = [int(name[1:]) for name in names]
    mean = "forecast (mean)" if item else "forecast (sum of means)"
    entries = [("past", "actual"), ("mean", mean)]
    paired = [level for level in levels if 100 - level in levels and level < 50]
    if paired:
        entries.append(("band", f"p{min(paired)} to p{100 - min(paired)}"))
    single = [level for level in levels if level != 50 and 100 - level not in levels]
    if single:
        entries.append(("level", ", ".join(f"p{level}" for level in single)))
    if item and document["backtest"]["comparable"]:
        words = document["baseline"]["words"]
        entries += [("back", "backtest"), ("base", f"{words} there")]
    if document["total"]["before"]["words"]:
        entries.append(("ghost", document["total"]["before"]["words"]))
    return _legend(entries)


def _legend(entries: Sequence[tuple[str, str]]) -> Markup:
    return make(
        "ul",
        *(
            make("li", make("span", class_=f"swatch {name}", aria_hidden="true"), words)
            for name, words in entries
        ),
        class_="legend",
    )


def _build_leaderboard(document: Document) -> Markup:
    board, metric = document["leaderboard"], document["metric"]
    names = [n for n in METRICS if any(e["metrics"].get(n) is not None for e in board)]
    names.sort(key=lambda name: name != metric)
    best = {
        name: min(e["metrics"][name] for e in board if e["metrics"][name] is not None)
        for name in names
    }
    rows = [
        [
            _name_entry(entry, document),
            *(_mark_best(entry["metrics"][name], best[name]) for name in names),
            spell_change(entry["improvement_percent"]),
        ]
        for entry in board
    ]
    words = document["baseline"]["words"]
    shown = [
        make("h2", "Leaderboard"),
        make_table(
            "Errors on the backtest: lower is better; the best of each column is bold",
            ["candidate", *names, f"gain over {words}"],
            rows,
            classes=[entry["kind"] for entry in board],
        ),
    ]
    if any(one["scored_by"] == "report" for one in board):
        shown.append(make("p", _SAME_NAME, class_="soft small"))
    if not document["backtest"]["comparable"]:
        reason = document["backtest"]["reason"]
        shown.append(make("p", f"Not comparable with {words}: {reason}."))
    return join(shown)


def _spell_known(value: float | None) -> str:
    return NO_VALUE if value is None else spell_metric(value)


def _mark_best(value: float | None, best: float) -> Any:
    text = _spell_known(value)
    return make("b", text) if value == best else text


def _name_entry(entry: Mapping[str, Any], document: Document) -> str:
    where = "" if document["backtest"]["comparable"] else ", on the last horizon"
    # A candidate of the engine may be called as the report's own simple forecast is.
    own = "" if entry["scored_by"] in ENGINES else "simple forecast"
    badges = {
        "winner": "winner",
        "baseline": f"baseline{where}",
        "simple": own,
    }
    badge = badges.get(entry["kind"])
    if entry["kind"] == "candidate" and entry["name"] in document["backtest"]["simple"]:
        badge = "the engine's own"
    status = "" if entry["status"] == "Completed" else f" {NO_VALUE} {entry['status']}"
    # An error's class says nothing to a reader that its words do not.
    cause = re.sub(r"^[A-Z]\w+: ", "", entry["reason"] or "")
    reason = f": {cause}" if cause else ""
    return f"{entry['name']}{f' ({badge})' if badge else ''}{status}{reason}"


def _build_accuracy(document: Document) -> Markup | None:
    backtest, metric = document["backtest"], document["metric"]
    if not backtest["winner"]:
        return None
    words = document["baseline"]["words"]
    steps, calibration = backtest["by_step"], backtest["calibration"]
    windows = ", ".join(window["last_known"] for window in backtest["windows"])
    left = join(
        [
            make("h2", "Accuracy by step of the horizon"),
            make(
                "p", f"{metric} on the backtest; lower is better.", class_="soft small"
            ),
            make(
                "figure",
                draw_lines(
                    [
                        ("base", [one["baseline"][metric] for one in steps]),
                        ("mean", [one["winner"][metric] for one in steps]),
                    ],
                    [str(one["step"]) for one in steps],
                    f"Line chart: {metric} by step of the horizon.",
                ),
                _legend([("mean", "winner"), ("base", words)]),
            ),
            make(
                "p",
                "Bias by step, in % of the volume; above the line: too high.",
                class_="soft small",
            ),
            make(
                "figure",
                draw_bars(
                    [one["bias_percent"] for one in steps],
                    [str(one["step"]) for one in steps],
                    "Bar chart: bias by step of the horizon, in per cent.",
                ),
            ),
            make(
                "details",
                make("summary", "Show the numbers"),
                make_table(
                    f"{metric} by step",
                    ["step", "winner", words, "bias", "points"],
                    [
                        [
                            one["step"],
                            spell_metric(one["winner"][metric]),
                            spell_metric(one["baseline"][metric]),
                            spell_change(one["bias_percent"]),
                            f"{one['points']:,}",
                        ]
                        for one in steps
                    ],
                ),
            ),
        ]
    )
    right = join(
        [
            make("h2", "Are the quantiles honest?"),
            make(
                "p",
                "How often the actual value stayed at or below each quantile; on the "
                f"dashed line is ideal.{_spell_bias(backtest['bias_percent'])}",
                class_="soft small",
            ),
            make(
                "figure",
                draw_lines(
                    [
                        ("base", [one["level"] for one in calibration]),
                        ("mean", [one["covered"] for one in calibration]),
                    ],
                    [one["quantile"] for one in calibration],
                    "Chart: how often actual values stayed at or below each quantile.",
                    top=1.0,
                ),
                _legend([("mean", "backtest"), ("base", "ideal")]),
            ),
            make(
                "ul",
                *(make("li", f"{one['words']}.") for one in calibration),
                class_="plain",
            ),
        ]
    )
    basis = (
        f"The backtest is that of {document['engine']['name']}, which its choice of "
        f"candidates rests on too: {spell_count(backtest['points'], 'point')}, "
        f"forecast with what was known at {windows}. The simple forecasts are scored "
        "on the very same points."
    )
    return join(
        [
            make("div", make("div", left), make("div", right), class_="columns"),
            make("p", basis, class_="soft small"),
        ]
    )


def _spell_bias(bias: float | None) -> str:
    if bias is None:
        return ""
    if abs(bias) < 1:
        return " Overall bias: none, the means add up to the actuals within 1%."
    side = "high" if bias > 0 else "low"
    return f" Overall bias: the means were {spell_percent(abs(bias))} too {side}."


def _build_changes(document: Document) -> Markup | None:
    changes = document["changes"]
    if changes["reason"]:
        return None
    before, now = changes["total_before"], changes["total_now"]
    moved = f" ({spell_change(100 * (now / before - 1))})" if before else ""
    words = (
        f"Of {changes['first']} to {changes['last']}, which both forecast, the last "
        f"run ({changes['run_id']}) expected {spell_short(before)} in all; this one "
        f"expects {spell_short(now)}{moved}. {changes['new']:,} "
        f"{name_noun(document)} are new, {changes['gone']:,} are gone."
    )
    movers = make_table(
        "The largest movers",
        [name_noun(document, 1), "then", "now", "change"],
        [
            [
                make("a", label_key(one["key"]), href=f"#item={quote_key(one['key'])}"),
                spell_short(one["before"]),
                spell_short(one["now"]),
                _spell_relative(one),
            ]
            for one in changes["movers"]
        ],
    )
    shown = [make("h2", "What changed since the last run"), make("p", words), movers]
    if changes["settings"]:
        rows = [
            [one["key"], _as_text(one["before"]), _as_text(one["now"])]
            for one in changes["settings"]
        ]
        heads = ["setting", "then", "now"]
        texts = frozenset({0, 1, 2})
        shown.append(make_table("Settings that differ", heads, rows, texts=texts))
    return join(shown)


def _spell_relative(one: Mapping[str, Any]) -> str:
    before, now = one["before"], one["now"]
    return spell_change(100 * (now / before - 1)) if before > 0 else NO_VALUE


def _build_earlier(document: Document) -> Markup:
    earlier = document["earlier_forecasts"]
    heading = make("h2", "Did the last forecast come true?")
    if not earlier["scored"]:
        return join([heading, make("p", f"Not known yet: {earlier['reason']}.")])
    last = earlier["scored"][0]
    noun = name_noun(document, 1)
    runs = make_table(
        "Earlier forecasts of this dataset, scored on what then happened",
        [
            "run",
            "scored days",
            name_noun(document),
            "points",
            "WAPE",
            "MASE",
            "WQL",
            "WQL of the baseline",
        ],
        [
            [
                one["run_id"],
                f"{one['scored_first']} to {one['scored_last']}",
                f"{one['series']:,}",
                f"{one['points']:,}",
                *(
                    spell_metric(one["metrics"][name])
                    for name in ("WAPE", "MASE", "WQL")
                ),
                spell_metric(one["baseline"]["WQL"]),
            ]
            for one in earlier["scored"]
        ],
    )
    worst = make_table(
        f"Largest errors of {last['run_id']}",
        [noun, "actual", "forecast", "WAPE"],
        [
            [
                label_key(one["key"]),
                spell_short(one["actual"]),
                spell_short(one["forecast"]),
                spell_metric(one["WAPE"]),
            ]
            for one in last["worst"]
        ],
    )
    coverage = make_table(
        "Coverage of its quantiles",
        ["quantile", "should be", "was"],
        [
            [
                one["quantile"],
                spell_percent(100 * one["level"]),
                spell_percent(100 * one["covered"]),
            ]
            for one in last["calibration"]
        ],
    )
    columns = make("div", worst, coverage, class_="columns")
    return join([heading, make("p", f"{last['sentence']}."), runs, columns])


def _build_data(document: Document) -> Markup:
    data = document["data"]
    season = f", with a season of {data['season']}" if data["season"] > 1 else ""
    shown = [
        make("h2", "The data"),
        make(
            "p",
            f"{spell_count(data['rows'], 'row')} of {data['series']:,} "
            f"{name_noun(document, data['series'])}, {data['first']} to "
            f"{data['last']}: {spell_steps(document, data['steps'])}{season}.",
        ),
    ]
    if not (document["unit"] and document["title"]):
        shown.append(make("p", _UNNAMED, class_="soft small"))
    if not document["findings"]:
        shown.append(
            make("p", "Nothing was found wrong with the upload.", class_="soft")
        )
    for found in document["findings"]:
        shown += _list_finding(found)
    inferred = document["inferred"]
    if inferred:
        table = make_table(
            "What was inferred, and why",
            ["setting", "value", "evidence"],
            [[one["key"], _as_text(one["value"]), one["evidence"]] for one in inferred],
            texts=frozenset({0, 1, 2}),
        )
        words = f"{spell_count(len(inferred), 'setting')} inferred from the data"
        shown.append(make("details", make("summary", words), table))
    return join(shown)


def _list_finding(found: Mapping[str, Any]) -> Iterator[Markup]:
    level = "repaired" if found["level"] == "fixed" else found["level"]
    badge = make("span", level, class_=f"badge {found['level']}")
    yield make("p", badge, f" {found['what']}; {found['remedy']}")
    examples = found.get("examples") or []
    if examples:
        table = make_table(
            f"Examples of {found['code']}",
            ["file", "row", "column", "value"],
            [
                [_as_text(one.get(name)) for name in ("file", "row", "column", "value")]
                for one in examples
            ],
            texts=frozenset({0, 2, 3}),
        )
        yield make("details", make("summary", "Where"), table)


def _as_text(value: Any) -> str:
    if value is None:
        return NO_VALUE
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _build_run(document: Document) -> Markup:
    shown = [make("h2", "Run time and cost")]
    took, model = document["took"], document.get("model") or {}
    if model.get("reason"):
        shown.append(make("p", f"{_capitalise(model['reason'])}."))
    if took:
        cost = took["cost"]
        stages = make_table(
            "Time of each stage",
            ["stage", "time"],
            [[one["words"], spell_seconds(one["seconds"])] for one in took["stages"]],
        )
        money = [[part["what"], _spell_range(part)] for part in cost["parts"]]
        prices = make_table(
            "Estimated cost on AWS",
            ["part", "US dollars"],
            [*money, ["in all", _spell_range(cost)]],
        )
        free = "This run was made by the local AWS, and cost nothing. "
        basis = f"{free if cost['local'] else ''}{cost['basis']}"
        shown.append(make("div", stages, prices, class_="columns"))
        shown.append(make("p", basis, class_="soft small"))
    settings = json.dumps(document["settings"], indent=2, ensure_ascii=False)
    summary = make("summary", "Effective settings")
    shown.append(make("details", summary, make("pre", settings, tabindex="0")))
    return join(shown)


def _capitalise(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _spell_range(part: Mapping[str, Any]) -> str:
    if part["most"] < 0.01:
        return "under $0.01"
    if part["least"] == part["most"]:
        return f"${part['least']:.2f}"
    return f"${part['least']:.2f} to ${part['most']:.2f}"


def _build_notes(document: Document) -> Markup:
    engine = document["engine"]
    terms = join(
        join([make("dt", name), make("dd", words)])
        for name, words in document["definitions"].items()
    )
    who = "Forecast by SageMaker Autopilot."
    if engine["embedded"]:
        who = "Forecast by the embedded engine, in a Glue job, as the settings ask."
    elif engine["local"]:
        who = (
            "Forecast by the local engine, which stands in for SageMaker Autopilot and "
            "is another model."
        )
    summary = make("summary", "How the figures are defined")
    return join([make("p", who), make("details", summary, make("dl", terms))])
