"""Theta method for all series at once.

Assimakopoulos and Nikolopoulos (2000) as simple exponential smoothing with drift
(Hyndman and Billah 2003); seasonal test and decomposition as in the M3 entry.
"""

import numpy as np
from numpy.typing import NDArray

from forecaster.arrays import Array, fill_gaps, with_spread
from forecaster.data.panel import Panel

_ALPHAS = np.array([0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
_DRIFTS = np.array([0.0, 0.5, 1.0])
_BEST = 4
_TEST = 1.645  # 90 % of the normal distribution, two-sided
_HISTORY = 2_000
_CELLS = 4_000_000


def theta(panel: Panel, levels: Array) -> Array:
    """Forecast every series by the Theta method.

    Returns
    -------
    [n_items, horizon, n_levels]; NaN for series without a value.
    """
    forecast = np.full((panel.n_items, panel.horizon, len(levels)), np.nan)
    lengths = np.minimum(panel.lengths, _HISTORY)
    rows = np.flatnonzero(lengths > 0)
    rows = rows[np.argsort(-lengths[rows], kind="stable")]
    chunk = max(_CELLS // max(panel.n_steps, 1), 1)
    for start in range(0, len(rows), chunk):
        some = rows[start : start + chunk]
        target = panel.target[some, -lengths[some[0]] :]
        forecast[some] = _theta_rows(target, panel.season, panel.horizon, levels)
    return forecast


def _theta_rows(target: Array, season: int, horizon: int, levels: Array) -> Array:
    n_steps = target.shape[1]
    missing = np.isnan(target)
    starts = (~missing).argmax(axis=1)
    filled = fill_gaps(target, season)
    before = np.arange(n_steps) < starts[:, None]
    shape, multiply = _season(filled, before, season)
    phase = np.arange(n_steps) % season
    ahead = (n_steps + np.arange(horizon)) % season
    factor, term = _split(shape, multiply)
    adjusted = np.where(missing, np.nan, (filled - term[:, phase]) / factor[:, phase])
    center, spread = _smooth_with_drift(adjusted, starts, horizon)
    quantiles = with_spread(center, spread, levels)
    return quantiles * factor[:, ahead, None] + term[:, ahead, None]


def _split(shape: Array, multiply: NDArray[np.bool_]) -> tuple[Array, Array]:
    factor = np.where(multiply[:, None], shape, 1.0)
    return factor, np.where(multiply[:, None], 0.0, shape)


def _season(
    filled: Array, before: NDArray[np.bool_], season: int
) -> tuple[Array, NDArray[np.bool_]]:
    """Seasonal shape [n_items, season] by column modulo season, and which multiply."""
    n_items, n_steps = filled.shape
    none = np.zeros((n_items, max(season, 1))), np.zeros(n_items, dtype=bool)
    if season < 2 or n_steps < 2 * season + 2:
        return none
    values = np.where(before, np.nan, filled)
    seasonal = _is_seasonal(values, season)
    trend = _moving_average(values, season)
    positive = np.nanmin(values, axis=1) > 0
    relative = np.where(positive[:, None], values / trend, values - trend)
    shape = np.zeros((n_items, season))
    for phase in range(season):
        some = relative[:, phase::season]
        count = np.maximum((~np.isnan(some)).sum(axis=1), 1)
        shape[:, phase] = np.nansum(some, axis=1) / count
    usual = shape.mean(axis=1, keepdims=True)
    lowest = shape.min(axis=1)
    multiply = positive & (lowest > 0.05 * usual[:, 0]) & seasonal
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.where(positive[:, None], shape / usual, shape - usual)
    use = (multiply | ~positive) & seasonal & np.isfinite(scaled).all(axis=1)
    return np.where(use[:, None], scaled, 0.0), multiply & use


def _moving_average(values: Array, season: int) -> Array:
    """Centered moving average over a season; NaN where it does not fit."""
    weights = np.ones(season + 1 - season % 2)
    if season % 2 == 0:
        weights[[0, -1]] = 0.5
    half = len(weights) // 2
    windows = np.lib.stride_tricks.sliding_window_view(values, len(weights), axis=1)
    trend = np.full_like(values, np.nan)
    middle = np.einsum("itw,w->it", windows, weights / season)
    trend[:, half : values.shape[1] - half] = middle
    return trend


def _is_seasonal(values: Array, season: int) -> NDArray[np.bool_]:
    """Test the autocorrelation at one season against its 90 % bound (Bartlett)."""
    count = (~np.isnan(values)).sum(axis=1)
    center = np.nansum(values, axis=1) / np.maximum(count, 1)
    around = np.nan_to_num(values - center[:, None])
    power = np.maximum((around**2).sum(axis=1), 1e-300)
    lags = range(1, season + 1)
    ratios = [(around[:, k:] * around[:, :-k]).sum(axis=1) / power for k in lags]
    bound = 1 + 2 * sum(r**2 for r in ratios[:-1])
    limit = _TEST * np.sqrt(bound / np.maximum(count, 1))
    return np.asarray((np.abs(ratios[-1]) > limit) & (count >= 2 * season + 2))


def _smooth_with_drift(
    target: Array, starts: NDArray[np.int64], horizon: int
) -> tuple[Array, Array]:
    """Average the best (smoothing, drift) pairs; center and deviation [n, horizon]."""
    slope = _slopes(target)
    alpha = np.repeat(_ALPHAS, len(_DRIFTS))
    drift = np.tile(_DRIFTS, len(_ALPHAS)) * slope[:, None]
    rows = np.arange(len(target))
    seen = ~np.isnan(target)
    known = np.where(seen, target, 0.0)
    level = np.repeat(target[rows, starts][:, None], len(alpha), axis=1)
    squares = np.zeros_like(level)
    active = np.searchsorted(starts, np.arange(target.shape[1]), side="left")
    holes = np.atleast_1d(np.isnan(target).any(axis=0))
    for step in range(1, target.shape[1]):
        some = slice(0, active[step])
        ahead = level[some] + drift[some]
        error = known[some, step, None] - ahead
        if holes[step]:
            error *= seen[some, step, None]
        squares[some] += error * error
        level[some] = ahead + alpha * error
    count = np.maximum((~np.isnan(target)).sum(axis=1) - 1, 1)[:, None]
    variance = squares / np.maximum(count - 1, 1)
    tiny = 1e-12 * (np.abs(level) + 1e-30) ** 2
    criterion = count * np.log(variance + tiny)
    best = np.argsort(criterion, axis=1, kind="stable")[:, :_BEST]
    chosen = np.take_along_axis(criterion, best, axis=1)
    weights = np.exp(-0.5 * (chosen - chosen[:, :1]))
    weights /= weights.sum(axis=1, keepdims=True)
    steps = np.arange(1, horizon + 1)

    def pick(values: Array) -> Array:
        return np.take_along_axis(values, best, axis=1)[:, :, None]

    centers = pick(level) + pick(drift) * steps
    spreads = pick(variance) * (1 + (steps - 1) * alpha[best][:, :, None] ** 2)
    center = (weights[:, :, None] * centers).sum(axis=1)
    return center, np.sqrt((weights[:, :, None] * spreads).sum(axis=1))


def _slopes(target: Array) -> Array:
    """Least-squares slope of every row over what is there."""
    seen = ~np.isnan(target)
    count = np.maximum(seen.sum(axis=1), 1)[:, None]
    time = np.where(seen, np.arange(target.shape[1]), 0.0)
    time = np.where(seen, time - time.sum(axis=1, keepdims=True) / count, 0.0)
    power = np.maximum((time**2).sum(axis=1), 1e-12)
    return np.asarray((time * np.nan_to_num(target)).sum(axis=1) / power)
