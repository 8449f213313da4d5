"""Regression on calendar and covariates per series, smoothing of what is left.

A seasonal profile, yearly waves and known covariates explain what repeats, as in
Prophet (Taylor and Letham 2018); the level is left to exponential smoothing.
"""

import numpy as np
from numpy.typing import NDArray

from forecaster.arrays import Array, exp_near, fill_gaps, row_mean
from forecaster.candidates.smoothing import smooth_level
from forecaster.data.panel import Panel

_DAY = 86_400
_YEAR = 365.25 * _DAY
_WAVES = 5  # sine and cosine pairs of the yearly pattern
_YEARS_NEEDED = 1.6
_RIDGE = 0.1
_SHRINK = 0.2  # profile values count as if zero had been seen this often besides
_HISTORY = 2_500
_FAR = 4.0  # standardised covariates are held within this


def regress(panel: Panel, levels: Array) -> Array:
    """Forecast every series by regression and smoothing.

    Returns
    -------
    [n_items, horizon, n_levels]; NaN for series too short for it.
    """
    positive = np.nanmin(panel.target, axis=1, initial=np.inf) > 0
    logs = np.log(np.where(panel.target > 0, panel.target, np.nan))
    target = np.where(positive[:, None], logs, panel.target)
    forecast = _regress(panel, target, levels)
    back = exp_near(forecast, logs)
    return np.where(positive[:, None, None], back, forecast)


def _regress(panel: Panel, target: Array, levels: Array) -> Array:
    n_steps = min(panel.n_steps, _HISTORY)
    target = target[:, -n_steps:]
    filled = fill_gaps(target, panel.season)
    before = np.arange(n_steps) < (panel.starts - panel.n_steps + n_steps)[:, None]
    seen = ~before & ~np.isnan(target)
    columns, yearly = _columns(panel, n_steps)
    period = _period(panel, n_steps)
    width = n_steps if yearly else max(2 * period, 8)
    around = filled - _local_mean(filled, before, width)
    phase = np.arange(n_steps + panel.horizon) % period
    effects = np.zeros((panel.n_items, n_steps + panel.horizon))
    if columns.shape[2]:
        effects = _effects(columns, around, before, seen, phase, width)
    profile = _profile(around - effects[:, :n_steps], seen, phase[:n_steps], period)
    effects = effects + profile[:, phase]
    rest = np.where(seen, target - effects[:, :n_steps], np.nan)
    forecast = smooth_level(rest, panel.horizon, levels)
    forecast = forecast + effects[:, n_steps:, None]
    forecast[panel.lengths < 2 * period] = np.nan
    return forecast


def _period(panel: Panel, n_steps: int) -> int:
    """Steps in the profile: a week of hours where there are four, never 52 weeks."""
    if panel.frequency.long_season and n_steps >= 4 * panel.frequency.long_season:
        return panel.frequency.long_season
    return panel.season if panel.season <= 24 else 1


def _columns(panel: Panel, n_steps: int) -> tuple[Array, bool]:
    """Regressors [n_items, n_steps + horizon, n_columns], and whether waves are in."""
    total = n_steps + panel.horizon
    columns: list[Array] = []
    for number in range(panel.known.shape[2]):
        values = panel.known[:, -total:, number]
        center = row_mean(values)[:, None]
        spread = np.sqrt(row_mean((values - center) ** 2))[:, None]
        scaled = (values - center) / np.where(
            spread > 1e-6 * np.abs(center), spread, np.inf
        )
        scaled = np.clip(np.nan_to_num(scaled), -_FAR, _FAR)
        if panel.hidden.size:
            # What will mostly be unknown must explain nothing of the past either.
            unknown = panel.hidden[:, :, number].mean(axis=1) > 0.5
            scaled[unknown] = 0.0
        columns.append(scaled)
        if len(np.unique(values[:1])) > 2:
            columns.append(scaled**2)
    seconds = panel.frequency.seconds
    yearly = bool(seconds) and n_steps * seconds > _YEARS_NEEDED * _YEAR
    if yearly:
        steps = np.arange(1 - n_steps, panel.horizon + 1)
        stamps = panel.stamps(steps).astype(np.int64)
        for wave in range(1, _WAVES + 1):
            angle = 2 * np.pi * wave * stamps / _YEAR
            columns += [np.sin(angle), np.cos(angle)]
        columns.append(np.broadcast_to(steps / total, stamps.shape))
    if not columns:
        return np.zeros((panel.n_items, total, 0)), False
    return np.stack(columns, axis=2), yearly


def _local_mean(values: Array, before: NDArray[np.bool_], width: int) -> Array:
    """Centered moving mean along the steps, narrower at the ends."""
    n_steps = values.shape[1]
    sums = np.zeros((len(values), n_steps + 1))
    np.cumsum(np.where(before, 0.0, values), axis=1, out=sums[:, 1:])
    starts = before.sum(axis=1)[:, None]
    steps = np.arange(n_steps)[None, :]
    begin = np.clip(steps - width // 2, starts, n_steps - 1)
    end = np.maximum(np.minimum(steps + width // 2 + 1, n_steps), begin + 1)
    total = np.take_along_axis(sums, end, 1) - np.take_along_axis(sums, begin, 1)
    return np.asarray(total / (end - begin))


def _profile(
    values: Array, seen: NDArray[np.bool_], phase: NDArray[np.int64], period: int
) -> Array:
    """Mean of each phase [n_items, period], shrunk to zero."""
    if period == 1:
        return np.zeros((len(values), 1))
    profile = np.empty((len(values), period))
    for number in range(period):
        some, there = values[:, phase == number], seen[:, phase == number]
        total = np.where(there, some, 0.0).sum(axis=1)
        profile[:, number] = total / (there.sum(axis=1) + _SHRINK)
    return profile


def _effects(  # noqa: PLR0917 - one formula's terms
    columns: Array,
    around: Array,
    before: NDArray[np.bool_],
    seen: NDArray[np.bool_],
    phase: NDArray[np.int64],
    width: int,
) -> Array:
    """What the regressors explain, beyond local level and profile."""
    n_steps = around.shape[1]
    period = int(phase.max()) + 1
    past = phase[:n_steps]

    def clean(values: Array) -> Array:
        rest = values - _local_mean(values, before, width)
        rest = rest - _profile(rest, seen, past, period)[:, past]
        return np.where(seen, rest, 0.0)

    design = np.stack(
        [clean(columns[:, :n_steps, k]) for k in range(columns.shape[2])], axis=2
    )
    label = np.where(seen, around - _profile(around, seen, past, period)[:, past], 0.0)
    gram = np.einsum("itp,itq->ipq", design, design)
    size = np.maximum(np.einsum("ipp->ip", gram).mean(axis=1), 1e-9)
    count = columns.shape[2]
    gram += np.eye(count) * (_RIDGE * size + 1.0)[:, None, None]
    right = np.einsum("itp,it->ip", design, label)
    weights = np.linalg.solve(gram, right[:, :, None])[:, :, 0]
    effects = np.einsum("itp,ip->it", columns, weights)
    # The future may lie far outside of what the weights were learned from.
    past_effects = np.where(seen, effects[:, :n_steps], 0.0)
    low = past_effects.min(axis=1, keepdims=True)
    high = past_effects.max(axis=1, keepdims=True)
    reach = 0.5 * (high - low)
    return np.asarray(np.clip(effects, low - reach, high + reach))
