"""Rows as lines of bytes, many at a time: each cell in a grid, blanks taken out.

A cell of the grid is as wide as its column's longest text; what it does not fill is
zero, and is left out of the lines.
"""

from __future__ import annotations

import numpy as np

from glue.arrays import Array
from glue.reading.timestamps import DAY

_WIDEST = 100  # bytes of a text that is written so
_MOST_DAYS = 100_000
_MOST_DECIMALS = 6
# Decimal digits that any float tells apart, and where it is written without power.
_SURE, _LEAST, _LARGEST_WHOLE = 1e15, 1e-4, 2.0**53
_ZERO, _POINT, _MINUS = ord("0"), ord("."), ord("-")
_PAIRS = np.array([list(b"%02d" % n) for n in range(60)], dtype=np.uint8)


class CannotGridError(Exception):
    """Some cell cannot be written so, and must be written by itself."""


def join_cells(cells: list[Array]) -> tuple[bytes, Array]:
    """Write lines with a comma between cells; give the length of each in bytes.

    Parameters
    ----------
    cells
        Of each column the bytes of its cells, [n, width], zero where there is none.
    """
    count, width = len(cells[0]), sum(cell.shape[1] + 1 for cell in cells)
    grid = np.empty((count, width), dtype=np.uint8)
    at = 0
    for cell in cells:
        grid[:, at : at + cell.shape[1]] = cell
        at += cell.shape[1] + 1
        grid[:, at - 1] = ord(",")
    grid[:, -1] = ord("\n")
    there = grid != 0
    return grid[there].tobytes(), np.count_nonzero(there, axis=1)


def grid_texts(texts: list[str]) -> Array:
    """Write texts, [n, width].

    Raises
    ------
    CannotGridError
        When one is long, or holds a zero byte.
    """
    encoded = [text.encode() for text in texts]
    width = max(map(len, encoded), default=0)
    if width > _WIDEST or any(b"\0" in text for text in encoded):
        raise CannotGridError
    array = np.array(encoded, dtype=f"S{max(width, 1)}")
    return array.view(np.uint8).reshape(len(encoded), max(width, 1))


def grid_moments(seconds: Array, *, with_time: bool) -> Array:
    """Write moments as a date, or as a date and a time, [n, width].

    Raises
    ------
    CannotGridError
        When they are far apart.
    """
    days = seconds // DAY
    first, last = int(days.min()), int(days.max())
    if last - first > _MOST_DAYS:
        raise CannotGridError
    every = np.arange(first, last + 1).astype("datetime64[D]")
    table = grid_texts(np.datetime_as_string(every, unit="D").tolist())
    dates = table[days - first]
    if not with_time:
        return dates
    left = seconds - days * DAY
    grid = np.empty((len(seconds), 19), dtype=np.uint8)
    grid[:, :10], grid[:, 10] = dates, ord(" ")
    for at, unit in ((11, 3600), (14, 60), (17, 1)):
        grid[:, at : at + 2] = _PAIRS[left // unit]
        left = left % unit
    grid[:, 13] = grid[:, 16] = ord(":")
    return grid


def grid_numbers(values: Array, *, whole: bool) -> Array:
    """Write numbers as Python does, [n, width]; what is no number stays blank.

    Raises
    ------
    CannotGridError
        When numbers that are to be whole are not.
    """
    finite = np.isfinite(values)
    sizes = np.where(finite, np.abs(values), 0.0)
    if whole:
        if (sizes >= _LARGEST_WHOLE).any() or (np.floor(sizes) != sizes).any():
            raise CannotGridError
        return _grid_digits(sizes.astype(np.int64), finite & (values < 0), finite)
    grid, shown = _grid_fractions(sizes, np.signbit(values), finite)
    left = np.flatnonzero(finite & ~shown)
    return _fill_in(grid, left, [repr(value) for value in values[left].tolist()])


def _grid_fractions(
    sizes: Array, negative: Array, finite: Array
) -> tuple[Array, Array]:
    """Write the numbers with a few decimals; say which they are, [n]."""
    fits = (sizes == 0) | ((sizes >= _LEAST) & (sizes < _SURE))
    shifted, decimals, good = _find_decimals(np.where(fits, sizes, 0.0))
    shown = finite & good & fits
    most = max(int(decimals[shown].max(initial=0)), 1)
    scaled = shifted * _POWERS[most - np.minimum(decimals, most)]
    shown &= scaled < _SURE
    digits = np.where(shown, scaled, 0.0).astype(np.int64)
    above = digits // 10**most
    left = _grid_digits(above, negative & shown, shown)
    decimals = np.where(shown, np.maximum(decimals, 1), 0)
    right = _grid_decimals(digits - above * 10**most, decimals, most)
    point = np.where(shown, _POINT, 0).astype(np.uint8)[:, None]
    return np.concatenate([left, point, right], axis=1), shown


def _fill_in(grid: Array, places: Array, texts: list[str]) -> Array:
    """Write texts into some rows of a grid, which grows as they need it."""
    if not len(places):
        return grid
    cells = grid_texts(texts)
    more = cells.shape[1] - grid.shape[1]
    if more > 0:
        grid = np.pad(grid, ((0, 0), (0, more)))
    grid[places] = 0
    grid[places, : cells.shape[1]] = cells
    return grid


_POWERS = 10.0 ** np.arange(_MOST_DECIMALS + 1)


def _find_decimals(sizes: Array) -> tuple[Array, Array, Array]:
    """Find the fewest decimals that say each number exactly.

    So many digits at most tell floats apart that no shorter text is the same number.

    Returns
    -------
    tuple of array
        The numbers without a point, how many decimals they have, and which numbers
        could be written so, [n] each.
    """
    shifted, decimals = np.rint(sizes), np.zeros(len(sizes), dtype=np.int64)
    good = (shifted == sizes) & (shifted < _SURE)
    for count in range(1, _MOST_DECIMALS + 1):
        if good.all():
            break
        power = _POWERS[count]
        tried = np.rint(sizes * power)
        fits = ~good & (tried / power == sizes) & (tried < _SURE)
        shifted, decimals = np.where(fits, tried, shifted), decimals + count * fits
        good |= fits
    return shifted, decimals, good


def _grid_digits(values: Array, negative: Array, shown: Array) -> Array:
    """Write whole numbers with their signs, [n, width]."""
    width = len(str(int(values.max(initial=0))))
    grid = np.zeros((len(values), width + 1), dtype=np.uint8)
    grid[:, 0] = np.where(negative, _MINUS, 0)
    left = values
    for at in range(width, 0, -1):
        rest = left // 10
        digits = (left - 10 * rest + _ZERO).astype(np.uint8)
        there = shown if at == width else shown & (left > 0)
        grid[:, at] = np.where(there, digits, 0)
        left = rest
    return grid


def _grid_decimals(rest: Array, decimals: Array, most: int) -> Array:
    """Write the digits behind the point, so many of each number, [n, most]."""
    grid = np.zeros((len(rest), most), dtype=np.uint8)
    left = rest
    for at in range(most - 1, -1, -1):
        upper = left // 10
        digits = (left - 10 * upper + _ZERO).astype(np.uint8)
        grid[:, at] = np.where(at < decimals, digits, 0)
        left = upper
    return grid
