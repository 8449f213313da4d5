"""The series that the page may draw: those of most volume, however many there are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from glue.arrays import Array, join_parts
from glue.reporting.figures import Figures
from glue.reporting.grid import ForecastGrid
from glue.reporting.history import History
from glue.reporting.scoring import Points

# So many times the series that are in memory at a time.
_TIMES = 2


@dataclass(frozen=True)
class Told:
    """The points of a backtest, and what the baseline says there, [n_points]."""

    points: Points
    baseline: Array


@dataclass(frozen=True)
class Excerpt:
    """Some series with all that is known of them; they count from 0.

    Parameters
    ----------
    numbers
        The number of each among all, rising, [n_series].
    told
        Their backtest; None where there is none.
    """

    numbers: Array
    history: History
    grid: ForecastGrid
    told: Told | None = None


def excerpt(figures: Figures, listed: Array) -> Excerpt:
    """Take the first of the series that are listed."""
    panel = figures.panel
    numbers = np.sort(listed[: _TIMES * panel.at_a_time])
    if len(panel.histories) == 1:
        # All of them: the page has room for no more anyway.
        numbers = np.arange(len(panel.histories.keys))
    history, grid = panel.gather(numbers)
    comparison = figures.outcome.comparison
    if comparison is None:
        return Excerpt(numbers, history, grid)
    if figures.outcome.parted is None:
        told = Told(comparison.forecast.points, comparison.baseline.middle)
    else:
        told = _gather(figures, numbers)
    return Excerpt(numbers, history, grid, told)


def _gather(figures: Figures, numbers: Array) -> Told:
    """Gather the backtest of some series."""
    panel, pieces, before = figures.panel, [], 0
    for shard in panel:
        some = shard.find(numbers)
        found = figures.outcome.compare(shard, panel.settings, some)
        if found is not None:
            points = found.forecast.points
            series = before + np.searchsorted(some, points.series)
            pieces.append(Told(replace(points, series=series), found.baseline.middle))
        before += len(some)
    return join_parts(pieces)
