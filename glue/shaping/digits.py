"""Numbers as pieces of bytes, four digits at a time, as Python writes them.

A piece is an array with an item of a few bytes for each number; a zero byte stands for
nothing. Looking digits up costs a fraction of what dividing by ten again and again
does.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from glue.arrays import Array
from glue.shaping.pieces import CannotJoinError, as_piece, choose_items

_GROUP = 10_000
_MOST_DECIMALS = 6
# Decimal digits that any float tells apart, and where it is written without power.
_SURE, _LEAST, _LARGEST_WHOLE = 1e15, 1e-4, 2.0**53
_POWERS = 10.0 ** np.arange(_MOST_DECIMALS + 1)
_WIDTHS = (1, 2, 4)
_ITEMS = {1: "u1", 2: "u2", 4: "u4"}
_POINT, _MINUS = as_piece(b"."), as_piece(b"-")


def write_numbers(values: Array, *, whole: bool) -> list[Array]:
    """Write numbers as Python does, as pieces of [n]; what is no number stays blank.

    Raises
    ------
    CannotJoinError
        When numbers that are to be whole are not.
    """
    finite = np.isfinite(values)
    sizes = np.where(finite, np.abs(values), 0.0)
    if whole:
        if (sizes >= _LARGEST_WHOLE).any() or (np.floor(sizes) != sizes).any():
            raise CannotJoinError
        signs = _write_signs(finite & (values < 0))
        return signs + _show(_write_whole(sizes.astype(np.int64)), finite)
    pieces, shown = _write_fractions(sizes, finite)
    signs = _write_signs(shown & np.signbit(values))
    left = finite & ~shown
    if left.any():
        texts = [repr(value).encode() for value in values[left].tolist()]
        rest = np.zeros(len(values), dtype=f"S{max(map(len, texts))}")
        rest[left] = texts
        pieces.append(rest)
    return signs + pieces


def _write_signs(negative: Array) -> list[Array]:
    return _show([_MINUS], negative) if negative.any() else []


def _show(pieces: list[Array], shown: Array) -> list[Array]:
    """Leave out the pieces of some numbers."""
    return pieces if shown.all() else [choose_items(shown, one) for one in pieces]


def _write_fractions(sizes: Array, finite: Array) -> tuple[list[Array], Array]:
    """Write the numbers with a few decimals; say which they are, [n]."""
    fits = (sizes == 0) | ((sizes >= _LEAST) & (sizes < _SURE))
    shifted, decimals, good = _find_decimals(np.where(fits, sizes, 0.0))
    shown = finite & good & fits
    most = max(int(decimals[shown].max(initial=0)), 1)
    scaled = shifted * _POWERS[most - np.minimum(decimals, most)]
    shown &= scaled < _SURE
    digits = np.where(shown, scaled, 0.0).astype(np.int64)
    above = digits // 10**most
    below = _write_decimals(digits - above * 10**most, most)
    return _show([*_write_whole(above), _POINT, *below], shown), shown


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


def _write_whole(values: Array) -> list[Array]:
    """Write whole numbers of zero or more, without zeros in front."""
    upper = values // _GROUP
    if not upper.any():
        reach = int(values.max(initial=0))
        width = next(width for width in _WIDTHS if reach < 10**width)
        return [_list_leading(width)[values]]
    lower = values - upper * _GROUP
    low = np.where(upper > 0, _list_full()[lower], _list_leading(4)[lower])
    return [*_show(_write_whole(upper), upper > 0), low]


def _write_decimals(values: Array, count: int) -> list[Array]:
    """Write what is behind the point, so many digits, without zeros at the end.

    At least one digit is written.
    """
    if count <= 4:
        width = next(width for width in _WIDTHS if count <= width)
        return [_list_trailing(width)[values * 10 ** (width - count)]]
    values = values * 10 ** (_MOST_DECIMALS - count)
    upper = values // 100
    lower = values - upper * 100
    high = np.where(lower > 0, _list_full()[upper], _list_trailing(4)[upper])
    return [high, *_show([_list_trailing(2)[lower]], lower > 0)]


def _list_digits(width: int) -> Array:
    """List the digits of all numbers of so many, [10 ** width, width]."""
    places = 10 ** np.arange(width - 1, -1, -1)
    every = np.arange(10**width)[:, None]
    return (every // places % 10 + ord("0")).astype(np.uint8)


@cache
def _list_full() -> Array:
    """List the texts of all numbers of four digits, [10,000]."""
    return _list_digits(4).view(_ITEMS[4]).ravel()


@cache
def _list_leading(width: int) -> Array:
    """List them without zeros in front, [10 ** width]."""
    least = 10 ** np.arange(width - 1, -1, -1)
    least[-1] = 0
    kept = np.arange(10**width)[:, None] >= least
    return np.where(kept, _list_digits(width), 0).view(_ITEMS[width]).ravel()


@cache
def _list_trailing(width: int) -> Array:
    """List them without zeros at the end, [10 ** width]."""
    kept = np.arange(10**width)[:, None] % 10 ** np.arange(width, 0, -1) > 0
    kept[:, 0] = True
    return np.where(kept, _list_digits(width), 0).view(_ITEMS[width]).ravel()
