"""Non-parametric forecasts: past values drawn again, recent ones more often.

The idea of Amazon Forecast's NPTS; plain, or among the same step of past seasons.
"""

import numpy as np

from forecaster.arrays import Array
from forecaster.data.panel import Panel

_HALF_LIFE = 8.0  # draws until a past value counts half
_REACH = 200  # draws


def npts(panel: Panel, levels: Array) -> Array:
    """Weighted quantiles of each series' recent values, the same for every step."""
    recent = panel.target[:, -_REACH:]
    spread = weighted_quantiles(recent, _decay(recent.shape[1]), levels)
    return np.repeat(spread[:, None, :], panel.horizon, axis=1)


def seasonal_npts(panel: Panel, levels: Array) -> Array:
    """Weighted quantiles of past values at the same step of the season.

    The neighbouring steps of the season count half; too few values fall back to `npts`.
    """
    season = panel.season
    forecast = npts(panel, levels)
    if season < 2:
        return forecast
    n_steps = panel.n_steps
    rows = np.flatnonzero(panel.lengths >= 2 * season)
    for phase in range(min(season, panel.horizon)):
        back = n_steps - season + phase  # column of this phase in the last season
        columns = np.arange(back, -1, -season)[:_REACH][::-1]
        weights = _decay(len(columns), half_life=3.0)
        some = panel.target[np.ix_(rows, columns)]
        spread = weighted_quantiles(some, weights, levels)
        forecast[rows, phase::season] = spread[:, None, :]
    return forecast


def _decay(count: int, half_life: float = _HALF_LIFE) -> Array:
    return np.asarray(0.5 ** (np.arange(count)[::-1] / half_life))


def weighted_quantiles(values: Array, weights: Array, levels: Array) -> Array:
    """Quantiles [n_items, n_levels] of each row under weights per column.

    Linear between the midpoints of the cumulated weights; NaN values weigh nothing
    and a row without values is NaN.
    """
    order = np.argsort(values, axis=1, kind="stable")  # NaN goes last
    ranked = np.take_along_axis(values, order, axis=1)
    weight = np.where(np.isnan(ranked), 0.0, weights[order])
    total = weight.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        reached = (np.cumsum(weight, axis=1) - weight / 2) / total
    count = (~np.isnan(values)).sum(axis=1)
    quantiles = np.full((len(values), len(levels)), np.nan)
    rows = np.arange(len(values))
    ok = count > 0
    for number, level in enumerate(levels):
        right = np.minimum((reached < level).sum(axis=1), np.maximum(count - 1, 0))
        left = np.maximum(right - 1, 0)
        low, high = ranked[rows, left], ranked[rows, right]
        start, stop = reached[rows, left], reached[rows, right]
        gap = np.maximum(stop - start, 1e-12)
        share = np.clip((level - start) / gap, 0.0, 1.0)
        quantiles[ok, number] = (low + share * (high - low))[ok]
    return quantiles
