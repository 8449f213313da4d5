"""Forecasts for series that no candidate can do: short, empty or new."""

import numpy as np

from forecaster.arrays import Array
from forecaster.naive import seasonal_naive
from forecaster.panel import Panel


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


def forecast_new_items(quantiles: Array, panel: Panel) -> Array:
    """Give items without history the average of those most like them.

    Likeness is the number of metadata columns with the same value; without metadata
    all items are alike. Without any history at all the forecast is 0.
    """
    new = np.flatnonzero(panel.lengths == 0)
    old = np.flatnonzero(panel.lengths > 0)
    if not len(new):
        return quantiles
    mended = quantiles.copy()
    if not len(old):
        mended[new] = 0.0
        return mended
    for row in new:
        alike = (panel.static[old] == panel.static[row]).sum(axis=1)
        mended[row] = mended[old[alike == alike.max()]].mean(axis=0)
    return mended


def list_fallbacks(panel: Panel) -> list[dict[str, str]]:
    """Name the series that are forecast by less than the whole ensemble, and why."""
    reasons = np.full(panel.n_items, "", dtype=object)
    low = np.nanmin(np.where(np.isnan(panel.target), np.inf, panel.target), axis=1)
    high = np.nanmax(np.where(np.isnan(panel.target), -np.inf, panel.target), axis=1)
    lengths = panel.lengths
    reasons[low == high] = "constant"
    reasons[(low == 0) & (high == 0)] = "all zero"
    reasons[lengths < 4] = "fewer than 4 steps of history"
    reasons[lengths == 0] = "no history: forecast from items like it"
    return [
        {
            **{str(k): str(v) for k, v in panel.keys.iloc[row].items()},
            "reason": str(reasons[row]),
        }
        for row in np.flatnonzero(reasons != "")
    ]
