"""What every join of a related table needs: matching, picking, and what is amiss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from glue.arrays import Array, as_texts, factorize
from glue.findings.finding import Tallies
from glue.rows import Rows
from glue.shaping.shape import name_row
from glue.understanding.related import RelatedTable


@dataclass(frozen=True)
class Lookup:
    """Which row of another table belongs to each row, and whether there is any.

    ``places`` are only good where ``hit`` is true, both [n].
    """

    places: Array
    hit: Array

    @property
    def used(self) -> Array:
        """The other table's rows that belong to any, as their places."""
        return self.places[self.hit]

    def pick(self, values: Array) -> Array:
        """Take the other table's values; what has no row there is blank."""
        picked = make_blanks(values, len(self.places))
        picked[self.hit] = values[self.used]
        return picked


def look_up(wanted: Array, given: Array) -> Lookup:
    """Find the first place of each wanted number among those given."""
    if not len(given):
        nowhere = np.zeros(len(wanted), dtype=np.int64)
        return Lookup(nowhere, np.zeros(len(wanted), dtype=bool))
    order = np.argsort(given, kind="stable")
    spots = np.searchsorted(given[order], wanted)
    places = order[np.minimum(spots, len(given) - 1)]
    return Lookup(places, given[places] == wanted)


def number_alike(
    first: Rows, second: Rows, keys: tuple[str, ...]
) -> tuple[Array, Array]:
    """Number the keys of two tables alike, [n] and [m]."""
    both = [np.concatenate([first[name], second[name]]) for name in keys]
    zeros = np.zeros(len(first) + len(second), dtype=np.int64)
    codes = factorize(both) if keys else zeros
    return codes[: len(first)], codes[len(first) :]


def mark_firsts(codes: Array, mask: Array) -> Array:
    """Mark the first of the marked rows of each code, [n]."""
    marked = np.flatnonzero(mask)
    firsts = np.zeros(len(codes), dtype=bool)
    firsts[marked[np.unique(codes[marked], return_index=True)[1]]] = True
    return firsts


def make_blanks(like: Array, count: int) -> Array:
    """Make blank values of the kind of others, [count]."""
    if like.dtype == object:
        return as_texts([""] * count)
    return np.full(count, np.nan)


def is_blank(values: Array) -> Array:
    """Mark the blank values, [n]."""
    blank: Array = values == "" if values.dtype == object else np.isnan(values)
    return blank


def note_rows(
    code: str,
    table: RelatedTable,
    rows: Rows,
    mask: Array,
    *,
    tallies: Tallies,
    more: Callable[[int], str] = lambda _: "",
) -> None:
    """Add rows of a related table to what is told of it; ``more`` says more of each."""
    if mask.any():
        file, keys = table.name, table.keys
        describe = describe_rows(rows, keys, dated=table.plan.timestamp is not None)
        column = keys[0] if keys else table.plan.timestamp
        examples = rows.first(mask, file, column, lambda at: describe(at) + more(at))
        tallies.add(code, examples, count=int(mask.sum()), file=file)


def describe_rows(
    rows: Rows, keys: tuple[str, ...], *, dated: bool = True
) -> Callable[[int], str]:
    """Give a function that names a row: its series, and its moment if it has one."""
    if dated:
        return lambda at: name_row(rows, keys, at)
    return lambda at: rows.name(keys, at)
