"""How very many series are parted, so that only some are in memory at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from glue.arrays import Array
from glue.reporting.history import Key
from glue.run_documents import Run

# What is in memory at a time, at most: series, values of their history, and rows of
# their forecast.
MOST_SERIES, MOST_VALUES, MOST_ROWS = 20_000, 4_000_000, 1_000_000


@dataclass(frozen=True)
class Bounds:
    """The keys that each shard but the first begins with, in order."""

    starts: tuple[Key, ...] = ()

    def __len__(self) -> int:
        return len(self.starts) + 1

    def place(self, keys: Iterable[Key]) -> Array:
        """Tell which shard each series is in, [n]."""
        found = [bisect_right(self.starts, key) for key in keys]
        return np.array(found, dtype=np.int64)


def count_shards(run: Run, most: int = MOST_SERIES) -> int:
    """Say into how many shards a run's series are parted, by what it was made of.

    Parameters
    ----------
    most
        Series of a shard; the other limits are lowered with it.
    """
    share = most / MOST_SERIES
    sizes = (
        run.series / MOST_SERIES,
        run.rows / MOST_VALUES,
        run.series * run.settings.horizon / MOST_ROWS,
    )
    return max(1, int(np.ceil(max(sizes) / share)))


def choose_bounds(sample: Sequence[Key], shards: int) -> Bounds:
    """Choose bounds that part series evenly, by an even sample of their keys."""
    ordered = sorted(sample)
    places = (len(ordered) * shard // shards for shard in range(1, shards))
    starts = dict.fromkeys(ordered[place] for place in places if place)
    return Bounds(tuple(starts))
