"""Whether forecasts were too high or too low all the time, or only once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glue.arrays import Array
from glue.reporting.added import Added
from glue.reporting.scoring import Comparison, Scored, find_bias_by, list_errors

# The last window has to show so much of the whole bias, or it is passing.
_LASTING = 0.5
# So much of a series' bias has to be left without its largest error, in parts of its
# volume, or one spike made it.
_WITHOUT_SPIKE = 0.1


def list_window_bias(added: Added) -> Array:
    """List by how many per cent each window's means were too high, [n_windows].

    Windows without a point are left out.
    """
    return np.asarray(added.window_bias.percent[added.window_points > 0])


def is_steady(biases: Array) -> bool:
    """Tell whether all windows were off to one side, and the last as much as most."""
    known = biases[np.isfinite(biases)]
    if len(known) < 2:
        return False
    one_side = (known > 0).all() or (known < 0).all()
    return bool(one_side and abs(known[-1]) >= _LASTING * abs(known.mean()))


def find_steady_steps(added: Added) -> Array:
    """Tell at which steps all windows were off to one side, [horizon]."""
    some = added.window_points > 0
    table = added.moments.bias.percent.reshape(len(some), -1)[some]
    if len(table) < 2:
        return np.zeros(table.shape[1], dtype=bool)
    return np.asarray((table > 0).all(axis=0) | (table < 0).all(axis=0))


def find_total_error(added: Added) -> float | None:
    """Measure how far sums over all series were off, as a share of the volume."""
    moments = added.moments
    some = moments.points > 0
    volume = float(np.abs(moments.actual[some]).sum())
    return float(np.abs(moments.error[some]).sum()) / volume if volume else None


@dataclass(frozen=True)
class ItemHabits:
    """What the windows of each series have in common, [n_series].

    Parameters
    ----------
    biased
        Whether all its windows were off to one side, and not by one spike.
    worse
        Whether it was worse than the baseline in more than half of its windows.
    better
        Whether it was better in more than half of its windows, of at least two.
    windows
        By how many per cent each window's means were too high, NaN for no volume there,
        [n_series, n_windows].
    """

    biased: Array
    worse: Array
    better: Array
    windows: Array


def no_habits(count: int, windows: int) -> ItemHabits:
    """Give what is known of so many series without a backtest: nothing."""
    never = np.zeros(count, dtype=bool)
    return ItemHabits(
        biased=never,
        worse=never,
        better=never,
        windows=np.full((count, windows), np.nan),
    )


def find_habits(
    comparison: Comparison, metric: str, count: int, cutoffs: Array
) -> ItemHabits:
    """Find what goes on in all windows of a series, and what one of them made.

    Parameters
    ----------
    cutoffs
        Of all windows, rising.
    """
    scored = comparison.forecast
    windows = np.searchsorted(cutoffs, scored.points.cutoff)
    cells = scored.points.series * len(cutoffs) + windows
    shape = (count, len(cutoffs))
    seen = _add_up(np.ones(len(cells)), cells, shape) > 0
    ours = _add_up(list_errors(scored, metric), cells, shape)
    theirs = _add_up(list_errors(comparison.baseline, metric), cells, shape)
    shown = seen.sum(axis=1)
    better = ((ours < theirs) & seen).sum(axis=1)
    return ItemHabits(
        biased=_find_biased(scored, cells, seen),
        worse=np.asarray(((ours > theirs) & seen).sum(axis=1) > shown / 2),
        better=np.asarray((shown > 1) & (better > shown / 2)),
        windows=find_bias_by(scored, cells, count * len(cutoffs)).reshape(shape),
    )


def _add_up(values: Array, cells: Array, shape: tuple[int, int]) -> Array:
    size = shape[0] * shape[1]
    return np.bincount(cells, np.nan_to_num(values), minlength=size).reshape(shape)


def _find_biased(scored: Scored, cells: Array, seen: Array) -> Array:
    points = scored.points
    errors = points.mean - points.actual
    by_window = _add_up(errors, cells, seen.shape)
    up, down = (((side * by_window > 0) & seen).sum(axis=1) for side in (1, -1))
    windows = seen.sum(axis=1)
    one_side = (windows > 1) & ((up == windows) | (down == windows))
    whole = by_window.sum(axis=1)
    signs = np.sign(whole)
    largest = np.zeros(len(seen))
    np.maximum.at(largest, points.series, errors * signs[points.series])
    volumes = np.bincount(points.series, np.abs(points.actual), minlength=len(seen))
    left = np.abs(whole) - largest
    return np.asarray(one_side & (left > _WITHOUT_SPIKE * volumes))
