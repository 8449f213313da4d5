"""Exponential smoothing of all series at once, over a grid of parameters.

Additive error, trend (none or damped) and season, on the values and, where all are
positive, on their logarithms; the best by AICc are averaged by their Akaike weights.
Hyndman et al., Forecasting with Exponential Smoothing (2008), chapters 2, 5 and 6.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecaster.arrays import Array, exp_near, fill_gaps, normal_scores
from forecaster.data.panel import Panel

_BEST = 6
_CELLS = 1_500_000  # states held at once: bounds memory whatever the number of series
_HISTORY = 1_500  # steps; older ones change the final states by nothing
_SEASONS_TO_START = 3

_LEVEL = [
    (a, 0.0, 1.0, 0.0)
    for a in (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 1.0)
]
_TREND = [
    (a, b, p, 0.0)
    for a in (0.1, 0.3, 0.6, 0.9)
    for b in (0.05, 0.2)
    for p in (0.8, 0.9, 0.98)
]
_SEASON = [
    (a, 0.0, 1.0, g)
    for a in (0.02, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)
    for g in (0.01, 0.05, 0.15, 0.35)
]
_BOTH = [
    (a, b, p, g)
    for a in (0.1, 0.3, 0.6)
    for b in (0.03, 0.15)
    for p in (0.85, 0.95)
    for g in (0.01, 0.05, 0.2)
] + [(a, 0.02, 0.995, g) for a in (0.1, 0.3, 0.6) for g in (0.01, 0.1)]


@dataclass(frozen=True)
class _Grid:
    """Parameter combinations side by side, each [n_combinations]."""

    alpha: Array
    beta: Array
    phi: Array
    gamma: Array

    @property
    def parameters(self) -> Array:
        """Free parameters and starting states, for AICc."""
        trend, season = self.beta > 0, self.gamma > 0
        return 3.0 + 3.0 * trend + 1.0 * season


def _grid(rows: list[tuple[float, float, float, float]]) -> _Grid:
    table = np.array(rows)
    alpha, phi, gamma = table[:, 0], table[:, 2], table[:, 3]
    return _Grid(alpha, alpha * table[:, 1], phi, gamma * (1 - alpha * 0.5))


@dataclass(frozen=True)
class _Fitted:
    """Final states [n_items, n_combinations] and how well each combination did."""

    level: Array
    slope: Array
    season: Array  # [n_items, n_combinations, season], next step first
    variance: Array
    criterion: Array


def smooth(panel: Panel, levels: Array) -> Array:
    """Forecast every series by averaged exponential smoothing.

    Returns
    -------
    [n_items, horizon, n_levels]; NaN for series without a value.
    """
    forecast = np.full((panel.n_items, panel.horizon, len(levels)), np.nan)
    lengths = panel.lengths
    seasonal = (lengths >= 2 * panel.season + 3) & (panel.season > 1)
    for rows, season in (
        (np.flatnonzero(seasonal), panel.season),
        (np.flatnonzero(~seasonal & (lengths > 0)), 1),
    ):
        for some in _chunks(rows, lengths, season):
            target = panel.target[some, -min(_HISTORY, lengths[some[0]]) :]
            forecast[some] = _smooth_rows(target, season, panel.horizon, levels)
    return forecast


def smooth_level(target: Array, horizon: int, levels: Array) -> Array:
    """Forecast values of any sign without season, as `smooth` does."""
    forecast = np.full((len(target), horizon, len(levels)), np.nan)
    seen = ~np.isnan(target)
    starts = np.where(seen.any(axis=1), seen.argmax(axis=1), target.shape[1])
    lengths = target.shape[1] - starts
    for some in _chunks(np.flatnonzero(lengths > 0), lengths, 1):
        recent = target[some, -min(_HISTORY, target.shape[1]) :]
        forecast[some] = _smooth_rows(recent, 1, horizon, levels)
    return forecast


def _chunks(
    rows: NDArray[np.int64], lengths: NDArray[np.int64], season: int
) -> Iterator[NDArray[np.int64]]:
    """Part rows into as many as memory allows at once, the longest first.

    Neighbours in length share a chunk, so that few steps are spent on padding.
    """
    grid = _SEASON + _BOTH if season > 1 else _LEVEL + _TREND
    size = max(_CELLS // (len(grid) * (season + 8)), 1)
    ordered = rows[np.argsort(-lengths[rows], kind="stable")]
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def _smooth_rows(target: Array, season: int, horizon: int, levels: Array) -> Array:
    """Forecast rows ordered from the longest to the shortest."""
    grid = _grid(_LEVEL + _TREND if season == 1 else _LEVEL + _SEASON + _BOTH)
    count = np.maximum((~np.isnan(target)).sum(axis=1), 1)
    plain = _filter(target, grid, season)
    positive = np.nanmin(target, axis=1) > 0
    outcomes = [_score(plain, count, 0.0)]
    logs = np.log(np.where(positive[:, None], target, 1.0))
    logs[np.isnan(target)] = np.nan
    if positive.any():
        jacobian = 2 * np.nansum(logs, axis=1)[:, None]
        log_fit = _score(_filter(logs, grid, season), count, jacobian)
        worst = np.full_like(log_fit.criterion, np.inf)
        criterion = np.where(positive[:, None], log_fit.criterion, worst)
        outcomes.append(_replace_criterion(log_fit, criterion))
    return _average(outcomes, grid, horizon, levels, logs=logs)


def _replace_criterion(fit: _Fitted, criterion: Array) -> _Fitted:
    return _Fitted(fit.level, fit.slope, fit.season, fit.variance, criterion)


def _score(fit: _Fitted, count: NDArray[np.int64], jacobian: Array | float) -> _Fitted:
    n = count[:, None].astype(float)
    free = fit.criterion
    tiny = 1e-12 * (np.abs(fit.level) + 1e-30) ** 2
    likelihood = n * np.log(fit.variance + tiny) + jacobian
    correction = 2 * free * (free + 1) / np.maximum(n - free - 1, 0.5)
    return _replace_criterion(fit, likelihood + 2 * free + correction)


def _start(target: Array, season: int) -> tuple[Array, Array, Array]:
    """Level, slope and season [n_items, season] (by column modulo season) to start."""
    n_items, n_steps = target.shape
    seen = ~np.isnan(target)
    starts = seen.argmax(axis=1)
    filled = fill_gaps(target, season)
    if season == 1:
        reach = np.minimum(n_steps - starts, 4)
        columns = np.minimum(starts[:, None] + np.arange(4), n_steps - 1)
        first = np.take_along_axis(filled, columns, axis=1)
        inside = np.arange(4) < reach[:, None]
        level = (first * inside).sum(axis=1) / reach
        return level, np.zeros(n_items), np.zeros((n_items, 1))
    whole = np.minimum((n_steps - starts) // season, _SEASONS_TO_START)
    span = np.arange(_SEASONS_TO_START * season)
    columns = starts[:, None] + span
    inside = span < (whole * season)[:, None]
    first = np.take_along_axis(filled, np.minimum(columns, n_steps - 1), axis=1)
    years = first.reshape(n_items, _SEASONS_TO_START, season)
    valid = inside.reshape(years.shape)
    means = years.mean(axis=2, keepdims=True)
    slope = (means[:, 1, 0] - means[:, 0, 0]) / season
    rise = slope[:, None] * (np.arange(season) - (season - 1) / 2)
    around = np.where(valid, years - means - rise[:, None, :], 0.0).sum(axis=1)
    around = around / whole[:, None]
    around -= around.mean(axis=1, keepdims=True)
    shape = np.zeros((n_items, season))
    phase = (starts[:, None] + np.arange(season)) % season
    np.put_along_axis(shape, phase, around, axis=1)
    level = means[:, 0, 0] - slope * (season + 1) / 2
    return level, slope, shape


def _filter(target: Array, grid: _Grid, season: int) -> _Fitted:
    """Run all combinations over all series; rows start in the order they stand."""
    n_items, n_steps = target.shape
    seen = ~np.isnan(target)
    starts = seen.argmax(axis=1)
    active = np.atleast_1d(np.searchsorted(starts, np.arange(n_steps), side="right"))
    known = np.where(seen, target, 0.0)
    level0, slope0, shape0 = _start(target, season)
    shape = (n_items, len(grid.alpha))
    level = np.broadcast_to(level0[:, None], shape).copy()
    slope = slope0[:, None] * (grid.beta > 0)
    seasonal = grid.gamma > 0
    states = shape0.T[:, :, None] * seasonal  # [season, n_items, n_combinations]
    squares = np.zeros(shape)
    holes = np.atleast_1d(~seen.all(axis=0))
    for step in range(n_steps):
        rows = slice(0, active[step])
        state = states[step % season, rows]
        drift = slope[rows] * grid.phi
        ahead = level[rows] + drift
        error = known[rows, step, None] - ahead - state
        if holes[step]:
            error *= seen[rows, step, None]
        squares[rows] += error * error
        level[rows] = ahead + grid.alpha * error
        slope[rows] = drift + grid.beta * error
        if season > 1:
            state += grid.gamma * error
    count = np.maximum(seen.sum(axis=1), 1)[:, None]
    spent = np.minimum(grid.parameters, count - 1)
    order = (n_steps + np.arange(season)) % season
    return _Fitted(
        level=level,
        slope=slope,
        season=np.moveaxis(states[order], 0, 2),
        variance=squares / np.maximum(count - spent, 1),
        criterion=np.broadcast_to(grid.parameters, shape),
    )


def _average(
    outcomes: list[_Fitted], grid: _Grid, horizon: int, levels: Array, *, logs: Array
) -> Array:
    """Average the quantiles of the best combinations by their Akaike weights."""
    criterion = np.concatenate([fit.criterion for fit in outcomes], axis=1)
    best = np.argsort(criterion, axis=1, kind="stable")[:, :_BEST]
    chosen = np.take_along_axis(criterion, best, axis=1)
    weights = np.exp(-0.5 * (chosen - chosen[:, :1]))
    weights /= weights.sum(axis=1, keepdims=True)
    size = len(grid.alpha)
    which, combination = best // size, best % size
    total = 0.0
    for rank in range(best.shape[1]):
        parts = [_ahead(fit, grid, combination[:, rank], horizon) for fit in outcomes]
        scores = normal_scores(levels)
        quantiles = [c[..., None] + s[..., None] * scores for c, s in parts]
        picked = quantiles[0]
        if len(quantiles) > 1:
            is_log = (which[:, rank] == 1)[:, None, None]
            picked = np.where(is_log, exp_near(quantiles[1], logs), picked)
        total = total + weights[:, rank, None, None] * picked
    return np.asarray(total)


def _ahead(
    fit: _Fitted, grid: _Grid, combination: NDArray[np.int64], horizon: int
) -> tuple[Array, Array]:
    """Point forecast and standard deviation [n_items, horizon] of one combination."""
    rows = np.arange(len(combination))
    alpha, beta = grid.alpha[combination, None], grid.beta[combination, None]
    phi, gamma = grid.phi[combination, None], grid.gamma[combination, None]
    season = fit.season.shape[2]
    steps = np.arange(1, horizon + 1)
    damped = np.cumsum(phi**steps, axis=1)
    center = (
        fit.level[rows, combination, None]
        + damped * fit.slope[rows, combination, None]
        + fit.season[rows, combination][:, (steps - 1) % season]
    )
    impact = alpha + beta * damped + gamma * (steps % season == 0) * (season > 1)
    past = np.cumsum(impact**2, axis=1) - impact**2
    variance = fit.variance[rows, combination, None] * (1 + past)
    return center, np.sqrt(variance)
