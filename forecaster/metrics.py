"""Accuracy of quantile forecasts: Autopilot's objective metrics.

Quantile loss is 2 rho, as in SageMaker's wQL, GluonTS and AutoGluon. Points whose
actual value is NaN count nowhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecaster.arrays import Array, mean_of_quantiles, median_of_quantiles

# What AutoMLJobObjective.MetricName calls each.
METRIC_OF_OBJECTIVE: Mapping[str, str] = {
    "AverageWeightedQuantileLoss": "WQL",
    "WAPE": "WAPE",
    "MASE": "MASE",
    "RMSE": "RMSE",
    "MAPE": "MAPE",
}
METRICS = tuple(METRIC_OF_OBJECTIVE.values())


@dataclass(frozen=True)
class Scored:
    """Forecasts beside what happened.

    Parameters
    ----------
    actual
        [n_windows, n_items, horizon].
    forecast
        [n_windows, n_items, horizon, n_levels], at `levels`.
    asked
        Which levels count for WQL.
    scale
        [n_windows, n_items] in-sample mean absolute seasonal difference; NaN or 0
        where MASE is not defined.
    """

    actual: Array
    forecast: Array
    levels: Array
    asked: NDArray[np.int64]
    scale: Array

    @property
    def error(self) -> Array:
        """Absolute error of the median [n_windows, n_items, horizon]."""
        return np.abs(self.actual - median_of_quantiles(self.forecast, self.levels))


def quantile_loss(actual: Array, forecast: Array, level: Array | float) -> Array:
    """2 max(q (y - f), (q - 1) (y - f)): twice the pinball loss."""
    error = actual - forecast
    return np.asarray(2 * np.maximum(level * error, (level - 1) * error))


def in_sample_scale(target: Array, season: int) -> Array:
    """Mean absolute seasonal difference of every row, NaN where there is none.

    The lag is 1 where the history is no longer than a season and a step.
    """
    seen = ~np.isnan(target)
    starts = np.where(seen.any(axis=1), seen.argmax(axis=1), target.shape[1])
    long_enough = target.shape[1] - starts > season + 1
    by_season = _mean_difference(target, season)
    by_step = _mean_difference(target, 1)
    return np.where(long_enough, by_season, by_step)


def _mean_difference(target: Array, lag: int) -> Array:
    if target.shape[1] <= lag:
        return np.full(len(target), np.nan)
    return _mean(np.abs(target[:, lag:] - target[:, :-lag]), (1,))


def score(
    scored: Scored,
    axis: tuple[int, ...] = (0, 1, 2),
    metrics: tuple[str, ...] = METRICS,
) -> dict[str, Array]:
    """Compute metrics over some axes of [n_windows, n_items, horizon].

    Axes (0, 1, 2) give single numbers, (0, 2) one per series, (0, 1) one per step.
    A metric that is not defined (no actual value, all of them zero) is NaN.
    """
    with np.errstate(all="ignore"):
        return {name: _FUNCTIONS[name](scored, axis) for name in metrics}


def _wql(scored: Scored, axis: tuple[int, ...]) -> Array:
    quantiles, levels = scored.forecast[..., scored.asked], scored.levels[scored.asked]
    loss = quantile_loss(scored.actual[..., None], quantiles, levels).mean(axis=-1)
    return _sum(loss, axis) / _sum(np.abs(scored.actual), axis)


def _wape(scored: Scored, axis: tuple[int, ...]) -> Array:
    return _sum(scored.error, axis) / _sum(np.abs(scored.actual), axis)


def _mase(scored: Scored, axis: tuple[int, ...]) -> Array:
    scale = np.where(scored.scale > 0, scored.scale, np.nan)
    return _mean(scored.error / scale[..., None], axis)


def _rmse(scored: Scored, axis: tuple[int, ...]) -> Array:
    mean = mean_of_quantiles(scored.forecast, scored.levels)
    return np.sqrt(_mean((scored.actual - mean) ** 2, axis))


def _mape(scored: Scored, axis: tuple[int, ...]) -> Array:
    size = np.abs(scored.actual)
    return _mean(np.where(size == 0, np.nan, scored.error / size), axis)


_FUNCTIONS: Mapping[str, Callable[[Scored, tuple[int, ...]], Array]] = {
    "WQL": _wql,
    "WAPE": _wape,
    "MASE": _mase,
    "RMSE": _rmse,
    "MAPE": _mape,
}


def coverage(actual: Array, lower: Array, upper: Array) -> float:
    """Share of points within the interval, bounds included; NaN without points."""
    seen = ~np.isnan(actual)
    if not seen.any():
        return float("nan")
    inside = (actual >= lower) & (actual <= upper)
    return float(inside[seen].mean())


def _sum(values: Array, axis: tuple[int, ...]) -> Array:
    seen = ~np.isnan(values)
    total = np.where(seen, values, 0.0).sum(axis=axis)
    return np.asarray(np.where(seen.any(axis=axis), total, np.nan))


def _mean(values: Array, axis: tuple[int, ...]) -> Array:
    seen = ~np.isnan(values)
    with np.errstate(all="ignore"):
        return np.asarray(_sum(values, axis) / seen.sum(axis=axis))
