"""Baselines: the last season again, the last value, drift, and the usual season."""

import numpy as np

from forecaster.arrays import Array, fill_gaps, row_mean, with_spread
from forecaster.data.panel import Panel

_HISTORY = 1_000  # steps that tell how large steps are
_SEASONS = 12  # that a usual season is the mean of


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


def last_value(panel: Panel, levels: Array) -> Array:
    """Repeat the last value; errors grow with the root of the values to come.

    What a random walk is forecast best by. Steps that usually have no value (a
    market's weekends) add nothing to the errors.
    """
    filled = fill_gaps(panel.target, 1)
    spread, rate = _step_spread(panel)
    steps = np.arange(1, panel.horizon + 1)
    growth = np.sqrt(np.maximum(steps * rate[:, None], 1.0))
    center = np.repeat(filled[:, -1:], panel.horizon, axis=1)
    return with_spread(center, spread[:, None] * growth, levels)


def drift(panel: Panel, levels: Array) -> Array:
    """Draw the line from the first value through the last one on."""
    filled = fill_gaps(panel.target, 1)
    length = np.maximum(panel.lengths - 1, 1)
    first = filled[
        np.arange(panel.n_items), np.minimum(panel.starts, panel.n_steps - 1)
    ]
    slope = (filled[:, -1] - first) / length
    spread, rate = _step_spread(panel)
    steps = np.arange(1, panel.horizon + 1)
    growth = np.maximum(steps * rate[:, None], 1.0) * (1 + steps / length[:, None])
    center = filled[:, -1:] + slope[:, None] * steps
    return with_spread(center, spread[:, None] * np.sqrt(growth), levels)


def _step_spread(panel: Panel) -> tuple[Array, Array]:
    """Root mean square of the steps between values, and the share of steps with one.

    A step over a gap counts as one.
    """
    recent = panel.target[:, -_HISTORY:]
    seen = ~np.isnan(recent)
    change = np.diff(fill_gaps(recent, 1), axis=1)
    change = np.where(
        seen[:, 1:] & (np.cumsum(seen, axis=1)[:, 1:] > 1), change, np.nan
    )
    length = np.minimum(panel.lengths, recent.shape[1])
    rate = seen.sum(axis=1) / np.maximum(length, 1)
    return np.sqrt(row_mean(change**2)), rate


def seasonal_mean(panel: Panel, levels: Array) -> Array:
    """Forecast the mean of the same step of past seasons.

    Returns
    -------
    [n_items, horizon, n_levels]; NaN for series shorter than two seasons.
    """
    season = panel.season
    whole = min(panel.n_steps // season, _SEASONS)
    recent = panel.target[:, panel.n_steps - whole * season :]
    by_season = recent.reshape(panel.n_items, whole, season)
    usual = row_mean(by_season)
    spread = np.sqrt(row_mean((by_season - usual[:, None, :]) ** 2, axis=(1, 2)))
    spread *= np.sqrt(whole / max(whole - 1, 1))
    phase = np.arange(panel.horizon) % season
    width = np.repeat(spread[:, None], panel.horizon, axis=1)
    forecast = with_spread(usual[:, phase], width, levels)
    forecast[panel.lengths < 2 * season] = np.nan
    return forecast
