"""What the best simple forecast says of the time that is forecast."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from glue.arrays import Array
from glue.reporting.history import History
from glue.reporting.simple import MEAN, SEASONAL_MEAN, forecast_simply
from glue.run_documents import RunSettings


def total_alternative(history: History, settings: RunSettings, name: str) -> Array:
    """Sum the baseline's forecast over the horizon, from all of the history.

    Parameters
    ----------
    name
        Which of the simple forecasts it is.

    Returns
    -------
    The sum of each series, [n_series].
    """
    if name == MEAN:
        # The mean is that of each place in a season of one step.
        name, settings = SEASONAL_MEAN, replace(settings, season=1)
    every = np.arange(len(history.keys))
    simple = forecast_simply(history, every, history.steps, settings)
    return np.asarray(simple.by_name[name][0].sum(axis=1))
