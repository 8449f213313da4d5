"""The finished forecast as numbers by series and step, and its totals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from glue.arrays import Array
from glue.reporting.baseline import forecast_naive
from glue.reporting.history import History, number_keys
from glue.run_documents import RunSettings

_MOST_OF_IT = 0.75


@dataclass(frozen=True)
class ForecastGrid:
    """Every row of forecast.csv, in its order.

    Parameters
    ----------
    series, step
        The number of the row's series in the history, and its place there from 0, [n].
    stamps
        The timestamps as they stand in the file, [n].
    mean
        [n].
    quantiles
        [n, n_quantiles], in rising order of their levels.
    """

    series: Array
    step: Array
    stamps: Array
    mean: Array
    quantiles: Array

    def take(self, which: Array, numbers: Array) -> ForecastGrid:
        """Keep some of the rows, whose series get other numbers."""
        return ForecastGrid(
            numbers[self.series[which]],
            self.step[which],
            self.stamps[which],
            self.mean[which],
            self.quantiles[which],
        )

    def total_by_series(self, count: int) -> Array:
        """Sum the means of each series' horizon, [count]; NaN for no forecast."""
        totals = np.bincount(self.series, weights=self.mean, minlength=count)
        some = np.bincount(self.series, minlength=count) > 0
        return np.where(some, totals, np.nan)


def build_grid(
    table: pd.DataFrame, history: History, settings: RunSettings
) -> ForecastGrid:
    """Number the rows of a forecast; rows of unknown series are left out."""
    found: dict[tuple[str, ...], int] = {}
    local = number_keys(table, settings.keys, found)
    places = np.array([history.numbers.get(key, -1) for key in found], dtype=np.int64)
    series = places[local] if found else local
    ours = series >= 0
    series = series[ours]
    # Rows are sorted by series, so that a row's place follows from the first one's.
    fresh = np.flatnonzero(np.diff(series, prepend=-1) != 0)
    first = np.repeat(fresh, np.diff(np.append(fresh, len(series))))
    return ForecastGrid(
        series=series,
        step=np.arange(len(series)) - first,
        stamps=table[settings.timestamp].to_numpy(dtype=object)[ours],
        mean=table["mean"].to_numpy(dtype=float)[ours],
        quantiles=table[list(settings.quantiles)].to_numpy(dtype=float)[ours],
    )


def find_complete(starts: Array, volume: Array, steps: int, least: int) -> int:
    """Find the period from which on most of today's volume has begun: 75% of it.

    A total of less would show series that begin, and not what they sell.

    Parameters
    ----------
    starts
        The first period of each series; -1 for one without a value, [n_series].
    volume
        Of each series at the end of the history, [n_series].
    steps
        Time steps of the history.
    least
        Steps that are shown in any case.
    """
    some = np.flatnonzero(starts >= 0)
    begins, weights = starts[some], volume[some]
    order = np.argsort(begins, kind="stable")
    begun = np.cumsum(weights[order])
    if not len(begun) or begun[-1] <= 0:
        return 0
    place = int(np.searchsorted(begun, _MOST_OF_IT * begun[-1]))
    return max(min(int(begins[order][place]), steps - least), 0)


@dataclass(frozen=True)
class SeriesTotals:
    """What is ahead of each series in all, beside what was, [n_series].

    Parameters
    ----------
    volume
        The sum of the absolute values of the last season, or of the last horizon when
        that is longer.
    forecast
        The sum of the forecast's means.
    reference
        What the same period before had; where a series is too young for that, what
        seasonal naive expects: its last season again, or its last value.
    seasonal
        Whether it has that period, or a whole season.
    """

    volume: Array
    forecast: Array
    reference: Array
    seasonal: Array

    @property
    def change(self) -> Array:
        """By how many per cent the forecast is more than that."""
        with np.errstate(divide="ignore", invalid="ignore"):
            change = 100 * (self.forecast / self.reference - 1)
        return np.where(self.reference > 0, change, np.nan)


def total_series(
    grid: ForecastGrid, history: History, settings: RunSettings, lag: int = 0
) -> SeriesTotals:
    """Compare each series' forecast with the same period before.

    Parameters
    ----------
    lag
        How many steps before the horizon that lies; 0 for no such period.
    """
    count = len(history.keys)
    naive = forecast_naive(history, np.arange(count), history.steps, settings)
    span = max(settings.season, settings.horizon)
    recent = history.periods >= history.steps - span
    owners = np.repeat(np.arange(count), np.diff(history.offsets))
    then = (history.periods >= history.steps - lag) & (
        history.periods < history.steps - lag + settings.horizon
    )
    had = np.bincount(owners[then], history.values[then], minlength=count)
    whole = np.bincount(owners[then], minlength=count) == settings.horizon
    whole &= lag > 0
    return SeriesTotals(
        volume=np.bincount(
            owners[recent], np.abs(history.values[recent]), minlength=count
        ),
        forecast=grid.total_by_series(count),
        reference=np.where(whole, had, naive.center.sum(axis=1)),
        seasonal=whole | _have_season(history, settings.season),
    )


def _have_season(history: History, season: int) -> Array:
    """Tell which series are longer than a season and one step, [n_series]."""
    lengths = np.zeros(len(history.keys), dtype=np.int64)
    some = np.flatnonzero(np.diff(history.offsets) > 0)
    lengths[some] = history.steps - history.periods[history.offsets[some]]
    return (lengths > season + 1) & (season > 1)
