"""The history and the forecast of all series side by side, a shard at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from glue.arrays import Array, join_parts
from glue.reporting.grid import ForecastGrid, build_grid
from glue.reporting.histories import Histories, keep_history
from glue.reporting.history import History
from glue.reporting.shelf import Shelf
from glue.reporting.tables import Tables
from glue.run_documents import RunSettings


@dataclass(frozen=True)
class Shard:
    """Some series in a row, from number ``first`` on; here they count from 0."""

    number: int
    first: int
    history: History
    grid: ForecastGrid

    @property
    def series(self) -> slice:
        """The numbers of its series among all."""
        return slice(self.first, self.first + len(self.history.keys))

    def find(self, numbers: Array) -> Array:
        """Find which of some series are here, by rising numbers, as they count here."""
        ours = (numbers >= self.series.start) & (numbers < self.series.stop)
        return np.asarray(numbers[ours] - self.first)


@dataclass(frozen=True)
class Panel:
    """All series of a run; they can be gone through again and again."""

    histories: Histories
    tables: Tables
    settings: RunSettings

    def __iter__(self) -> Iterator[Shard]:
        if len(self.histories) == 1:
            return iter([self._only])
        return map(self._build, range(len(self.histories)))

    @cached_property
    def _only(self) -> Shard:
        return self._build(0)

    def _build(self, number: int) -> Shard:
        history = self.histories.read(number)
        grid = build_grid(self.tables.read(number), history, self.settings)
        return Shard(number, self.histories.firsts[number], history, grid)

    @property
    def at_a_time(self) -> int:
        """How many series a shard has."""
        return max(1, -(-len(self.histories.keys) // len(self.histories)))

    def gather(self, numbers: Array) -> tuple[History, ForecastGrid]:
        """Gather some series, by rising numbers; they count from 0 in what it gives."""
        if len(self.histories) == 1 and len(numbers) == len(self.histories.keys):
            return self._only.history, self._only.grid
        grids, before = [], 0
        for shard in self:
            some = shard.find(numbers)
            places = np.full(len(shard.history.keys), -1)
            places[some] = before + np.arange(len(some))
            which = np.flatnonzero(places[shard.grid.series] >= 0)
            grids.append(shard.grid.take(which, places))
            before += len(some)
        return self.histories.gather(numbers), join_parts(grids)


def make_panel(history: History, table: pd.DataFrame, settings: RunSettings) -> Panel:
    """Put a history and a forecast side by side that are in memory."""
    shelf = Shelf()
    shelf.keep("forecast", table)
    tables = Tables(shelf, ("forecast",), sizes=(len(table),))
    return Panel(keep_history(history, shelf), tables, settings)
