"""The series that the page may draw: those of most volume, however many there are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from glue.arrays import Array, join_parts
from glue.reporting.figures import Figures
from glue.reporting.grid import ForecastGrid
from glue.reporting.history import History
from glue.reporting.judged import Judged
from glue.reporting.panel import Panel
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
    told = None
    if figures.outcome.judged is not None:
        told = _gather(figures.outcome.judged, panel, numbers)
    return Excerpt(numbers, history, grid, told)


def _gather(judged: Judged, panel: Panel, numbers: Array) -> Told:
    """Gather the backtest of some series."""
    pieces, before = [], 0
    for shard in panel:
        some = shard.find(numbers)
        found = judged.compare(shard.number, shard.history, some)
        points = found.forecast.points
        series = before + np.searchsorted(some, points.series)
        pieces.append(Told(replace(points, series=series), found.baseline.middle))
        before += len(some)
    return join_parts(pieces)
