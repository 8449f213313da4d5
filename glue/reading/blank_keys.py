"""Rows whose id is blank: which id is meant, or why none is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glue.arrays import Array
from glue.rows import Rows

_MOST_SHOWN, _MOST_TRIED = 5, 20


def explain_blank_key(
    rows: Rows, name: str, *, keys: Sequence[str], time: str | None
) -> str | None:
    """Say what to write where a key is blank, as far as the other rows show it.

    Totals are looked for before, with the other blank cells.

    Parameters
    ----------
    rows
        All rows of the table as texts.
    name
        The key.
    keys, time
        The table's columns.
    """
    blank = rows.blank(name)
    if _is_merged(rows[name], blank):
        at = int(np.flatnonzero(blank)[0])
        above = str(rows[name][at - 1]).strip()
        return (
            f"{name!r} stands in the first row of each block only, as where cells were "
            f"merged: fill it down into the blank cells below, such as {above!r} into "
            f"row {rows.numbers[at]}"
        )
    if time is None:
        return None
    table = _Table(rows, name, tuple(keys), time)
    places = np.flatnonzero(blank)[:_MOST_TRIED].tolist()
    is_all = len(places) == int(blank.sum())
    told = _tell_lacking(table, places, is_all=is_all)
    return told or _tell_idle(table, places)


@dataclass(frozen=True)
class _Table:
    """Rows, a key that is blank in some of them, and what else names a row."""

    rows: Rows
    name: str
    keys: tuple[str, ...]
    time: str

    def alike(self, at: int) -> Array:
        """Mark the rows with an id whose other keys are those of a row, [n]."""
        mask = ~self.rows.blank(self.name)
        for key in self.keys:
            if key not in (self.name, self.time):
                mask &= self.rows[key] == self.rows[key][at]
        return mask

    def at_once(self, at: int) -> Array:
        """Mark the rows of the same moment as a row, [n]."""
        same: Array = self.rows[self.time] == self.rows[self.time][at]
        return same

    def list_lacking(self, at: int) -> list[str]:
        """List the ids that have rows, and none at the moment of a row."""
        alike, texts = self.alike(at), self.rows[self.name]
        met = set(texts[alike & self.at_once(at)].tolist())
        return sorted(set(texts[alike].tolist()) - met)


def _tell_lacking(table: _Table, places: Sequence[int], *, is_all: bool) -> str | None:
    """Write the ids into the rows at whose moment they alone are missing."""
    lacking = [table.list_lacking(at) for at in places]
    found = {at: ids[0] for at, ids in zip(places, lacking) if len(ids) == 1}
    if 2 * len(found) < len(places) or not all(lacking):
        return None
    by_id: dict[str, list[str]] = {}
    for at in list(found)[:_MOST_SHOWN]:
        by_id.setdefault(found[at].strip(), []).append(str(table.rows.numbers[at]))
    told = ", ".join(
        f"{value!r} into row{'s' if len(rows) > 1 else ''} {', '.join(rows)}"
        for value, rows in by_id.items()
    )
    shown = sum(map(len, by_id.values()))
    rest = "" if is_all and shown == len(places) else "; fill in the others likewise"
    which = "its date" if shown == 1 else "the date there"
    return f"write {told}, which no other row has at {which}{rest}"


def _remove(table: _Table, places: Sequence[int]) -> str:
    """Say which rows to remove."""
    if len(places) > _MOST_SHOWN:
        return "remove these rows"
    rows = ", ".join(str(table.rows.numbers[at]) for at in places)
    return f"remove row{'' if len(places) == 1 else 's'} {rows}"


def _tell_idle(table: _Table, places: Sequence[int]) -> str | None:
    """Say that rows are no series' own, as totals are."""
    remove = _remove(table, places)
    strange = [_find_strange(table, at) for at in places]
    if all(strange):
        return (
            f"{remove}: {strange[0]!r} stands in no row with a {table.name!r}, as a "
            "total does"
        )
    if not any(map(table.list_lacking, places)):
        return f"{remove}, as each {table.name!r} has a row at that date already"
    return None


def _find_strange(table: _Table, at: int) -> str | None:
    """Find another key of a row that no row with an id has."""
    texts = table.rows
    filled = ~texts.blank(table.name)
    for key in table.keys:
        value = str(texts[key][at]).strip()
        if key in (table.name, table.time) or not value:
            continue
        if not (texts[key][filled] == texts[key][at]).any():
            return value
    return None


def _is_merged(texts: Array, blank: Array) -> bool:
    """Say whether each id stands once, and the rows below it are blank."""
    written = [str(text).strip() for text in texts[~blank].tolist()]
    many = blank.sum() >= len(written)
    return bool(many and not blank[0] and len(set(written)) == len(written))
