"""Rows as lines of bytes, many at a time, put together of pieces.

A piece is an array with an item of a few bytes for each row, or for all rows at once;
where a row has less, zero bytes fill it up, and are left out of the lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from glue.arrays import Array
from glue.reading.timestamps import DAY

_WIDEST = 100  # bytes of a text that is written so
_MOST_DAYS = 100_000
_MOST_COUNTED = 255  # bytes of a line that are counted in a byte


class CannotJoinError(Exception):
    """Some cell cannot be written so, and must be written by itself."""


def as_piece(text: bytes) -> Array:
    """Give a text that is the same in all rows."""
    return np.array(text, dtype=f"S{len(text)}")


_COMMA, _NEWLINE = as_piece(b","), as_piece(b"\n")
_BLANK, _COLON = as_piece(b" "), as_piece(b":")
_PAIRS = np.array([b"%02d" % n for n in range(60)], dtype="S2")


def choose_items(shown: Array, piece: Array) -> Array:
    """Leave a piece out of some rows, [n]."""
    return np.where(shown, piece, np.zeros(1, dtype=piece.dtype))


def join_cells(cells: Sequence[Sequence[Array]], count: int) -> tuple[bytes, Array]:
    """Write so many lines, with commas between cells; give each one's length in bytes.

    Parameters
    ----------
    cells
        The pieces of each column.
    count
        How many rows there are.
    """
    pieces = [piece for cell in cells for piece in (*cell, _COMMA)]
    pieces[-1] = _NEWLINE
    kinds = [_find_kind(piece.dtype.itemsize) for piece in pieces]
    # Items of one size are copied several times as fast as slices of a table of bytes.
    grid = np.empty(count, dtype=[(f"{at}", kind) for at, kind in enumerate(kinds)])
    for at, piece in enumerate(pieces):
        grid[f"{at}"] = piece.view(kinds[at])
    there = grid.view(np.uint8).reshape(count, -1) != 0
    return grid.tobytes().translate(None, b"\0"), _count(there)


def _find_kind(size: int) -> str:
    """Name a type of so many bytes; a number is copied faster where one will do."""
    return "u1" if size == 1 else f"V{size}"


def _count(there: Array) -> Array:
    """Count what is there in each row, [n]."""
    width = there.shape[1]
    if width > _MOST_COUNTED:
        return np.count_nonzero(there, axis=1)
    return (there.view(np.uint8) @ np.ones(width, dtype=np.uint8)).astype(np.int64)


def write_texts(texts: Sequence[str]) -> Array:
    """Write texts, [n].

    Raises
    ------
    CannotJoinError
        When one is long, or holds a zero byte.
    """
    encoded = [text.encode() for text in texts]
    width = max(map(len, encoded), default=0)
    if width > _WIDEST or any(b"\0" in text for text in encoded):
        raise CannotJoinError
    return np.array(encoded, dtype=f"S{max(width, 1)}")


def write_moments(seconds: Array, *, with_time: bool) -> list[Array]:
    """Write moments as a date, or as a date and a time.

    Raises
    ------
    CannotJoinError
        When they are far apart.
    """
    days = seconds // DAY
    first, last = int(days.min()), int(days.max())
    if last - first > _MOST_DAYS:
        raise CannotJoinError
    dates = _list_dates(first, last)[days - first]
    if not with_time:
        return [dates]
    left = seconds - days * DAY
    hours, minutes = left // 3600, left // 60 % 60
    times = [_PAIRS[hours], _COLON, _PAIRS[minutes], _COLON, _PAIRS[left % 60]]
    return [dates, _BLANK, *times]


@lru_cache(maxsize=4)
def _list_dates(first: int, last: int) -> Array:
    """List the dates from one day since 1970 to another."""
    every = np.arange(first, last + 1).astype("datetime64[D]")
    return np.datetime_as_string(every, unit="D").astype("S10")
