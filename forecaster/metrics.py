"""Accuracy of quantile forecasts: Autopilot's objective metrics.

Quantile loss is 2 rho, as in SageMaker's wQL, GluonTS and AutoGluon. Points whose
actual value is NaN count nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecaster.arrays import Array

# What AutoMLJobObjective.MetricName calls each.
METRIC_OF_OBJECTIVE: Mapping[str, str] = {
    "AverageWeightedQuantileLoss": "wQL",
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
    quantiles
        [n_windows, n_items, horizon, n_levels], at `levels`.
    mean, median
        [n_windows, n_items, horizon].
    scale
        [n_windows, n_items] in-sample mean absolute seasonal difference; NaN or 0
        where MASE is not defined.
    """

    actual: Array
    quantiles: Array
    levels: Array
    mean: Array
    median: Array
    scale: Array


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


def score(forecast: Scored, axis: tuple[int, ...] = (0, 1, 2)) -> dict[str, Array]:
    """Compute every metric over some axes of [n_windows, n_items, horizon].

    Axes (0, 1, 2) give single numbers, (0, 2) one per series, (0, 1) one per step.
    A metric that is not defined (no actual value, all of them zero) is NaN.
    """
    actual = forecast.actual
    size = _sum(np.abs(actual), axis)
    loss = quantile_loss(actual[..., None], forecast.quantiles, forecast.levels)
    error = np.abs(actual - forecast.median)
    with np.errstate(all="ignore"):
        share = np.where(actual == 0, np.nan, error / np.abs(actual))
        scale = np.where(forecast.scale > 0, forecast.scale, np.nan)
        return {
            "wQL": _sum(loss.mean(axis=-1), axis) / size,
            "WAPE": _sum(error, axis) / size,
            "MASE": _mean(error / scale[..., None], axis),
            "RMSE": np.sqrt(_mean((actual - forecast.mean) ** 2, axis)),
            "MAPE": _mean(share, axis),
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
    with np.errstate(invalid="ignore"):
        return np.asarray(_sum(values, axis) / seen.sum(axis=axis))
