"""Widths of the forecast distribution, set right by what the backtest's covered."""

import numpy as np
from numpy.typing import NDArray

from forecaster.arrays import Array, normal_scores

_TRUST = 0.75  # past windows differ from the future nearly as much as they tell of it
_CAUTION = 100.0  # points whose evidence counts as much as the doubt
_NARROWEST, _WIDEST = 0.6, 1.8
_INTERVAL = 0.8
_UNTOLD = 0.07  # of the width for what a single window cannot tell, halved by a second
_FEWEST = 2  # values that a spread is estimated from


def calibrate(actual: Array, quantiles: Array, levels: Array) -> Array:
    """Factors [horizon, n_levels] that stretch quantiles around the median.

    One factor for all, by which the 80 % interval would have covered 80 % of the
    backtest's points, held back towards 1, and wider the fewer windows there are: the
    points of one window go astray together. Points whose interval has no width on
    either side tell nothing.
    """
    factors = np.ones((actual.shape[-1], len(levels)))
    reach = _reach(actual, quantiles, levels)
    if not len(reach):
        return factors
    factor = np.clip(np.quantile(reach, _INTERVAL), _NARROWEST, _WIDEST)
    trust = _TRUST * len(reach) / (len(reach) + _CAUTION)
    told = factor**trust * (1 + _UNTOLD / len(actual))
    return np.asarray(factors * told)


def widen_short(quantiles: Array, levels: Array, counts: NDArray[np.int64]) -> Array:
    """Widen the quantiles of short series, whose own spread is hardly known.

    By the quantiles of Student's t against the normal ones, to the first order of
    their Cornish-Fisher expansion.

    Parameters
    ----------
    quantiles
        [n_items, horizon, n_levels].
    counts
        [n_items] values of each series' history.
    """
    free = np.maximum(counts, _FEWEST) - 1
    factors = 1 + (normal_scores(levels) ** 2 + 1) / (4 * free[:, None])
    return stretch(quantiles, levels, factors[:, None, :])


def _reach(actual: Array, quantiles: Array, levels: Array) -> Array:
    """How far from the median each point lies, in halves of its 80 % interval."""
    low, center, high = (
        quantiles[..., int(np.searchsorted(levels, level))] for level in (0.1, 0.5, 0.9)
    )
    below, above = center - low, high - center
    seen = ~np.isnan(actual) & ((below > 0) | (above > 0))
    side = np.where(actual < center, below, above)[seen]
    away = np.abs(actual - center)[seen]
    return np.asarray(away / np.maximum(side, 1e-12 * np.maximum(away, 1e-300)))


def stretch(quantiles: Array, levels: Array, factors: Array) -> Array:
    """Apply factors around the median of quantiles [..., horizon, n_levels]."""
    middle = int(np.searchsorted(levels, 0.5))
    center = quantiles[..., middle, None]
    return np.asarray(center + factors * (quantiles - center))
