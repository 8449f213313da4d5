"""The finished forecast as numbers by series and step, and its totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from glue.arrays import Array
from glue.reporting.baseline import forecast_naive
from glue.reporting.history import History, number_keys
from glue.run_documents import RunSettings

_MOST_TOTALS = 10_000
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


def total_history(history: History) -> dict[str, Any]:
    """Sum all series by time step; of a very long history, only the end."""
    periods = np.arange(max(history.steps - _MOST_TOTALS, 0), history.steps)
    totals = np.bincount(history.periods, history.values, minlength=history.steps)
    counts = np.bincount(history.periods, minlength=history.steps)
    return {
        "timestamps": history.name_periods(periods),
        "values": [
            float(total) if count else None
            for total, count in zip(totals[periods].tolist(), counts[periods].tolist())
        ],
    }


def find_complete(history: History, volume: Array, least: int) -> int:
    """Find the period from which on most of today's volume has begun: 75% of it.

    A total of less would show series that begin, and not what they sell.

    Parameters
    ----------
    volume
        Of each series at the end of the history, [n_series].
    least
        Steps that are shown in any case.
    """
    some = np.flatnonzero(np.diff(history.offsets) > 0)
    starts, weights = history.periods[history.offsets[some]], volume[some]
    order = np.argsort(starts, kind="stable")
    begun = np.cumsum(weights[order])
    if not len(begun) or begun[-1] <= 0:
        return 0
    place = int(np.searchsorted(begun, _MOST_OF_IT * begun[-1]))
    return max(min(int(starts[order][place]), history.steps - least), 0)


def total_forecast(
    grid: ForecastGrid, settings: RunSettings, share: float | None = None
) -> dict[str, Any]:
    """Sum all series by timestamp: the means, each quantile, and the sum's quantiles.

    The sum of a quantile is no quantile of the sum: it takes all series to err the same
    way at once, so that the true range is narrower.

    Parameters
    ----------
    share
        How wide the range of the sum is, in parts of the sum of the ranges; None takes
        the whole of it.
    """
    stamps, places = np.unique(grid.stamps.astype(str), return_inverse=True)
    places = places.reshape(-1)

    def add_up(values: Array) -> list[float]:
        sums = np.bincount(places, np.nan_to_num(values), minlength=len(stamps))
        totals: list[float] = sums.tolist()
        return totals

    mean = add_up(grid.mean)
    sums = {
        name: add_up(grid.quantiles[:, at])
        for at, name in enumerate(settings.quantiles)
    }
    part = 1.0 if share is None else share
    return {
        "timestamps": stamps.tolist(),
        "mean": mean,
        "quantile_sums": sums,
        "range_share": share,
        "quantiles": {
            name: [m + part * (value - m) for value, m in zip(column, mean)]
            for name, column in sums.items()
        },
    }


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
