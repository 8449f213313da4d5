"""Checks of rows and of single series, part by part; what they find adds up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from glue.arrays import Array
from glue.findings.finding import Count, Tallies
from glue.limits import LEAST_VALUES
from glue.rows import Rows, Series
from glue.shaping.shape import Shape, name_row

_LOW, _HIGH = np.iinfo(np.int64).min, np.iinfo(np.int64).max


class RowFacts:
    """What the checks of rows look at, in one part, [n rows]."""

    def __init__(self, shape: Shape, series: Series) -> None:
        self.shape, self.series, self.rows = shape, series, series.rows
        self.repeats = series.repeats(self.rows.seconds)
        self.blank = np.isnan(self.rows[shape.target])

    @cached_property
    def periods(self) -> Array:
        """The period that each row is in."""
        origin = int(self.shape.survey.moments[0])
        return self.shape.frequency.periods(self.rows.seconds, origin)


class SeriesFacts:
    """What the checks of single series look at, in one part, [n series].

    ``values`` counts the values of the target, ``low`` and ``high`` bound them;
    ``early`` is how many steps before the last one of all a series ends, and
    ``missing`` how many steps it has no row for in between.
    """

    def __init__(self, facts: RowFacts) -> None:
        series, observed = facts.series, ~facts.blank
        target = facts.rows[facts.shape.target]
        self.values = series.sum(observed)
        self.low = series.min(np.where(observed, target, np.inf))
        self.high = series.max(np.where(observed, target, -np.inf))
        self.early, self.missing = _find_gaps(facts, observed)

    @property
    def still(self) -> Array:
        """Which series have enough values, and always the same."""
        return (self.low == self.high) & (self.values >= LEAST_VALUES)


def _find_gaps(facts: RowFacts, observed: Array) -> tuple[Array, Array]:
    """Count the steps that each series lacks at its end, and those inside it."""
    series, periods, shape = facts.series, facts.periods, facts.shape
    held = observed & shape.is_history(facts.rows)
    firsts = series.min(np.where(held, periods, _HIGH))
    lasts = series.max(np.where(held, periods, _LOW))
    any_value = lasts > _LOW
    origin = int(shape.survey.moments[0])
    end = shape.frequency.periods(np.array([shape.last]), origin)[0]
    inside = ~series.repeats(periods)
    inside &= (periods >= series.repeat(firsts)) & (periods <= series.repeat(lasts))
    missing = np.where(any_value, lasts - firsts + 1 - series.sum(inside), 0)
    return np.where(any_value, end - lasts, 0), missing


@dataclass(frozen=True)
class RowCheck:
    """A check of rows: its code, and which rows break it."""

    code: str
    breaks: Callable[[RowFacts], Array]


@dataclass(frozen=True)
class SeriesCheck:
    """A check of single series: its code, which break it, and what to say of each."""

    code: str
    breaks: Callable[[SeriesFacts], Array]
    each: str


ROW_CHECKS = (
    RowCheck("duplicate-rows", lambda r: r.repeats & (not r.shape.is_aggregated)),
    RowCheck("duplicate-rows-aggregated", lambda r: r.repeats & r.shape.is_aggregated),
    RowCheck(
        "finer-than-frequency", lambda r: r.series.repeats(r.periods) & ~r.repeats
    ),
    RowCheck("target-blank", lambda r: r.blank & r.shape.is_history(r.rows)),
)
CHECKS = (
    SeriesCheck("series-empty", lambda s: s.values == 0, each="no value"),
    SeriesCheck(
        "series-short",
        lambda s: (s.values > 0) & (s.values < LEAST_VALUES),
        each="{values:value}",
    ),
    SeriesCheck(
        "series-ends-early", lambda s: s.early > 0, each="ends {early:step} early"
    ),
    SeriesCheck("series-gaps", lambda s: s.missing > 0, each="{missing:step} missing"),
    SeriesCheck("series-zero", lambda s: s.still & (s.low == 0), each="only zeros"),
    SeriesCheck(
        "series-constant", lambda s: s.still & (s.low != 0), each="always {low:g}"
    ),
)


def check_series(shape: Shape, series: Series, tallies: Tallies) -> None:
    """Check the rows and the series of one part.

    Parameters
    ----------
    shape
        Facts of the whole history.
    series
        The series of the part.
    tallies
        Takes what is found.
    """
    row_facts = RowFacts(shape, series)
    for row_check in ROW_CHECKS:
        mask = row_check.breaks(row_facts)
        _note(row_check.code, shape, mask, tallies, rows=series.rows)
    facts = SeriesFacts(row_facts)
    firsts = series.firsts(series.min(series.rows.numbers))
    for check in CHECKS:
        each = _describe_each(check, facts)
        mask = check.breaks(facts)
        _note(check.code, shape, mask, tallies, rows=firsts, each=each)
    tallies.amounts.update(series=len(series), missing=int(facts.missing.sum()))


def _describe_each(check: SeriesCheck, facts: SeriesFacts) -> Callable[[int], str]:
    names = ("values", "low", "early", "missing")

    def describe(at: int) -> str:
        values = {name: getattr(facts, name)[at].item() for name in names}
        counts = {n: Count(v) if isinstance(v, int) else v for n, v in values.items()}
        return check.each.format(**counts)

    return describe


def _note(
    code: str,
    shape: Shape,
    mask: Array,
    tallies: Tallies,
    *,
    rows: Rows,
    each: Callable[[int], str] | None = None,
) -> None:
    """Add rows, or the first rows of series, with the facts that fill any text."""
    if not mask.any():
        return

    def describe(at: int) -> str:
        if each is None:
            return name_row(rows, shape.keys, at)
        return f"{rows.name(shape.keys, at)}: {each(at)}"

    tallies.add(
        code,
        rows.first(mask, shape.file, shape.keys[0], describe),
        count=int(mask.sum()),
        file=shape.file,
        target=shape.target,
        period=shape.frequency.name,
        least=LEAST_VALUES,
    )


def drop_short_series(series: Series, target: str, tallies: Tallies) -> Rows:
    """Leave out the series with too few values, and say how many went."""
    enough = series.sum(~np.isnan(series.rows[target])) >= LEAST_VALUES
    tallies.add("series-dropped", count=int((~enough).sum()))
    return series.rows.take(series.repeat(enough))
