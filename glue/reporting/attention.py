"""The items to look at first: much volume, and something odd about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glue.arrays import Array
from glue.reporting.advice import (
    BIASED,
    CHANGED,
    ENDED,
    IMPLAUSIBLE,
    JUMPED,
    REASONS,
    SHORT,
    WIDE,
    WORSE,
    Baseline,
    Judged,
    advise,
)
from glue.reporting.changes import Changes
from glue.reporting.grid import ForecastGrid
from glue.reporting.history import History, Key
from glue.reporting.items import ItemFigures
from glue.reporting.plausibility import Plausibility
from glue.reporting.scoring import as_number
from glue.reporting.words import spell_change, spell_short
from glue.run_documents import RunSettings

MOST = 20
# What a reason weighs beside the others, before the volume.
_WEIGHTS = dict(zip(REASONS, (20.0, 2.0, 2.0, 1.5, 1.5, 1.0, 1.0, 0.01)))
# Beyond this bias, and this width in parts of the mean, an item is told.
_BIAS_PERCENT, _WIDTH = 20.0, 2.0
# So many per cent more error than the baseline's is more than a hair's breadth.
_WORSE_PERCENT = 5.0
# So many per cent less error than the baseline's, in most windows, is clearly better.
_BETTER_PERCENT = 20.0
# A series is short beside the others, with less than this of their usual length and
# of two seasons.
_SHORT_SHARE = 0.5
# A last value jumps so many standard deviations above the mean before it, and so many
# times above the largest; fewer values before it show nothing.
_JUMP_DEVIATIONS, _JUMP_TIMES, _FEWEST_BEFORE = 4.0, 1.5, 6
# A forecast that moved by more than this part since the last run has changed.
_CHANGE = 0.25


@dataclass(frozen=True)
class Attention:
    """Why to look at a series.

    Parameters
    ----------
    reasons
        Whether each of REASONS holds, by its name, [n_series].
    width
        How far the outer quantiles are apart, in parts of the mean, [n_series].
    first
        The series to look at first, at most MOST.
    """

    reasons: dict[str, Array]
    width: Array
    first: list[int]

    def list_reasons(self, series: int) -> list[str]:
        """List the reasons of one series."""
        return [name for name, holds in self.reasons.items() if holds[series]]


@dataclass(frozen=True)
class Signs:
    """What tells of a series whether it is odd, [n_series].

    Parameters
    ----------
    starts, ends
        Its first and last period; 0 and -1 for one without a value.
    width
        How far its outer quantiles are apart, in parts of the mean.
    jumped
        Whether its last value is far above all before it.
    """

    starts: Array
    ends: Array
    width: Array
    jumped: Array


def read_signs(grid: ForecastGrid, history: History) -> Signs:
    """Read the signs of some series."""
    count = len(history.keys)
    ends = np.full(count, -1)
    starts = np.zeros(count, dtype=np.int64)
    some = np.flatnonzero(np.diff(history.offsets) > 0)
    ends[some] = history.periods[history.offsets[some + 1] - 1]
    starts[some] = history.periods[history.offsets[some]]
    return Signs(starts, ends, measure_width(grid, count), find_jumps(history))


def find_attention(
    signs: Signs,
    items: ItemFigures,
    *,
    steps: int,
    settings: RunSettings,
    plausible: Plausibility,
    changes: Changes,
) -> Attention:
    """Find what is odd about each series, and rank by volume times badness.

    Parameters
    ----------
    steps
        Time steps of the history.
    """
    count = len(signs.ends)
    implausible = np.zeros(count, dtype=bool)
    implausible[list(plausible.by_series)] = True
    lengths = signs.ends - signs.starts + 1
    enough = min(
        _SHORT_SHARE * float(np.median(lengths)),
        2 * max(settings.season, settings.horizon),
    )
    moved = changes.relative if len(changes.now) else np.zeros(count)
    with np.errstate(invalid="ignore"):
        reasons = {
            IMPLAUSIBLE: implausible,
            WORSE: (items.improvement < -_WORSE_PERCENT) & items.habits.worse,
            BIASED: (np.abs(items.bias) > _BIAS_PERCENT) & items.habits.biased,
            CHANGED: moved > _CHANGE,
            JUMPED: signs.jumped,
            WIDE: signs.width > _WIDTH,
            ENDED: signs.ends < steps - settings.horizon,
            SHORT: lengths < enough,
        }
    return Attention(reasons, signs.width, _rank(reasons, items))


def find_jumps(history: History) -> Array:
    """Tell whose last value is far above all that it had before, [n_series]."""
    count = len(history.keys)
    owners = np.repeat(np.arange(count), np.diff(history.offsets))
    is_last = history.periods == history.steps - 1
    last = np.full(count, -np.inf)
    last[owners[is_last]] = history.values[is_last]
    before, values = owners[~is_last], history.values[~is_last]
    number = np.maximum(np.bincount(before, minlength=count), 1)
    mean = np.bincount(before, values, minlength=count) / number
    squares = np.bincount(before, (values - mean[before]) ** 2, minlength=count)
    spread = np.sqrt(squares / number)
    most = np.full(count, -np.inf)
    np.maximum.at(most, before, values)
    jump = last > np.maximum(mean + _JUMP_DEVIATIONS * spread, _JUMP_TIMES * most)
    return np.asarray(jump & (number >= _FEWEST_BEFORE))


def measure_width(grid: ForecastGrid, count: int) -> Array:
    """Measure the outer quantiles' distance, in parts of the mean, [count]."""
    if grid.quantiles.shape[1] < 2:
        return np.zeros(count)
    apart = grid.quantiles[:, -1] - grid.quantiles[:, 0]
    sums = np.bincount(grid.series, np.nan_to_num(apart), minlength=count)
    means = np.bincount(grid.series, np.abs(np.nan_to_num(grid.mean)), minlength=count)
    return np.where(means > 0, sums / np.maximum(means, 1e-300), 0.0)


def _rank(reasons: dict[str, Array], items: ItemFigures) -> list[int]:
    """Rank by volume times weight; what is implausible comes first, however small."""
    weight = sum(_WEIGHTS[name] * holds for name, holds in reasons.items())
    ahead = np.nan_to_num(np.abs(items.totals.forecast))
    volume = np.maximum(items.totals.volume, ahead)
    badness = np.asarray(weight * volume)
    order = np.lexsort((-badness, ~reasons[IMPLAUSIBLE]))
    # Being short or ended alone is no reason to look first at a small item.
    listed = [at for at in order[: 4 * MOST].tolist() if badness[at] > 0]
    return listed[:MOST]


def spell_reasons(
    attention: Attention,
    items: ItemFigures,
    plausible: Plausibility,
    series: int,
    *,
    changes: Changes,
) -> list[str]:
    """Say of one series why, with the figures."""
    words = []
    for name in attention.list_reasons(series):
        if name == IMPLAUSIBLE:
            words += [doubt.words for doubt in plausible.by_series[series]]
        elif name == WORSE:
            gain = float(items.improvement[series])
            words.append(f"{spell_change(-gain).lstrip('+')} worse than the baseline")
        elif name == BIASED:
            bias = float(items.bias[series])
            side = "high" if bias > 0 else "low"
            share = spell_change(abs(bias)).lstrip("+")
            words.append(f"means {share} too {side} on the backtest")
        elif name == CHANGED:
            before, now = (float(one[series]) for one in (changes.before, changes.now))
            words.append(
                f"{spell_short(now)} instead of {spell_short(before)} in the last run"
            )
        elif name == JUMPED:
            words.append("a last value far above all before it")
        elif name == WIDE:
            times = spell_short(float(attention.width[series]))
            words.append(f"a range {times} times as wide as the mean")
        elif name == ENDED:
            words.append("no value in the last horizon")
        else:
            words.append("a short history")
    return words


def find_better(items: ItemFigures) -> Array:
    """List the series that the forecast is clearly better on, by volume."""
    with np.errstate(invalid="ignore"):
        better = (items.improvement > _BETTER_PERCENT) & items.habits.better
    order = np.argsort(-items.totals.volume, kind="stable")
    return np.asarray(order[better[order]])


@dataclass(frozen=True)
class Adviser:
    """Says of each series why to look at it, and what to do."""

    attention: Attention
    items: ItemFigures
    baseline: Baseline
    better: Array

    def advise(self, series: int) -> tuple[str, str]:
        """Say both of one series; empty for nothing."""
        reasons = self.attention.list_reasons(series)
        if not reasons:
            return "", ""
        baseline = self.baseline
        if self.better[series]:
            # No simple forecast of a series that the forecast is better on.
            baseline = Baseline(baseline.words)
        return "; ".join(reasons), _advise(
            reasons, self.items, series, baseline=baseline
        )


def build_adviser(
    attention: Attention, items: ItemFigures, baseline: Baseline
) -> Adviser:
    """Build the adviser of a run."""
    better = np.zeros(len(items.bias), dtype=bool)
    better[find_better(items)] = True
    return Adviser(attention, items, baseline, better)


def _advise(
    reasons: list[str], items: ItemFigures, series: int, *, baseline: Baseline
) -> str:
    item = Judged(
        forecast=float(items.totals.forecast[series]),
        bias=float(items.bias[series]),
        windows=items.habits.windows[series].tolist(),
        simple=float(items.simple[series]),
        simple_bias=float(items.simple_bias[series]),
    )
    return advise(reasons, item, baseline)


def describe_attention(
    attention: Attention,
    items: ItemFigures,
    keys: Sequence[Key],
    plausible: Plausibility,
    *,
    changes: Changes,
    baseline: Baseline,
) -> dict[str, Any]:
    """Give the items to look at first, and how many there are of each reason."""
    better = find_better(items).tolist() if baseline.is_advised else []
    adviser = build_adviser(attention, items, baseline)
    return {
        "better": {
            "count": len(better),
            "first": [
                {
                    "key": list(keys[at]),
                    "improvement_percent": as_number(items.improvement[at]),
                }
                for at in better[:MOST]
            ],
        },
        "unflagged": int((~np.any([*attention.reasons.values()], axis=0)).sum()),
        "counts": {name: int(holds.sum()) for name, holds in attention.reasons.items()},
        "first": [
            {
                "key": list(keys[at]),
                "forecast_total": as_number(items.totals.forecast[at]),
                "baseline_total": as_number(items.simple[at]),
                "before_total": as_number(items.totals.reference[at]),
                "kinds": attention.list_reasons(at),
                "to_do": adviser.advise(at)[1],
                "reasons": spell_reasons(
                    attention, items, plausible, at, changes=changes
                ),
            }
            for at in attention.first
        ],
    }
