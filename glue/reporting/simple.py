"""The simple forecasts that a model has to beat, each in a line of arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from glue.arrays import Array
from glue.reporting.baseline import (
    NAME,
    Naive,
    fill_in_blocks,
    find_seasonal,
    repeat_season,
)
from glue.reporting.history import History
from glue.run_documents import RunSettings

LAST_VALUE, SEASONAL_MEAN, MEAN, DRIFT = "LastValue", "SeasonalMean", "Mean", "Drift"
# Every method, of which two are others where there is a season.
METHODS = (NAME, LAST_VALUE, SEASONAL_MEAN, DRIFT)
# How a sentence names each.
WORDS = {
    NAME: "seasonal naive",
    LAST_VALUE: "the last value",
    SEASONAL_MEAN: "the seasonal mean",
    MEAN: "the mean of the history",
    DRIFT: "a straight line (drift)",
}


@dataclass(frozen=True)
class SimpleForecasts:
    """What each simple method forecasts of some series from one cutoff.

    Parameters
    ----------
    by_name
        Centres [n_series, horizon] and quantiles [n_series, horizon, n_quantiles] of
        each method.
    seasonal
        Whether any series has a season before the cutoff; where none has, seasonal
        naive only repeats the last value, and the seasonal mean is the mean.
    scale
        Mean absolute seasonal change of the history, for MASE; NaN for none, [n_series]
    known
        Whether a series has any history before the cutoff, [n_series].
    """

    by_name: dict[str, tuple[Array, Array]]
    seasonal: bool
    scale: Array
    known: Array


def forecast_simply(
    history: History, series: Array, end: int, settings: RunSettings
) -> SimpleForecasts:
    """Forecast the horizon from period ``end`` on, from what was known before it."""
    blocks = [
        _forecast_block(filled, settings)
        for filled in fill_in_blocks(history, series, end, settings)
    ]
    return SimpleForecasts(
        by_name={name: _join(blocks, name) for name in blocks[0].by_name},
        seasonal=any(block.seasonal for block in blocks),
        scale=np.concatenate([block.scale for block in blocks]),
        known=np.concatenate([block.known for block in blocks]),
    )


def _join(blocks: list[SimpleForecasts], name: str) -> tuple[Array, Array]:
    centers, quantiles = zip(*(block.by_name[name] for block in blocks))
    return np.concatenate(centers), np.concatenate(quantiles)


def _forecast_block(filled: Array, settings: RunSettings) -> SimpleForecasts:
    naive = repeat_season(filled, settings)
    seasonal = find_seasonal(filled, settings.season)
    made: dict[str, Naive | _Normal] = {
        NAME: naive,
        LAST_VALUE: repeat_season(filled, settings, lag=1),
        SEASONAL_MEAN: _forecast_mean(filled, settings, seasonal),
        DRIFT: _forecast_drift(filled, settings),
    }
    return SimpleForecasts(
        {name: (one.center, one.quantiles) for name, one in made.items()},
        seasonal=bool(seasonal.any()),
        scale=naive.scale,
        known=naive.known,
    )


@dataclass(frozen=True)
class _Normal:
    """Normal forecasts: centres and widths, [n_series, horizon]."""

    center: Array
    quantiles: Array


def _spread_normally(
    filled: Array, center: Array, width: Array, settings: RunSettings
) -> _Normal:
    """Put quantiles around centres; not below zero if the series never is."""
    scores = np.array([NormalDist().inv_cdf(level) for level in settings.levels])
    width = np.nan_to_num(width)
    quantiles = center[:, :, None] + width[:, :, None] * scores
    never_negative = np.fmin.reduce(filled, axis=1, initial=np.inf) >= 0
    floor = np.where(never_negative, 0.0, -np.inf)
    return _Normal(
        np.maximum(center, floor[:, None]),
        np.maximum(quantiles, floor[:, None, None]),
    )


def _forecast_drift(filled: Array, settings: RunSettings) -> _Normal:
    """Go on along the line from each series' first value to its last.

    The width is that of a random walk with drift:
    https://otexts.com/fpp3/prediction-intervals.html
    """
    steps = np.arange(1, settings.horizon + 1)
    if not filled.shape[1]:
        nothing = np.zeros((len(filled), settings.horizon))
        return _spread_normally(filled, nothing, nothing, settings)
    seen = ~np.isnan(filled)
    rows = np.arange(len(filled))
    first, last = (
        seen.argmax(axis=1),
        filled.shape[1] - 1 - seen[:, ::-1].argmax(axis=1),
    )
    span = np.maximum(last - first, 1)
    end = np.nan_to_num(filled[rows, last])
    slope = (end - np.nan_to_num(filled[rows, first])) / span
    changes = np.diff(filled, axis=1) - slope[:, None]
    spread = _root_mean_square(changes)
    # The last value may lie before the cutoff: the line goes on from there.
    ahead = steps + (filled.shape[1] - 1 - last)[:, None]
    center = end[:, None] + slope[:, None] * ahead
    width = spread[:, None] * np.sqrt(ahead * (1 + ahead / span[:, None]))
    return _spread_normally(filled, center, width, settings)


def _root_mean_square(values: Array) -> Array:
    """Take it of each row, without what is NaN; NaN for a row of nothing else."""
    count = (~np.isnan(values)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.sqrt(np.nansum(values**2, axis=1) / count)


def _forecast_mean(filled: Array, settings: RunSettings, seasonal: Array) -> _Normal:
    """Forecast the mean of each place in the season; the mean where there is none."""
    center, width = _average(filled, 1, settings.horizon)
    if seasonal.any():
        by_place = _average(filled[seasonal], settings.season, settings.horizon)
        center[seasonal], width[seasonal] = by_place
    return _spread_normally(filled, center, width, settings)


def _average(filled: Array, season: int, horizon: int) -> tuple[Array, Array]:
    """Give the mean at each place of a season, and the spread around it."""
    lead = -filled.shape[1] % season
    padded = np.pad(filled, ((0, 0), (lead, 0)), constant_values=np.nan)
    seasons = padded.reshape(len(filled), padded.shape[1] // season, season)
    count = (~np.isnan(seasons)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.nansum(seasons, axis=1) / count
        residuals = np.nansum((seasons - means[:, None, :]) ** 2, axis=(1, 2))
        free = np.maximum(count.sum(axis=1) - (count > 0).sum(axis=1), 1)
        width = np.sqrt(residuals / free)[:, None] * np.sqrt(1 + 1 / count)
    overall = np.nansum(filled, axis=1) / np.maximum((~np.isnan(filled)).sum(axis=1), 1)
    means = np.where(np.isnan(means), overall[:, None], means)
    places = np.arange(horizon) % season
    return means[:, places], np.where(np.isfinite(width), width, 0.0)[:, places]
