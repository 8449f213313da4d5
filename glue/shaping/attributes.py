"""metadata.csv joined to the history, part by part."""

from __future__ import annotations

import numpy as np

from glue.arrays import Array, factorize
from glue.findings.finding import Tallies
from glue.rows import Rows
from glue.shaping.joins import look_up, mark_firsts, note_rows, number_alike
from glue.shaping.shape import Parted, Shape
from glue.understanding.related import RelatedTable


def join_attributes(
    shape: Shape, joined: Rows, related: Parted, tallies: Tallies, *, number: int
) -> Rows:
    """Give each row the attributes of its item.

    Parameters
    ----------
    shape
        Columns and facts of the whole history.
    joined
        Rows of the history and the future.
    related
        The table of attributes.
    tallies
        Takes what did not match.
    number
        The part's number.
    """
    table = related.table
    rows = related.parts.load(number).sort(table.keys)
    rows = _drop_repeats(rows, table, tallies)
    code, row_code = number_alike(joined, rows, table.keys)
    unknown = ~np.isin(row_code, code)
    note_rows("metadata-unknown", table, rows, unknown, tallies=tallies)
    lookup = look_up(code, row_code)
    _note_missing(shape, joined, mark_firsts(code, ~lookup.hit), table, tallies=tallies)
    return joined.with_columns(
        {name: lookup.pick(rows[name]) for name in table.columns}
    )


def _note_missing(
    shape: Shape, joined: Rows, mask: Array, table: RelatedTable, *, tallies: Tallies
) -> None:
    """Note the items of the history that metadata.csv has not."""
    if mask.any():
        examples = joined.first(
            mask, shape.file, shape.keys[0], lambda at: joined.name(table.keys, at)
        )
        count = int(mask.sum())
        tallies.add("metadata-missing", examples, count=count, file=table.name)


def _drop_repeats(rows: Rows, table: RelatedTable, tallies: Tallies) -> Rows:
    """Note the items that are described twice, alike or differently; keep one."""
    series = rows.series(table.keys)
    again = series.repeats(np.zeros(len(rows), dtype=np.int64))
    if not again.any():
        return rows
    texts = (_as_texts(rows[name]) for name in table.columns)
    whole = factorize([series.numbers, *texts])
    differs = np.concatenate([[False], np.diff(whole) != 0])
    note_rows(
        "metadata-duplicate",
        table,
        rows,
        again & differs,
        tallies=tallies,
        more=lambda at: _tell_apart(rows, table, at),
    )
    note_rows("metadata-repeated", table, rows, again & ~differs, tallies=tallies)
    return rows.take(~again)


def _tell_apart(rows: Rows, table: RelatedTable, at: int) -> str:
    """Say in which columns a row describes its item otherwise than the one above."""
    pairs = ((name, rows[name][at], rows[name][at - 1]) for name in table.columns)
    told = [
        f"{name} {one!s} after {other!s}" for name, one, other in pairs if one != other
    ]
    return f", with {', '.join(told[:3])} in row {rows.numbers[at - 1]}"


def _as_texts(values: Array) -> Array:
    return values if values.dtype == object else values.astype(str).astype(object)
