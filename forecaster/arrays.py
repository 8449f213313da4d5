"""Small array helpers that several candidates share."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_LARGEST_LOG = 600.0


def normal_scores(levels: Array) -> Array:
    """Standard normal quantiles of the levels."""
    normal = NormalDist()
    return np.array([normal.inv_cdf(float(level)) for level in levels])


def fill_gaps(target: Array, season: int) -> Array:
    """Put the value of a season ago, else the last value, where one is missing.

    What lies before a series' first value takes that first value; a series without
    any value is all zero.
    """
    filled = target.copy()
    holes = np.isnan(filled)
    if not holes.any():
        return filled
    if season > 1:
        for column in np.flatnonzero(holes[:, season:].any(axis=0)) + season:
            rows = holes[:, column]
            filled[rows, column] = filled[rows, column - season]
    index = np.where(np.isnan(filled), 0, np.arange(filled.shape[1]))
    np.maximum.accumulate(index, axis=1, out=index)
    filled = np.take_along_axis(filled, index, axis=1)
    seen = ~np.isnan(filled)
    first = filled[np.arange(len(filled)), seen.argmax(axis=1)]
    return np.where(seen, filled, np.nan_to_num(first)[:, None])


def exp_near(logs: Array, past: Array) -> Array:
    """Take forecast logarithms [n_items, ...] back, no further than twice as high.

    They may lie as far above the highest logarithm of the past [n_items, n_steps] as
    that lies above the lowest, or a factor of e; a wide spread on few points would
    explode otherwise.
    """
    seen = ~np.isnan(past)
    high = np.where(seen, past, -np.inf).max(axis=1, initial=-np.inf)
    low = np.where(seen, past, np.inf).min(axis=1, initial=np.inf)
    cap = np.minimum(high + np.maximum(high - low, 1.0), _LARGEST_LOG)
    return np.asarray(np.exp(np.minimum(logs, cap.reshape(-1, *[1] * (logs.ndim - 1)))))


def with_spread(center: Array, spread: Array, levels: Array) -> Array:
    """Normal quantiles [..., n_levels] around a center with a standard deviation."""
    return center[..., None] + spread[..., None] * normal_scores(levels)


def row_mean(values: Array, axis: int | tuple[int, ...] = 1) -> Array:
    """Mean over what is not NaN; 0 where nothing is."""
    seen = ~np.isnan(values)
    count = np.maximum(seen.sum(axis=axis), 1)
    return np.asarray(np.where(seen, values, 0.0).sum(axis=axis) / count)


def mean_of_quantiles(quantiles: Array, levels: Array) -> Array:
    """Mean of the distribution that the quantiles describe, tails cut at the ends."""
    edges = np.concatenate([[0.0], (levels[1:] + levels[:-1]) / 2, [1.0]])
    # einsum, not BLAS: the same bits on any number of cores.
    return np.asarray(np.einsum("...l,l->...", quantiles, np.diff(edges)))


def median_of_quantiles(quantiles: Array, levels: Array) -> Array:
    """The 0.5 quantile; candidates always give it."""
    return np.asarray(quantiles[..., int(np.searchsorted(levels, 0.5))])
