"""Forecasts that nobody should believe: far outside of all that a series ever did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import chain
from typing import Any

import numpy as np

from glue.arrays import Array, join_parts
from glue.findings.finding import MAX_EXAMPLES, Example, Findings, shorten
from glue.reporting.grid import ForecastGrid
from glue.reporting.history import History, Key
from glue.reporting.panel import Panel
from glue.reporting.words import spell_count, spell_number, spell_percent
from glue.run_documents import RunSettings

# How many times the span of its history a forecast may lie outside of it, and how many
# times as wide a step's quantiles may be. A random walk, a trend and a new season stay
# far within both.
REACH, WIDTH = 5.0, 5.0
# The first step may differ from the last value by so many times the largest change ever
# between neighbours, and by so much of the largest value in any case.
JUMP, JUMP_SHARE = 3.0, 0.8
# The first step of all series together, by its own largest change.
TOTAL_JUMP, TOTAL_SHARE = 2.0, 0.1
# A series makes too much of the total with so large a share, and so many times the
# share that it had before.
SHARE, SHARE_GROWTH, LEAST_SERIES = 0.02, 5.0, 5
# With fewer values a series' span says little: its largest value stands in for it.
_LEAST_VALUES = 12
# A series that hardly moves may move by this share of its largest value all the same.
_LEAST_SPAN = 0.05
_SHOWN = 20
_LEAST_PERCENT = 0.1
RANGE, JUMPS, WIDE, LARGE, TOTAL = "range", "jump", "width", "share", "total"
# Series that a warning names.
_NAMED = 3


@dataclass(frozen=True)
class Doubt:
    """What is implausible about one series, in words that name the figures."""

    series: int
    kind: str
    words: str
    badness: float


@dataclass(frozen=True)
class Plausibility:
    """The implausible series, worst first, and what they are of the whole.

    Parameters
    ----------
    doubts
        At most one of a kind for each series.
    share
        What the series make of the sum of all means, in per cent; None for no sum.
    total
        What is implausible about all series together; None for nothing.
    """

    doubts: tuple[Doubt, ...] = ()
    share: float | None = None
    total: str | None = None
    by_series: dict[int, list[Doubt]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many series are implausible."""
        return len(self.by_series)

    def as_data(self, keys: tuple[Key, ...]) -> dict[str, Any]:
        """Give the worst for report.json."""
        shown = list(self.by_series.items())[:_SHOWN]
        return {
            "count": self.count,
            "share_percent": self.share,
            "total": self.total,
            "series": [
                {
                    "key": list(keys[number]),
                    "kinds": [doubt.kind for doubt in doubts],
                    "reasons": [doubt.words for doubt in doubts],
                }
                for number, doubts in shown
            ],
        }


@dataclass(frozen=True)
class _Past:
    """What each series ever did, [n_series]."""

    low: Array
    high: Array
    span: Array
    change: Array
    last: Array
    recent: Array
    few: Array

    @property
    def size(self) -> Array:
        """The largest absolute value."""
        return np.maximum(np.abs(self.low), np.abs(self.high))

    def take(self, series: slice) -> _Past:
        """Keep some of the series."""
        return _Past(*(getattr(self, one.name)[series] for one in fields(self)))


def check_plausible(panel: Panel, settings: RunSettings) -> Plausibility:
    """Find the series, and the total, that no planner should believe unseen."""
    if not panel.tables.rows or not panel.histories.steps:
        return Plausibility()
    past, ahead = _read_all(panel, settings)
    found: list[list[Doubt]] = [[], [], []]
    for shard in panel:
        mine, grid = past.take(shard.series), shard.grid
        kinds = (
            _find_range(grid, mine, settings),
            _find_wide(grid, mine, settings),
            _find_jumps(grid, mine),
        )
        for place, doubts in enumerate(kinds):
            found[place] += (
                replace(one, series=one.series + shard.first) for one in doubts
            )
    every = [*chain(*found), *_find_large(past, ahead)]
    every.sort(key=lambda doubt: -doubt.badness)
    by_series: dict[int, list[Doubt]] = {}
    for doubt in every:
        by_series.setdefault(doubt.series, []).append(doubt)
    share, total = _check_together(panel, list(by_series))
    return Plausibility(tuple(every), share, total, by_series)


def _read_all(panel: Panel, settings: RunSettings) -> tuple[_Past, Array]:
    """Read what each series ever did, and the sum of its means, [n_series]."""
    pasts, ahead = [], []
    for shard in panel:
        pasts.append(_read_past(shard.history, settings))
        ahead.append(shard.grid.total_by_series(len(shard.history.keys)))
    past = join_parts(pasts)
    # A series of zeros alone may do what the usual series does.
    size = past.size
    usual = float(np.median(size[np.isfinite(size)]))
    span = np.where(past.span > 0, past.span, usual or np.inf)
    return replace(past, span=span), np.concatenate(ahead)


def _read_past(history: History, settings: RunSettings) -> _Past:
    count = len(history.keys)
    starts, stops = history.offsets[:-1], history.offsets[1:]
    some = np.flatnonzero(stops > starts)
    low, high, last = (np.full(count, np.nan) for _ in range(3))
    values = history.values
    if len(some):
        low[some] = np.minimum.reduceat(values, starts[some])
        high[some] = np.maximum.reduceat(values, starts[some])
        last[some] = values[stops[some] - 1]
    change = np.zeros(count)
    owners = np.repeat(np.arange(count), stops - starts)
    same = owners[1:] == owners[:-1]
    np.maximum.at(change, owners[1:][same], np.abs(np.diff(values))[same])
    size = np.maximum(np.abs(low), np.abs(high))
    few = (stops - starts) < _LEAST_VALUES
    span = np.maximum(high - low, size * np.where(few, 1.0, _LEAST_SPAN))
    recent = history.periods >= history.steps - max(settings.season, settings.horizon)
    volume = np.bincount(owners[recent], np.abs(values[recent]), minlength=count)
    return _Past(low, high, span, change, last, volume, few)


def _find_range(
    grid: ForecastGrid, past: _Past, settings: RunSettings
) -> Iterator[Doubt]:
    """Find means and quantiles far outside of the history, one a series."""
    names = ("mean", *settings.quantiles)
    values = np.column_stack([grid.mean, grid.quantiles])
    owner = grid.series
    span = past.span[owner][:, None]
    above = (values - past.high[owner][:, None]) / span
    below = (past.low[owner][:, None] - values) / span
    outside = np.nan_to_num(np.maximum(above, below), nan=0.0)
    worst = outside.max(axis=1)
    for number, row in _pick_worst(owner, worst, REACH):
        name = int(outside[row].argmax())
        ends = f"{spell_number(past.low[number])} to {spell_number(past.high[number])}"
        words = (
            f"has a {names[name]} of {spell_number(values[row, name])} at "
            f"{grid.stamps[row]}, and its history lies in {ends}"
        )
        yield Doubt(number, RANGE, words, float(worst[row]) / REACH)


def _find_wide(
    grid: ForecastGrid, past: _Past, settings: RunSettings
) -> Iterator[Doubt]:
    if len(settings.quantiles) < 2:
        return
    width = grid.quantiles[:, -1] - grid.quantiles[:, 0]
    times = np.nan_to_num(width / past.span[grid.series], nan=0.0)
    first, last = settings.quantiles[0], settings.quantiles[-1]
    for number, row in _pick_worst(grid.series, times, WIDTH):
        words = (
            f"has {first} and {last} {spell_number(width[row])} apart at "
            f"{grid.stamps[row]}, {times[row]:,.0f} times the span of the history"
        )
        yield Doubt(number, WIDE, words, float(times[row]) / WIDTH)


def _find_jumps(grid: ForecastGrid, past: _Past) -> Iterator[Doubt]:
    rows = np.flatnonzero(grid.step == 0)
    owner = grid.series[rows]
    jump = np.abs(grid.mean[rows] - past.last[owner])
    # Few values have seen few changes: a drop to nothing is no news there.
    share = np.where(past.few[owner], 1.0, JUMP_SHARE)
    most = np.maximum(JUMP * past.change[owner], share * past.size[owner])
    most = np.where(most > 0, most, past.span[owner])
    times = np.nan_to_num(jump / most, nan=0.0)
    for number, at in _pick_worst(owner, times, 1.0):
        words = (
            f"jumps from {spell_number(past.last[number])} to "
            f"{spell_number(grid.mean[rows[at]])} at the cutoff; the largest change "
            f"before was {spell_number(past.change[number])}"
        )
        yield Doubt(number, JUMPS, words, float(times[at]))


def _find_large(past: _Past, totals: Array) -> Iterator[Doubt]:
    ahead = np.nan_to_num(np.abs(totals))
    if len(ahead) < LEAST_SERIES or not ahead.sum() or not past.recent.sum():
        return
    share, before = ahead / ahead.sum(), past.recent / past.recent.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.where(before > 0, share / before, np.inf)
    for number in np.flatnonzero((share >= SHARE) & (growth >= SHARE_GROWTH)).tolist():
        words = (
            f"makes {spell_percent(100 * share[number])} of the whole forecast, and "
            f"made {spell_percent(100 * before[number])} of the recent history"
        )
        badness = min(float(growth[number]) / SHARE_GROWTH, 1e6)
        yield Doubt(number, LARGE, words, badness)


def _pick_worst(owner: Array, badness: Array, most: float) -> Iterator[tuple[int, int]]:
    """Give each series whose worst row is above a limit, with that row."""
    bad = np.flatnonzero(badness > most)
    order = bad[np.argsort(-badness[bad], kind="stable")]
    series, firsts = np.unique(owner[order], return_index=True)
    yield from zip(series.tolist(), order[firsts].tolist())


def _check_together(
    panel: Panel, doubted: list[int]
) -> tuple[float | None, str | None]:
    """Give what share of the total the doubted series are, and how the total jumps."""
    steps, whole, ours = panel.histories.steps, 0.0, 0.0
    totals, counts = np.zeros(steps), np.zeros(steps, dtype=np.int64)
    is_doubted = np.zeros(len(panel.histories.keys), dtype=bool)
    is_doubted[doubted] = True
    edge = _Edge()
    for shard in panel:
        history, grid, mine = shard.history, shard.grid, is_doubted[shard.series]
        totals += np.bincount(history.periods, history.values, minlength=steps)
        counts += np.bincount(history.periods, minlength=steps)
        sizes = np.abs(grid.mean)
        whole += float(np.nansum(sizes))
        ours += float(np.nansum(sizes[mine[grid.series]]))
        edge = edge.add(grid, history, mine)
    return 100 * ours / whole if whole else None, _check_total(totals, counts, edge)


@dataclass(frozen=True)
class _Edge:
    """What the series that reach the history's end add up to, before and after it.

    The series that are implausible themselves do not count: they are told already.
    """

    last: float = 0.0
    ahead: float = 0.0

    def add(self, grid: ForecastGrid, history: History, doubted: Array) -> _Edge:
        """Add some series."""
        ends = history.offsets[1:] - 1
        alive = np.zeros(len(history.keys), dtype=bool)
        has = history.offsets[1:] > history.offsets[:-1]
        alive[has] = history.periods[ends[has]] == history.steps - 1
        alive &= ~doubted
        first = (grid.step == 0) & alive[grid.series]
        return _Edge(
            self.last + float(history.values[ends[grid.series[first]]].sum()),
            self.ahead + float(np.nansum(grid.mean[first])),
        )


def _check_total(totals: Array, counts: Array, edge: _Edge) -> str | None:
    """Say how the total jumps at the cutoff, by the series that reach its end."""
    whole = counts >= 0.9 * counts[-1]
    steady = whole[1:] & whole[:-1]
    changes = np.abs(np.diff(totals))[steady]
    if len(changes) < _LEAST_VALUES or not edge.last:
        return None
    jump, largest = edge.ahead - edge.last, float(changes.max())
    if abs(jump) <= max(
        TOTAL_JUMP * largest, TOTAL_SHARE * float(np.abs(totals).max())
    ):
        return None
    side = "rises" if jump > 0 else "falls"
    return (
        f"the total {side} by {spell_percent(100 * abs(jump) / abs(edge.last))} at the "
        f"cutoff, {abs(jump) / largest if largest else np.inf:.1f} times its largest "
        "change between two steps before"
    )


def tell_implausible(
    found: Plausibility, keys: Sequence[Key], settings: RunSettings, findings: Findings
) -> None:
    """Say it as a warning, with the worst series."""
    words = describe_series(found, settings.noun)
    if words:
        worst = [
            f"{shorten(', '.join(keys[number]))} {doubts[0].words}"
            for number, doubts in list(found.by_series.items())[:_NAMED]
        ]
        findings.add(
            "forecast-implausible",
            count=found.count,
            examples=list(_list_examples(found, keys)),
            what=f"{words}: {'; '.join(worst)}",
        )
    if found.total:
        findings.add("forecast-implausible", what=found.total)


def _list_examples(found: Plausibility, keys: Sequence[Key]) -> Iterator[Example]:
    for number in list(found.by_series)[_NAMED:][:MAX_EXAMPLES]:
        yield Example("forecast.csv", value=", ".join(keys[number]))


def describe_series(found: Plausibility, noun: str) -> str | None:
    """Say how many series are implausible, and how much they are; None for none."""
    if not found.count:
        return None
    verb = "has an" if found.count == 1 else "have"
    plural = "" if found.count == 1 else "s"
    share = found.share
    if share is None:
        total = ""
    elif share < _LEAST_PERCENT:
        total = f" (under {_LEAST_PERCENT}% of the total)"
    else:
        total = f" ({spell_percent(share)} of the total)"
    return (
        f"{spell_count(found.count, noun)} {verb} implausible forecast{plural}{total}"
    )
