"""Accuracy of forecasts: Autopilot's metrics, and the best simple forecast's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from glue.arrays import Array, add_parts
from glue.reporting.baseline import NAME
from glue.reporting.history import History
from glue.reporting.simple import (
    MEAN,
    METHODS,
    SEASONAL_MEAN,
    WORDS,
    forecast_simply,
)
from glue.run_documents import RunSettings

Made = TypeVar("Made")


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


@dataclass(frozen=True)
class Choice:
    """Which simple forecasts there are, by all series, and which is the baseline.

    Parameters
    ----------
    seasonal
        Whether any series has a season; else there are two of them fewer.
    simple
        The errors of each on all points.
    points, left_out
        How many points are judged, and how many are not.
    """

    name: str
    seasonal: bool
    simple: Mapping[str, Errors]
    points: int = 0
    left_out: int = 0

    @property
    def words(self) -> str:
        """What a sentence calls the baseline."""
        return WORDS[self.name]


def compare(
    points: Points,
    history: History,
    settings: RunSettings,
    choice: Choice | None = None,
) -> Comparison:
    """Put the simple forecasts beside points, and find the best of them.

    Points without an actual, and those of series that had no history at their cutoff,
    are left out for all.

    Parameters
    ----------
    choice
        What is chosen already, where these points are a part of more.
    """
    return forecast_points(points, history, settings).compare(settings.metric, choice)


@dataclass(frozen=True)
class Forecasts:
    """Points, and what every simple method forecasts of them.

    ``seasonal`` says whether any of their series has a season.
    """

    forecast: Scored
    simple: Mapping[str, Scored]
    seasonal: bool
    left_out: int

    def compare(self, metric: str, choice: Choice | None = None) -> Comparison:
        """Put them side by side; the best is found where it is not chosen yet."""
        seasonal = self.seasonal if choice is None else choice.seasonal
        simple = name_simple(self.simple, seasonal)
        best = find_best(simple, metric) if choice is None else choice.name
        return Comparison(self.forecast, simple, best, self.left_out)


def forecast_points(
    points: Points, history: History, settings: RunSettings
) -> Forecasts:
    """Forecast points by every simple method."""
    scale = np.full(len(points), np.nan)
    kept = np.zeros(len(points), dtype=bool)
    made = {name: _make_blank(points) for name in METHODS}
    seasonal = False
    for cutoff in np.unique(points.cutoff):
        at = np.flatnonzero(points.cutoff == cutoff)
        series, rows = np.unique(points.series[at], return_inverse=True)
        simple = forecast_simply(history, series, int(cutoff) + 1, settings)
        rows, steps = rows.reshape(-1), points.step[at] - 1
        for name, (center, quantiles) in simple.by_name.items():
            made[name][0][at] = center[rows, steps]
            made[name][1][at] = quantiles[rows, steps]
        seasonal |= simple.seasonal
        scale[at] = simple.scale[rows]
        kept[at] = simple.known[rows]
    kept &= np.isfinite(points.actual)
    some, levels, median = np.flatnonzero(kept), settings.levels, settings.median
    forecast = Scored(points.take(some), levels, median, scale[some])
    by_name = {
        name: replace(
            forecast,
            points=replace(forecast.points, mean=mean[some], quantiles=quantiles[some]),
        )
        for name, (mean, quantiles) in made.items()
    }
    return Forecasts(forecast, by_name, seasonal, left_out=len(points) - len(some))


def name_simple(simple: Mapping[str, Made], seasonal: bool) -> dict[str, Made]:
    """Name what the methods made; without a season, both seasonal ones are plain."""
    if seasonal:
        return dict(simple)
    return {
        MEAN if name == SEASONAL_MEAN else name: one
        for name, one in simple.items()
        if name != NAME
    }


def choose(parts: Iterable[Forecasts], metric: str) -> Choice:
    """Choose the baseline by all points, a part of them at a time."""
    errors: dict[str, list[Errors]] = {name: [] for name in METHODS}
    seasonal, points, left_out = False, 0, 0
    for part in parts:
        for name, scored in part.simple.items():
            errors[name].append(sum_errors(scored))
        seasonal |= part.seasonal
        points += len(part.forecast.points)
        left_out += part.left_out
    simple = name_simple({n: add_parts(some) for n, some in errors.items()}, seasonal)
    values = {name: float(one.metrics()[metric][0]) for name, one in simple.items()}
    return Choice(_find_least(values), seasonal, simple, points, left_out)


def _make_blank(points: Points) -> tuple[Array, Array]:
    return np.full(len(points), np.nan), np.full(points.quantiles.shape, np.nan)


def find_best(simple: Mapping[str, Scored], metric: str) -> str:
    """Name the simple forecast of least error; the first where none is known."""
    return _find_least({name: float(score(o)[metric][0]) for name, o in simple.items()})


def _find_least(errors: Mapping[str, float]) -> str:
    return min(errors, key=lambda name: np.nan_to_num(errors[name], nan=np.inf))


@dataclass(frozen=True)
class Sum:
    """A sum by group of what is not NaN, and of how many that is, [n_groups]."""

    total: Array
    count: Array

    @property
    def value(self) -> Array:
        """The sum; NaN for a group without any."""
        return np.where(self.count > 0, self.total, np.nan)

    @property
    def mean(self) -> Array:
        """The mean; NaN for a group without any."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.value / self.count


@dataclass(frozen=True)
class Errors:
    """What all metrics of groups of points are made of."""

    loss: Sum
    volume: Sum
    error: Sum
    scaled: Sum
    share: Sum
    squares: Sum

    def metrics(self) -> dict[str, Any]:
        """Give WQL, WAPE, MASE, MAPE and RMSE; NaN where one is not defined."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return {
                "WQL": self.loss.value / self.volume.value,
                "WAPE": self.error.value / self.volume.value,
                "MASE": self.scaled.mean,
                "MAPE": self.share.mean,
                "RMSE": np.sqrt(self.squares.mean),
            }

    def whole(self) -> dict[str, float | None]:
        """Give them for JSON, where there is one group."""
        return as_numbers(self.metrics(), 0)


def sum_errors(scored: Scored, groups: Array | None = None, size: int = 1) -> Errors:
    """Sum up what the metrics of each group of points are made of.

    Parameters
    ----------
    groups
        The group of each point, [n]; None for a single one.
    size
        How many groups there are.
    """
    where = np.zeros(len(scored.points), dtype=int) if groups is None else groups
    actual, levels = scored.points.actual, scored.levels
    error = np.abs(actual - scored.middle)
    with np.errstate(divide="ignore", invalid="ignore"):
        loss = quantile_loss(actual, scored.points.quantiles, levels)
        share = np.where(actual == 0, np.nan, error / np.abs(actual))
        scaled = np.where(scored.scale > 0, error / scored.scale, np.nan)
    squares = (actual - scored.points.mean) ** 2
    columns = (loss.mean(axis=1), np.abs(actual), error, scaled, share, squares)
    return Errors(*(_sum(column, where, size) for column in columns))


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
    return sum_errors(scored, groups, size).metrics()


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


@dataclass(frozen=True)
class Bias:
    """How much the means were too high, and the volume, by group, [n_groups]."""

    over: Array
    volume: Array

    @property
    def percent(self) -> Array:
        """By how many per cent of the volume; NaN for no volume."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.volume > 0, 100 * self.over / self.volume, np.nan)

    def whole(self) -> float | None:
        """Give it for JSON, where there is one group; None for no volume."""
        volume = float(self.volume[0])
        return 100 * float(self.over[0]) / volume if volume else None


def sum_bias(scored: Scored) -> Bias:
    """Sum up the bias of all points."""
    points = scored.points
    over, volume = (points.mean - points.actual).sum(), np.abs(points.actual).sum()
    return Bias(np.array([over]), np.array([volume]))


def sum_bias_by(scored: Scored, groups: Array, size: int) -> Bias:
    """Sum up the bias of each group of points."""
    points = scored.points
    return Bias(
        np.bincount(groups, points.mean - points.actual, minlength=size),
        np.bincount(groups, np.abs(points.actual), minlength=size),
    )


def find_bias(scored: Scored) -> float | None:
    """Say by how many per cent of the volume the means are too high in all."""
    return sum_bias(scored).whole()


def find_bias_by(scored: Scored, groups: Array, size: int) -> Array:
    """Say the same of each group of points, [size]; NaN for no volume."""
    return sum_bias_by(scored, groups, size).percent


def find_bias_by_series(scored: Scored) -> Array:
    """Say the same of each series that has points, in their order."""
    series, groups = np.unique(scored.points.series, return_inverse=True)
    return find_bias_by(scored, groups.reshape(-1), len(series))


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


def _sum(values: Array, groups: Array, size: int) -> Sum:
    seen = np.isfinite(values)
    return Sum(
        np.bincount(groups[seen], weights=values[seen], minlength=size),
        np.bincount(groups[seen], minlength=size),
    )
