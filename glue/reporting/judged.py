"""Forecasts of the past beside the simple ones, a shard of series at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from glue.arrays import Array
from glue.reporting.histories import Histories
from glue.reporting.history import History
from glue.reporting.scoring import (
    Choice,
    Comparison,
    Forecasts,
    Points,
    choose,
    forecast_points,
)
from glue.run_documents import RunSettings


@dataclass(frozen=True)
class Judged:
    """Points of all series, and the simple forecasts of them.

    Parameters
    ----------
    read
        Reads the points of a shard, whose series are numbered from 0 on.
    """

    read: Callable[[int], Points]
    histories: Histories
    settings: RunSettings

    @cached_property
    def choice(self) -> Choice:
        """The baseline, by the points of all shards."""
        return choose(self._forecast_all(), self.settings.metric)

    def _forecast_all(self) -> Iterator[Forecasts]:
        if len(self.histories) == 1:
            yield self._only
            return
        for shard, history in enumerate(self.histories):
            yield self._forecast(shard, history)

    @cached_property
    def _only(self) -> Forecasts:
        return self._forecast(0, self.histories.read(0))

    def _forecast(
        self, shard: int, history: History, some: Array | None = None
    ) -> Forecasts:
        points = self.read(shard)
        if some is not None:
            points = points.take(np.flatnonzero(np.isin(points.series, some)))
        return forecast_points(points, history, self.settings)

    def compare(
        self, shard: int, history: History, some: Array | None = None
    ) -> Comparison:
        """Compare the points of a shard, or of some of its series."""
        if len(self.histories) == 1:
            forecasts = self._only
        else:
            forecasts = self._forecast(shard, history, some)
        return forecasts.compare(self.settings.metric, self.choice)

    def __iter__(self) -> Iterator[Comparison]:
        for shard, history in enumerate(self.histories):
            yield self.compare(shard, history)
