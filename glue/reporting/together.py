"""All series added up: their history by time step, their forecast by timestamp."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glue.arrays import Array
from glue.reporting.ghost import Ghost
from glue.reporting.histories import Histories
from glue.reporting.panel import Shard
from glue.run_documents import RunSettings

_MOST_TOTALS = 10_000


@dataclass(frozen=True)
class Together:
    """All series together.

    Parameters
    ----------
    totals, counts
        The sum of the values of each time step, and how many there are, [steps].
    stamps
        The timestamps of the forecast.
    mean, simple
        What the means, and the baseline's, add up to at each, [n_stamps].
    quantiles
        The same of the quantiles, [n_stamps, n_quantiles].
    rows
        Rows of the forecast.
    """

    totals: Array
    counts: Array
    stamps: list[str]
    mean: Array
    quantiles: Array
    simple: Array
    rows: int

    def list_history(self, periods: Array) -> list[float | None]:
        """Give the sums of some time steps; None where no series has a value."""
        pairs = zip(self.totals[periods].tolist(), self.counts[periods].tolist())
        return [float(total) if count else None for total, count in pairs]


@dataclass
class Adder:
    """Adds up shards of series, one after the other."""

    steps: int
    totals: Array = field(init=False)
    counts: Array = field(init=False)
    rows: int = 0
    sums: list[tuple[Array, Array]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.totals = np.zeros(self.steps)
        self.counts = np.zeros(self.steps, dtype=np.int64)

    def add(self, shard: Shard, simple: Array) -> None:
        """Add a shard; ``simple`` is the baseline's forecast, [n_series, horizon]."""
        history, grid = shard.history, shard.grid
        self.totals += np.bincount(
            history.periods, history.values, minlength=self.steps
        )
        self.counts += np.bincount(history.periods, minlength=self.steps)
        stamps, places = np.unique(grid.stamps.astype(str), return_inverse=True)
        columns = (grid.mean, simple[grid.series, grid.step], *grid.quantiles.T)
        sums = [
            np.bincount(places.reshape(-1), np.nan_to_num(one), minlength=len(stamps))
            for one in columns
        ]
        self.sums.append((stamps, np.stack(sums, axis=1)))
        self.rows += len(grid.series)

    def finish(self) -> Together:
        """Give what all add up to."""
        stamps = np.unique(np.concatenate([stamps for stamps, _ in self.sums]))
        whole = np.zeros((len(stamps), self.sums[0][1].shape[1]))
        for some, sums in self.sums:
            whole[np.searchsorted(stamps, some)] += sums
        return Together(
            self.totals,
            self.counts,
            stamps.tolist(),
            mean=whole[:, 0],
            simple=whole[:, 1],
            quantiles=whole[:, 2:],
            rows=self.rows,
        )


def total_history(together: Together, histories: Histories) -> dict[str, Any]:
    """Give the sums by time step; of a very long history, only the end."""
    periods = np.arange(max(histories.steps - _MOST_TOTALS, 0), histories.steps)
    return {
        "timestamps": histories.name_periods(periods),
        "values": together.list_history(periods),
    }


def total_before(
    together: Together, ghost: Ghost, settings: RunSettings
) -> dict[str, Any]:
    """Give what all series had in the same period before, by step of the horizon."""
    values: list[float | None] = []
    if ghost.lag:
        first = len(together.totals) - ghost.lag
        last = min(first + settings.horizon, len(together.totals))
        values = together.list_history(np.arange(first, last))
    return {"lag": ghost.lag, "words": ghost.words, "values": values}


def total_forecast(
    together: Together, settings: RunSettings, share: float | None = None
) -> dict[str, Any]:
    """Give the sums by timestamp: the means, each quantile, and the sum's quantiles.

    The sum of a quantile is no quantile of the sum: it takes all series to err the same
    way at once, so that the true range is narrower.

    Parameters
    ----------
    share
        How wide the range of the sum is, in parts of the sum of the ranges; None takes
        the whole of it.
    """
    mean = together.mean.tolist()
    sums = dict(zip(settings.quantiles, together.quantiles.T.tolist()))
    part = 1.0 if share is None else share
    return {
        "timestamps": together.stamps,
        "mean": mean,
        "quantile_sums": sums,
        "range_share": share,
        "quantiles": {
            name: [m + part * (value - m) for value, m in zip(column, mean)]
            for name, column in sums.items()
        },
    }
