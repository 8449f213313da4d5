"""Forecasts for series that no candidate can do: short, empty or new."""

import numpy as np

from forecaster.arrays import Array
from forecaster.candidates.naive import seasonal_naive
from forecaster.data.panel import Panel

_SHORT = 4  # steps; fewer tell nothing about a series
_LIKE = 200  # items that a new one is likened to, at most


def mend(quantiles: Array, panel: Panel, levels: Array) -> Array:
    """Put the baseline's forecast where a candidate gave none; NaN without history."""
    bad = ~np.isfinite(quantiles).all(axis=(-2, -1))
    if not bad.any():
        return quantiles
    mended = quantiles.copy()
    rows = np.flatnonzero(bad)
    mended[rows] = seasonal_naive(panel.take(rows), levels)
    empty = panel.lengths[rows] == 0
    mended[rows[empty]] = np.nan
    return mended


def forecast_new_items(quantiles: Array, panel: Panel, levels: Array) -> Array:
    """Give items without history the pooled distribution of those most like them.

    Likeness is the number of metadata columns with the same value; without metadata
    all items are alike. Pooled, not averaged: which of them the new item will be like
    is part of what is not known. Without any history at all the forecast is 0.
    """
    new = np.flatnonzero(panel.lengths == 0)
    old = np.flatnonzero(panel.lengths > 0)
    if not len(new):
        return quantiles
    mended = quantiles.copy()
    if not len(old):
        mended[new] = 0.0
        return mended
    kinds, kind_of = np.unique(panel.static[new], axis=0, return_inverse=True)
    for number, kind in enumerate(kinds):
        alike = (panel.static[old] == kind).sum(axis=1)
        like = old[alike == alike.max()]
        like = like[:: -(-len(like) // _LIKE)]
        rows = new[kind_of.ravel() == number]
        mended[rows] = pool(quantiles[like], levels)
    return mended


def pool(quantiles: Array, levels: Array) -> Array:
    """Quantiles [horizon, n_levels] of an equal mixture of distributions.

    Parameters
    ----------
    quantiles
        [n, horizon, n_levels]; beyond the outer ones each distribution ends as far
        away again as those are from the median.
    """
    middle = int(np.searchsorted(levels, 0.5))
    first, last = quantiles[..., :1], quantiles[..., -1:]
    center = quantiles[..., middle, None]
    ends = (2 * first - center, quantiles, 2 * last - center)
    whole = np.sort(np.concatenate(ends, axis=-1), axis=-1)
    reached = np.concatenate([[0.0], levels, [1.0]])
    pooled = np.empty(quantiles.shape[1:])
    for step in range(len(pooled)):
        values = np.unique(whole[:, step])
        shares = np.mean(
            [np.interp(values, one, reached) for one in whole[:, step]], axis=0
        )
        pooled[step] = np.interp(levels, shares, values)
    # The ends are assumed; no pooled quantile lies out there.
    low, high = quantiles.min(axis=(0, 2)), quantiles.max(axis=(0, 2))
    return np.clip(pooled, low[:, None], high[:, None])


def settle_constant(quantiles: Array, panel: Panel) -> Array:
    """Forecast that a series which was always the same, zero included, stays so.

    Series too short to tell keep the ensemble's forecast, whose spread comes from
    other series.
    """
    low, high = _range(panel)
    rows = np.flatnonzero((low == high) & (panel.lengths >= _SHORT))
    if not len(rows):
        return quantiles
    settled = quantiles.copy()
    settled[rows] = low[rows, None, None]
    return settled


def list_fallbacks(panel: Panel) -> list[dict[str, str]]:
    """Name the series that are forecast by less than the whole ensemble, and why."""
    reasons = np.full(panel.n_items, "", dtype=object)
    low, high = _range(panel)
    lengths = panel.lengths
    reasons[low == high] = "constant"
    reasons[(low == 0) & (high == 0)] = "all zero"
    reasons[lengths < _SHORT] = f"fewer than {_SHORT} steps of history"
    reasons[lengths == 0] = "no history: forecast from items like it"
    return [
        {
            **{str(k): str(v) for k, v in panel.keys.iloc[row].items()},
            "reason": str(reasons[row]),
        }
        for row in np.flatnonzero(reasons != "")
    ]


def _range(panel: Panel) -> tuple[Array, Array]:
    """Smallest and largest value of each series; without any, inf and -inf."""
    seen = ~np.isnan(panel.target)
    low = np.where(seen, panel.target, np.inf).min(axis=1)
    high = np.where(seen, panel.target, -np.inf).max(axis=1)
    return low, high
