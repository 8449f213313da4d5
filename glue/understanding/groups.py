"""The columns that tell series of one item apart, where no settings name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from glue.arrays import factorize
from glue.limits import MAX_GROUPS
from glue.rows import Rows
from glue.understanding.column_names import rank_group_names


def order_group_candidates(
    others: Iterable[str], numeric: Mapping[str, bool]
) -> list[str]:
    """List the columns that could tell series of one item apart, likeliest first.

    Parameters
    ----------
    others
        Columns that are neither key nor target.
    numeric
        Whether a column holds numbers; those need a name that says "place".
    """
    names = list(others)
    named = rank_group_names(names)
    return named + [name for name in names if name not in named and not numeric[name]]


def find_groups(
    items: Rows, item_id: str, timestamp: str, candidates: Iterable[str]
) -> tuple[str, ...]:
    """Find the columns without which an item has two values at one moment.

    Parameters
    ----------
    items
        The rows of whole items, as text.
    item_id, timestamp
        Their columns.
    candidates
        The columns that could be groups, likeliest first.

    Returns
    -------
    tuple of str
        Empty when an item has one value at each moment, or when no column
        explains that it has several.
    """
    _, firsts = np.unique(items.key(list(items.columns)), return_index=True)
    items = items.take(np.sort(firsts))  # a row that is there twice tells nothing
    moments = items.key([item_id, timestamp])
    before = len(moments) - len(np.unique(moments))
    chosen: list[str] = []
    repeats, rows = before, len(moments)
    for name in candidates:
        if not repeats or len(chosen) == MAX_GROUPS:
            break
        now = factorize([moments, items[name]])
        left = rows - len(np.unique(now))
        if left < 0.9 * repeats:
            chosen.append(name)
            moments, repeats = now, left
    # A place tells series apart, though rows may be there twice besides.
    named = len(rank_group_names(chosen)) == len(chosen)
    if not chosen or repeats > (0.5 * before if named else 0.05 * rows):
        return ()
    wholes = items.key([item_id, *chosen])
    grouped = len(np.unique(wholes)) <= rows / 3  # else a row's number, not a group
    return tuple(chosen) if grouped else ()
