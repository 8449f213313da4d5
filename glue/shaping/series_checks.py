"""Checks of rows and of single series, part by part; what they find adds up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from glue.arrays import Array
from glue.findings.finding import Count, Tallies
from glue.limits import LEAST_VALUES
from glue.rows import Rows, Series
from glue.shaping.horizon import Clock
from glue.shaping.repeats import mark_undated, tell_apart
from glue.shaping.shape import Shape, name_row

_REPEATS = ("duplicate-rows", "duplicate-rows-aggregated")
_UNDATED = "timestamp-default"
_LOW, _HIGH = np.iinfo(np.int64).min, np.iinfo(np.int64).max


class RowFacts:
    """What the checks of rows look at, in one part, [n rows]."""

    def __init__(self, shape: Shape, series: Series) -> None:
        self.shape, self.series, self.rows = shape, series, series.rows
        self.repeats = series.repeats(self.rows.seconds)
        self.blank = np.isnan(self.rows[shape.target])
        self.undated = mark_undated(self.rows.seconds, self.repeats)
        self.undated &= not shape.is_aggregated
        self.repeats &= ~self.undated

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
        self.gaps = _find_gaps(facts, observed)
        self.early, self.missing = self.gaps.early, self.gaps.missing

    @property
    def still(self) -> Array:
        """Which series have enough values, and always the same."""
        return (self.low == self.high) & (self.values >= LEAST_VALUES)


@dataclass(frozen=True)
class _Gaps:
    """The steps that each series lacks at its end, and inside it, [n series].

    ``ends`` is the last moment with a value, and ``befores`` the one before the first
    gap.
    """

    early: Array
    missing: Array
    ends: Array
    befores: Array


def _find_gaps(facts: RowFacts, observed: Array) -> _Gaps:
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
    seconds = facts.rows.seconds
    return _Gaps(
        np.where(any_value, end - lasts, 0),
        missing,
        series.max(np.where(held, seconds, _LOW)),
        series.min(np.where(_mark_gaps(series, periods, inside), seconds, _HIGH)),
    )


def _mark_gaps(series: Series, periods: Array, inside: Array) -> Array:
    """Mark the rows behind which a step of their series is missing, [n rows]."""
    jumps = (np.diff(periods) > 1) & (np.diff(series.numbers) == 0)
    later = np.concatenate([inside[1:], [False]])
    return np.concatenate([jumps, [False]])[: len(periods)] & later


@dataclass(frozen=True)
class _Moment:
    """A moment that is written where a text asks for it."""

    seconds: int
    clock: Clock

    def __format__(self, _: str) -> str:
        return self.clock.write(int(self.seconds))


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
    RowCheck(_UNDATED, lambda r: r.undated),
    RowCheck("duplicate-rows", lambda r: r.repeats & (not r.shape.is_aggregated)),
    RowCheck("duplicate-rows-aggregated", lambda r: r.repeats & r.shape.is_aggregated),
    RowCheck(
        "finer-than-frequency",
        lambda r: r.series.repeats(r.periods) & ~r.repeats & ~r.undated,
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
        "series-ends-early",
        lambda s: s.early > 0,
        each="ends {early:step} early, at {end}",
    ),
    SeriesCheck(
        "series-gaps",
        lambda s: s.missing > 0,
        each="{missing:step} missing, the first after {before}",
    ),
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
        each = _describe_each(check, facts, shape.clock)
        mask = check.breaks(facts)
        _note(check.code, shape, mask, tallies, rows=firsts, each=each)
    tallies.amounts.update(series=len(series), missing=int(facts.missing.sum()))


def _describe_each(
    check: SeriesCheck, facts: SeriesFacts, clock: Clock
) -> Callable[[int], str]:
    names = ("values", "low", "early", "missing")

    def describe(at: int) -> str:
        values = {name: getattr(facts, name)[at].item() for name in names}
        counts = {n: Count(v) if isinstance(v, int) else v for n, v in values.items()}
        return check.each.format(
            **counts,
            end=_Moment(facts.gaps.ends[at], clock),
            before=_Moment(facts.gaps.befores[at], clock),
        )

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
        if code == _UNDATED:
            return shape.clock.write(int(rows.seconds[at]))
        if each is None:
            name = name_row(rows, shape.keys, at)
            return (
                name + tell_apart(rows, _list_values(shape), at)
                if code in _REPEATS
                else name
            )
        return f"{rows.name(shape.keys, at)}: {each(at)}"

    timestamp = shape.history.roles.timestamp
    shown = timestamp if code == _UNDATED else shape.keys[0]
    tallies.add(
        code,
        rows.first(mask, shape.file, shown, describe),
        count=int(mask.sum()),
        file=shape.file,
        column=timestamp if code == _UNDATED else "",
        target=shape.target,
        period=shape.frequency.name,
        least=LEAST_VALUES,
        last=shape.clock.write(shape.last),
        **_describe_filling(shape),
    )


def _list_values(shape: Shape) -> tuple[str, ...]:
    """List the columns in which rows of one series and moment may differ."""
    return (shape.target, *shape.history.roles.others)


def _describe_filling(shape: Shape) -> dict[str, str]:
    """Say what becomes of the target where it is blank, and where there are two."""
    filling = shape.fitted.filling.get(shape.target, {})
    return {
        "middle": _describe_fill(filling, "middlefill"),
        "end": _describe_fill(filling, "backfill"),
        "combined": shape.fitted.aggregation.get(shape.target, "their sum"),
    }


def _describe_fill(filling: Mapping[str, str], kind: str) -> str:
    value = filling.get(f"{kind}_value")
    if value is not None:
        return f"by {kind} {value}"
    method = filling.get(kind, "zero")
    return f"by {kind} {method}" if kind in filling else "with zeros"


def drop_short_series(series: Series, target: str, tallies: Tallies) -> Rows:
    """Leave out the series with too few values, and say how many went."""
    enough = series.sum(~np.isnan(series.rows[target])) >= LEAST_VALUES
    tallies.add("series-dropped", count=int((~enough).sum()))
    return series.rows.take(series.repeat(enough))
