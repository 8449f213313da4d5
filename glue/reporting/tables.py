"""A forecast in tables of whole series, in the order of forecast.csv."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from glue.reporting.shelf import Shelf


@dataclass(frozen=True)
class Tables:
    """The tables of a forecast, a shard each.

    Parameters
    ----------
    shelf
        Holds the tables.
    names
        What they are called there, in order.
    dtypes
        Of the columns of numbers: a column is one of whole numbers in all tables, or in
        none.
    sizes
        How many rows each has.
    """

    shelf: Shelf
    names: tuple[str, ...]
    dtypes: Mapping[str, Any] = field(default_factory=dict)
    sizes: tuple[int, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(self.sizes)

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[pd.DataFrame]:
        return (self.read(shard) for shard in range(len(self)))

    def read(self, shard: int) -> pd.DataFrame:
        """Read the table of a shard."""
        table: pd.DataFrame = self.shelf.fetch(self.names[shard])
        odd = {
            name: dtype
            for name, dtype in self.dtypes.items()
            if table[name].dtype != dtype
        }
        return table.astype(odd) if odd else table

    def change(
        self, label: str, change: Callable[[int, pd.DataFrame], pd.DataFrame]
    ) -> Tables:
        """Change each table; the same tables again where that changed nothing.

        Parameters
        ----------
        label
            What the changed tables are called.
        change
            Takes the number of a shard, and its table.
        """
        names, dtypes, sizes, changed = [], [], [], False
        for shard in range(len(self)):
            before = self.read(shard)
            after = change(shard, before)
            name = self.names[shard]
            if after is not before and not after.equals(before):
                changed, name = True, f"{label}-{shard:05d}"
                self.shelf.keep(name, after)
                self.shelf.drop(self.names[shard])
            names.append(name)
            dtypes.append(find_dtypes(after, self.dtypes))
            sizes.append(len(after))
        if not changed:
            return self
        return Tables(self.shelf, tuple(names), join_dtypes(dtypes), tuple(sizes))


def find_dtypes(table: pd.DataFrame, names: Mapping[str, Any]) -> dict[str, Any]:
    """Give the types of some columns."""
    return {name: table[name].dtype for name in names}


def join_dtypes(several: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the type that a column has where such tables are made one."""
    return {
        name: np.result_type(*(dtypes[name] for dtypes in several))
        for name in several[0]
    }
