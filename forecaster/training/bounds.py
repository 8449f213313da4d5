"""What a forecast can never be: far out of range, out of order, or half a piece."""

import numpy as np

from forecaster.arrays import Array
from forecaster.data.panel import Panel

REACH = 3.0  # spans beyond the range of the history
_SHORT = 8  # steps; fewer tell little about a series' own span


def find_bounds(panel: Panel) -> tuple[Array, Array]:
    """Lowest and highest value that a forecast of each series may have.

    That is `REACH` spans beyond the series' own range. The span is the range itself,
    but at least what is usual in the panel for a series of its size, and for a short
    series at least half the size of the panel's typical series.

    Returns
    -------
    Two arrays [n_items]; infinite for series without a value.
    """
    seen = ~np.isnan(panel.target)
    low = np.where(seen, panel.target, np.inf).min(axis=1, initial=np.inf)
    high = np.where(seen, panel.target, -np.inf).max(axis=1, initial=-np.inf)
    some = np.isfinite(low)
    if not some.any():
        return np.full(len(low), -np.inf), np.full(len(low), np.inf)
    size = np.where(some, np.maximum(np.abs(low), np.abs(high)), 0.0)
    own = np.where(some, high - low, 0.0)
    long = some & (panel.lengths >= _SHORT) & (size > 0)
    usual = float(np.median(own[long] / size[long])) if long.any() else 1.0
    span = np.maximum(own, usual * size)
    typical = float(np.median(size[some])) / 2
    span = np.where(panel.lengths < _SHORT, np.maximum(span, typical), span)
    lowest = np.where(some, low - REACH * span, -np.inf)
    return lowest, np.where(some, high + REACH * span, np.inf)


def keep_near(quantiles: Array, panel: Panel) -> Array:
    """Hold quantiles of one candidate within the bounds of their series."""
    return keep_within(quantiles, *find_bounds(panel))


def keep_within(quantiles: Array, lowest: Array, highest: Array) -> Array:
    """Hold quantiles [n_items, horizon, n_levels] within bounds [n_items]."""
    return np.clip(quantiles, lowest[:, None, None], highest[:, None, None])


def keep_possible(quantiles: Array, panel: Panel) -> Array:
    """Let quantiles rise with their level, within bounds, and not be negative.

    Negative they may be where the history is.
    """
    ordered = keep_near(np.sort(quantiles, axis=-1), panel)
    history = np.where(np.isnan(panel.target), 0.0, panel.target)
    never = history.min(axis=1, initial=0.0) >= 0
    return np.where(never[:, None, None], np.maximum(ordered, 0.0), ordered)


def keep_whole(quantiles: Array, panel: Panel) -> Array:
    """Round the quantiles of series that were only ever whole numbers.

    Quantiles of counts are counts: 0.3 pieces at the 90 % level, where nine weeks of
    ten sold none, is an error each week, and the sum of many such is one that can be
    seen. A mean is no count, and is to be taken before.

    Parameters
    ----------
    quantiles
        [n_items, horizon, n_levels].
    """
    seen = ~np.isnan(panel.target)
    whole = (~seen | (panel.target == np.round(panel.target))).all(axis=1)
    whole &= seen.any(axis=1)
    return np.where(whole[:, None, None], np.round(quantiles), quantiles)
