"""Accuracy of forecasts: Autopilot's metrics, and the best simple forecast's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glue.arrays import Array
from glue.reporting.baseline import NAME
from glue.reporting.history import History
from glue.reporting.simple import (
    LAST_VALUE,
    MEAN,
    SEASONAL_MEAN,
    WORDS,
    forecast_simply,
)
from glue.run_documents import RunSettings


@dataclass(frozen=True)
class Points:
    """Forecasts of some moments, and what then happened.

    Parameters
    ----------
    series, cutoff, step
        Whose the point is, the last period known to the forecast, and how many steps
        after it the point lies, from 1 on, [n].
    actual, mean
        [n]; no actual is NaN.
    quantiles
        [n, n_quantiles].
    """

    series: Array
    cutoff: Array
    step: Array
    actual: Array
    mean: Array
    quantiles: Array

    def __len__(self) -> int:
        return len(self.series)

    def take(self, some: Array) -> Points:
        """Keep some of the points."""
        return Points(
            self.series[some],
            self.cutoff[some],
            self.step[some],
            self.actual[some],
            self.mean[some],
            self.quantiles[some],
        )


@dataclass(frozen=True)
class Scored:
    """Points whose accuracy can be told, with the scale that MASE needs."""

    points: Points
    levels: Array
    median: int | None
    scale: Array

    @property
    def middle(self) -> Array:
        """The forecast that absolute errors are taken of: p50, else the mean."""
        if self.median is None:
            return self.points.mean
        return self.points.quantiles[:, self.median]


@dataclass(frozen=True)
class Comparison:
    """A forecast and the simple ones on the very same points.

    Parameters
    ----------
    forecast
        What is judged.
    simple
        The simple forecasts by their names.
    name
        The best of them by the run's metric: the baseline.
    left_out
        Points that have no actual, or whose series had no history.
    """

    forecast: Scored
    simple: Mapping[str, Scored]
    name: str
    left_out: int

    @property
    def baseline(self) -> Scored:
        """The best of the simple forecasts."""
        return self.simple[self.name]

    @property
    def words(self) -> str:
        """What a sentence calls the baseline."""
        return WORDS[self.name]

    def take(self, some: Array) -> Comparison:
        """Keep some of the points; the baseline stays the same."""
        simple = {name: _take(scored, some) for name, scored in self.simple.items()}
        return Comparison(_take(self.forecast, some), simple, self.name, self.left_out)


def _take(scored: Scored, some: Array) -> Scored:
    return Scored(
        scored.points.take(some), scored.levels, scored.median, scored.scale[some]
    )


def compare(
    points: Points,
    history: History,
    settings: RunSettings,
    *,
    like: Comparison | None = None,
) -> Comparison:
    """Put the simple forecasts beside points, and find the best of them.

    Points without an actual, and those of series that had no history at their cutoff,
    are left out for all.

    Parameters
    ----------
    like
        What says which simple forecasts there are, and which is the best, where these
        points are a part of more.
    """
    scale = np.full(len(points), np.nan)
    kept = np.zeros(len(points), dtype=bool)
    made: dict[str, tuple[Array, Array]] = {}
    seasonal = False
    for cutoff in np.unique(points.cutoff):
        at = np.flatnonzero(points.cutoff == cutoff)
        series, rows = np.unique(points.series[at], return_inverse=True)
        simple = forecast_simply(history, series, int(cutoff) + 1, settings)
        rows, steps = rows.reshape(-1), points.step[at] - 1
        for name, (center, quantiles) in simple.by_name.items():
            if name not in made:
                made[name] = _make_blank(points)
            made[name][0][at] = center[rows, steps]
            made[name][1][at] = quantiles[rows, steps]
        seasonal |= simple.seasonal
        scale[at] = simple.scale[rows]
        kept[at] = simple.known[rows]
    if like is not None:
        seasonal = NAME in like.simple
    kept &= np.isfinite(points.actual)
    some, levels, median = np.flatnonzero(kept), settings.levels, settings.median
    forecast = Scored(points.take(some), levels, median, scale[some])
    made = made or {name: _make_blank(points) for name in _list_names(like)}
    if not seasonal and SEASONAL_MEAN in made:
        # There is no season to repeat: both seasonal methods are plain ones.
        made = {MEAN if n == SEASONAL_MEAN else n: made[n] for n in made if n != NAME}
    by_name = {
        name: replace(
            forecast,
            points=replace(forecast.points, mean=mean[some], quantiles=quantiles[some]),
        )
        for name, (mean, quantiles) in made.items()
    }
    return Comparison(
        forecast=forecast,
        simple=by_name,
        name=find_best(by_name, settings.metric) if like is None else like.name,
        left_out=len(points) - len(some),
    )


def _list_names(like: Comparison | None) -> Iterable[str]:
    return (LAST_VALUE,) if like is None else like.simple


def _make_blank(points: Points) -> tuple[Array, Array]:
    return np.full(len(points), np.nan), np.full(points.quantiles.shape, np.nan)


def find_best(simple: Mapping[str, Scored], metric: str) -> str:
    """Name the simple forecast of least error; the first where none is known."""
    errors = {name: float(score(one)[metric][0]) for name, one in simple.items()}
    return min(simple, key=lambda name: np.nan_to_num(errors[name], nan=np.inf))


def score(scored: Scored, groups: Array | None = None, size: int = 1) -> dict[str, Any]:
    """Compute every metric of each group of points.

    Parameters
    ----------
    groups
        The group of each point, [n]; None for a single one.
    size
        How many groups there are.

    Returns
    -------
    WQL, WAPE, MASE, MAPE and RMSE, each [size]; NaN where one is not defined.
    """
    where = np.zeros(len(scored.points), dtype=int) if groups is None else groups
    actual, levels = scored.points.actual, scored.levels
    error = np.abs(actual - scored.middle)
    with np.errstate(divide="ignore", invalid="ignore"):
        loss = quantile_loss(actual, scored.points.quantiles, levels)
        share = np.where(actual == 0, np.nan, error / np.abs(actual))
        scaled = np.where(scored.scale > 0, error / scored.scale, np.nan)
        volume = _sum(np.abs(actual), where, size)
        squares = (actual - scored.points.mean) ** 2
        return {
            "WQL": _sum(loss.mean(axis=1), where, size) / volume,
            "WAPE": _sum(error, where, size) / volume,
            "MASE": _mean(scaled, where, size),
            "MAPE": _mean(share, where, size),
            "RMSE": np.sqrt(_mean(squares, where, size)),
        }


def quantile_loss(actual: Array, quantiles: Array, levels: Array) -> Array:
    """Twice the pinball loss of each point and quantile, [n, n_quantiles]."""
    error = actual[:, None] - quantiles
    return 2 * np.maximum(levels * error, (levels - 1) * error)


def list_errors(scored: Scored, metric: str) -> Array:
    """Give each point's part in a metric, [n]; NaN where it has none.

    The metric is their sum over a volume that all forecasts share, or the mean of them;
    of RMSE, its square is.
    """
    actual = scored.points.actual
    if metric == "WQL":
        losses = quantile_loss(actual, scored.points.quantiles, scored.levels)
        return np.asarray(losses.mean(axis=1))
    if metric == "RMSE":
        return np.asarray((actual - scored.points.mean) ** 2)
    error = np.abs(actual - scored.middle)
    unit = {"WAPE": np.ones(len(error)), "MASE": scored.scale, "MAPE": np.abs(actual)}
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(unit[metric] > 0, error / unit[metric], np.nan)


def score_whole(scored: Scored) -> dict[str, float | None]:
    """Compute every metric over all points; None where one is not defined."""
    return {name: as_number(values[0]) for name, values in score(scored).items()}


def find_coverage(scored: Scored, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Say for each quantile how often what happened was not above it."""
    points = scored.points
    below = points.actual[:, None] <= points.quantiles
    shares = below.mean(axis=0) if len(points) else [np.nan] * len(names)
    return [
        {"quantile": name, "level": float(level), "covered": as_number(share)}
        for name, level, share in zip(names, scored.levels, shares)
    ]


def find_bias(scored: Scored) -> float | None:
    """Say by how many per cent of the volume the means are too high in all."""
    volume = float(np.abs(scored.points.actual).sum())
    if not volume:
        return None
    return 100 * float((scored.points.mean - scored.points.actual).sum()) / volume


def find_bias_by(scored: Scored, groups: Array, size: int) -> Array:
    """Say the same of each group of points, [size]; NaN for no volume."""
    points = scored.points
    volume = np.bincount(groups, np.abs(points.actual), minlength=size)
    over = np.bincount(groups, points.mean - points.actual, minlength=size)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(volume > 0, 100 * over / volume, np.nan)


def find_bias_by_series(scored: Scored) -> Array:
    """Say the same of each series that has points, in their order."""
    series, groups = np.unique(scored.points.series, return_inverse=True)
    return find_bias_by(scored, groups.reshape(-1), len(series))


def count_better(comparison: Comparison, metric: str) -> tuple[int, int]:
    """Count the series on which the forecast beats the baseline, and those scored."""
    ours, naive = score_series(comparison, metric)
    told = np.isfinite(ours) & np.isfinite(naive)
    return int((ours[told] < naive[told]).sum()), int(told.sum())


def score_series(comparison: Comparison, metric: str) -> tuple[Array, Array]:
    """Score each series that has points, in their order: the forecast, the baseline."""
    series, groups = np.unique(comparison.forecast.points.series, return_inverse=True)
    groups = groups.reshape(-1)
    return (
        score(comparison.forecast, groups, len(series))[metric],
        score(comparison.baseline, groups, len(series))[metric],
    )


def as_number(value: Any) -> float | None:
    """Give a number for JSON: None for what is not finite."""
    return float(value) if value is not None and np.isfinite(value) else None


def as_numbers(values: Mapping[str, Any], at: int) -> dict[str, float | None]:
    """Give one group's metrics for JSON."""
    return {name: as_number(column[at]) for name, column in values.items()}


def find_gain(ours: float | None, baseline: float | None) -> float | None:
    """Say by how many per cent an error is less than the baseline's."""
    if ours is None or not baseline:
        return None
    return 100 * (1 - ours / baseline)


def _sum(values: Array, groups: Array, size: int) -> Array:
    """Sum by group what is not NaN; NaN for a group without any."""
    seen = np.isfinite(values)
    total = np.bincount(groups[seen], weights=values[seen], minlength=size)
    count = np.bincount(groups[seen], minlength=size)
    return np.where(count > 0, total, np.nan)


def _mean(values: Array, groups: Array, size: int) -> Array:
    seen = np.isfinite(values)
    count = np.bincount(groups[seen], minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        return _sum(values, groups, size) / count
