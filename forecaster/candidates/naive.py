"""Baselines: the last season again, and the last value again."""

import numpy as np

from forecaster.arrays import Array, fill_gaps, row_mean, with_spread
from forecaster.data.panel import Panel


def seasonal_naive(panel: Panel, levels: Array, *, season: int = 0) -> Array:
    """Repeat the last season; errors grow with the root of the seasons ahead.

    Returns
    -------
    [n_items, horizon, n_levels]; short series repeat their last value instead.
    """
    season = season or panel.season
    long_enough = panel.lengths > season
    forecast = _repeat(panel, 1, levels)
    if season > 1 and long_enough.any():
        rows = np.flatnonzero(long_enough)
        forecast[rows] = _repeat(panel.take(rows), season, levels)
    return forecast


def _repeat(panel: Panel, season: int, levels: Array) -> Array:
    filled = fill_gaps(panel.target, season)
    season = min(season, filled.shape[1])
    steps = np.arange(panel.horizon)
    center = filled[:, filled.shape[1] - season + steps % season]
    change = panel.target[:, season:] - panel.target[:, :-season]
    spread = np.sqrt(row_mean(change**2))
    growth = np.sqrt(steps // season + 1)
    return with_spread(center, spread[:, None] * growth, levels)
