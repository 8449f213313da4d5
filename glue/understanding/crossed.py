"""Rows in which two columns of a table seem to be swapped from some row on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glue.arrays import Array
from glue.findings.finding import Example, Findings
from glue.reading.numbers import is_number
from glue.rows import Rows

_LEAST_ROWS = 6
# A column of ids has so many times fewer kinds than one of measures, at least.
_FEWER = 2
# Two columns that trade places are so many times apart in size, at least.
_APART = 5
# A comma or a point in it may group thousands.
_GROUPED = re.compile(r"\d{1,3}[.,]\d{3}")
_ADVISE_TRADE = (
    "bring the columns of the rows below into the order of the header, as where two "
    "tables were joined whose columns have another order"
)


@dataclass(frozen=True)
class Crossing:
    """From which row on two columns seem to be swapped; ``at`` is its place."""

    first: str
    second: str
    at: int
    remedy: str | None = None


def find_crossing(sample: Rows, item_id: str, others: Sequence[str]) -> Crossing | None:
    """Find out whether a column takes over from the ids at some row, and they from it.

    From there on no id is one of those before, nor is any of the other column's
    values; the ids are many and the others few, and before it is the other way round.

    Parameters
    ----------
    sample
        Some rows as text.
    item_id
        The column of ids.
    others
        Columns that could have been swapped with it.
    """
    ids = _number(sample[item_id])
    breaks = _find_breaks(ids)
    for name in others:
        values = _number(sample[name])
        both = breaks & _find_breaks(values)
        places = np.flatnonzero(both).tolist()
        for at in places:
            if _is_crossed(ids, values, at) and _trade(sample, item_id, name, at):
                return Crossing(item_id, name, at)
    return None


def _number(texts: Array) -> Array:
    return np.unique(texts.astype(str), return_inverse=True)[1].reshape(-1)


def _find_breaks(codes: Array) -> Array:
    """Mark the places from which on no value is one of those before, [n]."""
    if not len(codes):
        return np.zeros(0, dtype=bool)
    last = np.zeros(codes.max() + 1, dtype=np.int64)
    last[codes] = np.arange(len(codes))  # the last place of each value
    reach = np.maximum.accumulate(last[codes])
    marked = np.zeros(len(codes), dtype=bool)
    marked[1:] = reach[:-1] < np.arange(1, len(codes))
    return marked


def _is_crossed(ids: Array, values: Array, at: int) -> bool:
    before = len(np.unique(ids[:at])), len(np.unique(values[:at]))
    after = len(np.unique(ids[at:])), len(np.unique(values[at:]))
    enough = at >= _LEAST_ROWS and len(ids) - at >= _LEAST_ROWS
    swapped = _FEWER * before[0] <= before[1] and _FEWER * after[1] <= after[0]
    return enough and swapped


def _trade(sample: Rows, item_id: str, name: str, at: int) -> bool:
    """Say whether the ids are numbers once they are swapped."""
    return all(is_number(text) for text in set(sample[item_id][at:].tolist()))


def find_trade(
    sample: Rows, item_id: str, target: str, others: Sequence[str]
) -> Crossing | None:
    """Find out whether the target and another column trade their sizes at some row.

    Up to there one of the two is larger in each row, and the other one from there on,
    each by much; some item has rows on both sides, so that it is not two items that
    differ.
    """
    sizes = _read_sizes(sample[target])
    for name in others if sizes is not None else ():
        theirs = _read_sizes(sample[name])
        if theirs is None or sizes is None:
            continue
        larger = sizes > theirs
        turns = np.flatnonzero(larger[1:] != larger[:-1]) + 1
        if len(turns) == 1 and _is_traded(sample[item_id], sizes, theirs, turns[0]):
            return Crossing(target, name, int(turns[0]), _ADVISE_TRADE)
    return None


def _read_sizes(texts: Array) -> Array | None:
    """Read plain numbers above zero, [n]; None where any is none."""
    if any(_GROUPED.fullmatch(text.strip()) for text in texts.tolist()):
        return None
    try:
        sizes = np.array([float(text.replace(",", ".")) for text in texts.tolist()])
    except ValueError:
        return None
    return sizes if np.isfinite(sizes).all() and (sizes > 0).all() else None


def _is_traded(ids: Array, ours: Array, theirs: Array, at: int) -> bool:
    """Say whether the items on both sides of a row have traded two columns' sizes."""
    both = np.isin(ids, np.intersect1d(ids[:at].astype(str), ids[at:].astype(str)))
    after = np.arange(len(ids)) >= at
    before, later = both & ~after, both & after
    if min(before.sum(), later.sum()) < _LEAST_ROWS:
        return False
    sizes = [(np.median(x[before]), np.median(x[later])) for x in (ours, theirs)]
    (our_old, our_new), (their_old, their_new) = np.log(sizes)
    apart = abs(our_old - their_old) > np.log(_APART)
    near = max(abs(our_new - their_old), abs(their_new - our_old))
    return bool(apart and near < abs(our_old - their_old) / 4)


def note_crossing(
    crossing: Crossing, sample: Rows, file: str, findings: Findings
) -> None:
    """Say from which row on two columns seem to be swapped."""
    row = int(sample.numbers[crossing.at])
    columns = (crossing.first, crossing.second)
    places = [Example(file, row, n, str(sample[n][crossing.at])) for n in columns]
    findings.add(
        "columns-crossed",
        count=len(sample) - crossing.at,
        examples=places,
        remedy=crossing.remedy,
        file=file,
        first=crossing.first,
        second=crossing.second,
        row=row,
    )
