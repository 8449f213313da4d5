"""Why rows repeat the series and the moment of others, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from glue.arrays import Array
from glue.findings.finding import Example, Findings, Tallies
from glue.frequency import DAY, HOUR
from glue.rows import Series
from glue.shaping.clock_change import is_set_back
from glue.shaping.shape import Shape

_CODE = "duplicate-rows"
_CLOCKS = (
    "this hour comes twice as clocks are set back; write moments with their offset, "
    "such as +02:00 and +01:00, or as UTC, or say how to combine both in "
    "Transformations.Aggregation for the target"
)
_OR_COMBINE = (
    "or say how to combine them in Transformations.Aggregation for the target, such as "
    '"sum"'
)
_SAME = f"these rows are alike in all columns: remove the repeats; {_OR_COMBINE}"
_DIFFERENT = (
    "keep the right one of each, or correct a date that is mistyped; if they are of "
    "several places, add the column that tells these apart, and name it in "
    f"GroupingAttributeNames of TimeSeriesConfig; {_OR_COMBINE}"
)
# What programs write where there is no date, in days since 1970.
_NO_DATES = (-25_567, -25_569, 0)
_NEARLY_ALL = 0.9
# Where so large a share repeats others, it is no slip in some rows.
_MANY = 0.2
# Where nearly every row repeats another, each moment has many, as a day has hours.
_MOST = 0.9


def note_repeats(shape: Shape, series: Series, tallies: Tallies) -> None:
    """Count what the repeats of a part have in common."""
    rows, amounts = series.rows, tallies.amounts
    repeats = series.repeats(rows.seconds)
    repeats &= ~mark_undated(rows.seconds, repeats)
    if not repeats.any():
        return
    seconds = rows.seconds[repeats]
    amounts["repeats"] += len(seconds)
    amounts["repeats_among"] += len(repeats)
    amounts["repeats_of_clocks"] += int(is_set_back(seconds).sum())
    same = repeats.copy()
    for name in (shape.target, *shape.history.roles.others):
        differs = repeats & _differs_above(rows[name])
        same &= ~differs
        if rows[name].dtype == object:
            amounts[f"repeats:{name}"] += int(differs.sum())
    amounts["repeats_alike"] += int(same.sum())


def mark_undated(seconds: Array, repeats: Array) -> Array:
    """Mark the rows at a date that stands for none, as several of a series do, [n]."""
    days = seconds // DAY
    undated = np.intersect1d(days[repeats], _NO_DATES)
    return np.isin(days, undated)


def _differs_above(values: Array) -> Array:
    """Mark the values that are other than those above them, [n]."""
    changed = values[1:] != values[:-1]
    if values.dtype != object:
        changed &= ~(np.isnan(values[1:]) & np.isnan(values[:-1]))
    return np.concatenate([[False], changed.astype(bool)])[: len(values)]


def explain_repeats(shape: Shape, tallies: Tallies, findings: Findings) -> None:
    """Say, after all parts, what to do about just these repeats."""
    amounts = tallies.amounts
    counts = {name: n for name, n in amounts.items() if name.startswith("repeats")}
    for name in counts:
        del amounts[name]
    if counts:
        advice = next(_list_advice(shape, counts, findings), _DIFFERENT)
        tallies.advise(_CODE, advice)


def _list_advice(
    shape: Shape, counts: dict[str, int], findings: Findings
) -> Iterator[str]:
    """Give what fits, the likeliest first."""
    total = counts["repeats"]
    header = _find_header(shape.file, findings)
    if header is not None:
        yield (
            f"the header stands again in row {header.row}, as where a table is there "
            "twice or several were joined: keep one of each row"
        )
    if counts["repeats_of_clocks"] == total:
        yield _CLOCKS
    hours = np.unique(shape.survey.moments % DAY // HOUR).tolist()
    if hours == list(range(1, 13)):
        yield (
            "hours go from 1 to 12 only, as on a clock: write AM or PM behind them, or "
            "hours from 0 to 23"
        )
    if counts["repeats_alike"] == total:
        yield _SAME
    named = _list_named(counts)
    if counts["repeats"] >= _MANY * counts["repeats_among"] and not named:
        item, lost = shape.keys[0], ""
        if counts["repeats"] >= _MOST * counts["repeats_among"]:
            lost = "if times of day were lost, export them too; "
        yield (
            f"{'' if shape.survey.has_times else lost}several items or places seem to "
            f"share an id in {item!r}: if ids were cut short or put together, export "
            "them whole; if a column is missing that tells places apart, add it, and "
            f"name it in GroupingAttributeNames of TimeSeriesConfig; {_OR_COMBINE}"
        )
    for name in named:
        yield (
            f"if {name!r} tells series of one item apart, name it in "
            "GroupingAttributeNames of TimeSeriesConfig; otherwise keep one of "
            f"each; {_OR_COMBINE}"
        )


def _list_named(counts: dict[str, int]) -> list[str]:
    """List the columns of texts in which nearly all repeats differ, the best first."""
    named = {n[len("repeats:") :]: k for n, k in counts.items() if ":" in n}
    best = sorted(named.items(), key=lambda one: -one[1])
    return [name for name, count in best if count >= _NEARLY_ALL * counts["repeats"]]


def _find_header(file: str, findings: Findings) -> Example | None:
    places = (
        one
        for found in findings
        if found.code == "header-repeated"
        for one in found.examples
    )
    return next((one for one in places if one.file == file), None)
