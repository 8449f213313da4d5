"""What the best simple forecast says of the time that is forecast."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from typing import TextIO

import numpy as np

from glue.arrays import Array
from glue.reporting.history import History
from glue.reporting.panel import Panel
from glue.reporting.simple import MEAN, SEASONAL_MEAN, forecast_simply
from glue.run_documents import RunSettings


@dataclass(frozen=True)
class Alternative:
    """The baseline's forecast from all of the history.

    Parameters
    ----------
    center
        [n_series, horizon].
    quantiles
        [n_series, horizon, n_quantiles].
    """

    center: Array
    quantiles: Array

    @property
    def totals(self) -> Array:
        """The sum of each series, [n_series]."""
        return np.asarray(self.center.sum(axis=1))


def forecast_alternative(
    history: History, settings: RunSettings, name: str
) -> Alternative:
    """Forecast by the simple method that is the baseline."""
    if name == MEAN:
        # The mean is that of each place in a season of one step.
        name, settings = SEASONAL_MEAN, replace(settings, season=1)
    every = np.arange(len(history.keys))
    simple = forecast_simply(history, every, history.steps, settings)
    return Alternative(*simple.by_name[name])


def write_alternative(
    name: str, panel: Panel, settings: RunSettings, *, file: TextIO
) -> None:
    """Write baseline.csv: the columns and rows of forecast.csv.

    Parameters
    ----------
    name
        Which of the simple forecasts the baseline is.
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*settings.keys, settings.timestamp, "mean", *settings.quantiles])
    for shard in panel:
        history, grid = shard.history, shard.grid
        made = forecast_alternative(history, settings, name)
        center = made.center[grid.series, grid.step]
        quantiles = made.quantiles[grid.series, grid.step]
        for series, stamp, mean, row in zip(
            grid.series.tolist(),
            grid.stamps.tolist(),
            center.tolist(),
            quantiles.tolist(),
        ):
            numbers = (f"{value:.10g}" for value in (mean, *row))
            writer.writerow([*history.keys[series], stamp, *numbers])
