"""How very many series are parted, so that only some are in memory at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from glue.arrays import Array
from glue.bucket import Bucket
from glue.reporting.history import Key
from glue.run_documents import Run

# What is in memory at a time, at most: series, values of their history, and rows of
# their forecast.
MOST_SERIES, MOST_VALUES, MOST_ROWS = 20_000, 4_000_000, 1_000_000
# So many times the usual size is too much for a shard.
_UNEVEN = 2
_FIRST_BYTES = 64 * 1024
# Files of each shard that are looked at to part all evenly.
_LOOKED_AT = 4


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

    def are_even(self, sample: Sequence[Key]) -> bool:
        """Tell whether no shard has many more of some series than another."""
        sizes = np.bincount(self.place(sample), minlength=len(self))
        return bool(sizes.max(initial=0) <= _UNEVEN * -(-len(sample) // len(self)))


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


def find_bounds(run: Run, bucket: Bucket, shards: int) -> Bounds | None:
    """Find bounds by the files that were sent to the model, in the order of their keys.

    None where they are too few to tell.
    """
    if shards == 1:
        return None
    stored = bucket.list_objects(run.keys.transform_folder)
    if len(stored) < shards:
        return None
    files = stored[:: -(-len(stored) // (_LOOKED_AT * shards))]
    return choose_bounds([_read_first(run, bucket, one.key) for one in files], shards)


def _read_first(run: Run, bucket: Bucket, key: str) -> Key:
    """Read the key of a file's first series."""
    names = [*run.settings.keys]
    with bucket.open(key, _FIRST_BYTES) as file:
        table = pd.read_csv(
            file,
            usecols=names,
            dtype=str,
            keep_default_na=False,
            nrows=1,
            encoding="utf-8",
        )
    return tuple(str(table[name].iloc[0]) for name in names)


def choose_bounds(sample: Sequence[Key], shards: int) -> Bounds:
    """Choose bounds that part series evenly, by an even sample of their keys."""
    ordered = sorted(sample)
    places = (len(ordered) * shard // shards for shard in range(1, shards))
    starts = dict.fromkeys(ordered[place] for place in places)
    # Nothing comes before the first of all.
    return Bounds(tuple(start for start in starts if start > ordered[0]))
