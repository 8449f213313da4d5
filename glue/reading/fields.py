"""The fields of many lines at once, as places in the bytes of a file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from glue.arrays import Array, as_texts
from glue.columns import Coded
from glue.reading.plain_numbers import KeptNumbers, PlainNumbers, Stretch

# Bytes in front of the first field, and behind the last, so that whole words can be
# read there.
PADDING = 32
# A longer text is not read beside others as one grid, or not compared by its words.
_LONGEST, _LONGEST_COMPARED = 32, 256
_WORD = 8
_ZEROS = np.uint64(0x3030303030303030)
_POINTS = np.uint64(0x2E2E2E2E2E2E2E2E)
_LOW_BITS = np.uint64(0x7F7F7F7F7F7F7F7F)
_HIGH_BITS = np.uint64(0x8080808080808080)
_OVER_NINE = np.uint64(0x7676767676767676)
_HALVES = np.uint64(0x000000FF000000FF)
_FIRST_TENS, _LAST_TENS = np.uint64(0x000F424000000064), np.uint64(0x0000271000000001)
# Odd numbers without a pattern, one for each word of a text.
_MIXERS = np.array(
    [
        (0x9E3779B97F4A7C15 * (2 * at + 1) ^ 0xC2B2AE3D27D4EB4F >> at) % 2**64 | 1
        for at in range(_LONGEST_COMPARED // _WORD)
    ],
    dtype=np.uint64,
)
# Gives a byte's place when it is multiplied by the lowest bit of that byte.
_PLACES = np.uint64(0x0001020304050607)
_POWERS = 10.0 ** np.arange(17)
_SURE = 10**15
_MINUS, _POINT, _ZERO = ord("-"), ord("."), ord("0")


@dataclass(frozen=True)
class Fields:
    """The fields of one column, as they stand in the bytes.

    ``data`` are bytes, with PADDING in front; a field begins at ``starts`` and has
    ``sizes`` bytes, [n] each. No field has white space at an end, or a quote.
    ``origin`` are the lines of which they are a whole column, and its name, if they
    can be read again.
    """

    data: Array
    starts: Array
    sizes: Array
    encoding: str
    origin: tuple[Stretch, str] | None = None

    def __len__(self) -> int:
        return len(self.starts)

    @cached_property
    def texts(self) -> Array:
        """The fields as texts, [n]."""
        return self._decode(self.starts, self.sizes)

    def take(self, which: Array | slice) -> Fields:
        """Pick rows."""
        starts, sizes = self.starts[which], self.sizes[which]
        return Fields(self.data, starts, sizes, self.encoding)

    def apart(self) -> Fields:
        """Give the same fields in bytes of their own, without those between them."""
        offsets = np.cumsum(self.sizes) - self.sizes
        places = np.repeat(self.starts - offsets, self.sizes)
        places = places + np.arange(len(places))
        pad = np.zeros(PADDING, dtype=np.uint8)
        data = np.concatenate([pad, self.data[places], pad])
        return Fields(data, PADDING + offsets, self.sizes, self.encoding)

    @property
    def blank(self) -> Array:
        """Which fields are empty, [n]."""
        blank: Array = self.sizes == 0
        return blank

    def code(self) -> Coded:
        """Keep each text once."""
        return self._coded

    def _decode(self, starts: Array, sizes: Array) -> Array:
        width = int(sizes.max(initial=1))
        if width <= _LONGEST:
            places = starts[:, None] + np.arange(width)
            grid = np.where(np.arange(width) < sizes[:, None], self.data[places], 0)
            grid = grid.astype(np.uint8)
            if not (grid & 128).any():
                texts = grid.reshape(-1).view(f"S{width}").astype(f"U{width}")
                return texts.astype(object)
        places = zip(starts.tolist(), (starts + sizes).tolist())
        whole = self.data.tobytes()
        return as_texts(whole[a:b].decode(self.encoding) for a, b in places)

    @cached_property
    def _coded(self) -> Coded:
        """Number the texts by the words of their bytes, in the order they come in."""
        longest = int(self.sizes.max(initial=0))
        if longest > _LONGEST_COMPARED:
            return Coded.of(self.texts)
        words = [self._words(at) for at in range(0, max(longest, 1), _WORD)]
        mixed = words[0]
        if len(words) > 1:
            mixed = sum(w * m for w, m in zip(words, _MIXERS))
            mixed = mixed ^ (mixed >> np.uint64(29))
        codes, _ = pd.factorize(mixed)
        firsts = find_firsts(codes)
        if len(words) > 1 and any((w[firsts][codes] != w).any() for w in words):
            return Coded.of(self.texts)
        return Coded(codes, self._decode(self.starts[firsts], self.sizes[firsts]))

    @cached_property
    def _least(self) -> int:
        return int(self.sizes.min()) if len(self) else 0

    def _words(self, before: int) -> Array:
        """Read eight bytes that end so many before each field's end, zero outside."""
        ends = self.starts + self.sizes - before - _WORD
        words = self._overlapping[ends]
        if self._least >= before + _WORD:
            return words
        missing = np.clip(_WORD - (self.sizes - before), 0, _WORD)
        shift = (8 * np.minimum(missing, 7)).astype(np.uint64)
        kept = (words >> shift) << shift
        return np.where(missing == _WORD, np.uint64(0), kept)

    @cached_property
    def _overlapping(self) -> Array:
        """The eight bytes from each place on, as one number."""
        count = len(self.data) - _WORD + 1
        return np.ndarray((count,), dtype="<u8", buffer=self.data, strides=(1,))

    def read_plain(self) -> PlainNumbers | None:
        """Read numbers of digits with one point at most; None where others are too.

        A zero in front of digits makes none, and neither do more digits than a float
        is sure of.
        """
        return self._plain

    def read_codes(self) -> Array | None:
        """Read digits of which some begin with a zero that counts for nothing, [n].

        None where there is none of these, or anything else than digits, or more of
        them than a float is sure of.
        """
        if not len(self) or self.blank.any() or self.sizes.max() > 2 * _WORD:
            return None
        if not self.leads_by_zero().any():
            return None
        low, whole = self._fill(0, None), np.zeros(len(self), dtype=np.int64)
        if self.sizes.max() > _WORD:
            high = self._fill(_WORD, None)
            if not _all_digits(high):
                return None
            whole = _sum_digits(high).astype(np.int64) * 10**8
        if not _all_digits(low):
            return None
        whole = whole + _sum_digits(low).astype(np.int64)
        return None if (whole >= _SURE).any() else whole.astype(float)

    def leads_by_zero(self) -> Array:
        """Mark the fields that begin with a zero in front of another digit, [n]."""
        seconds = self.data[self.starts + 1]
        is_zero = self.data[self.starts] == _ZERO
        marked: Array = is_zero & (self.sizes > 1) & (seconds - np.uint8(48) < 10)
        return marked

    def list_widths(self) -> set[int]:
        """List the lengths of the plain numbers that are nothing but digits."""
        plain = self._plain
        if plain is None:
            raise ValueError("not all fields are plain numbers")
        digits = ~plain.points & (self.sizes > 0)
        digits &= self.data[self.starts] != _MINUS
        return set(np.unique(self.sizes[digits]).tolist())

    def keep(self) -> KeptNumbers | Coded:
        """Give what is kept of them for a second pass over the file.

        Only what somebody has asked for already is worth being kept as numbers.
        """
        plain: PlainNumbers | None = self.__dict__.get("_plain")
        if self.origin is None or plain is None:
            return self.code()
        return KeptNumbers(plain.values, *self.origin)

    @cached_property
    def _plain(self) -> PlainNumbers | None:
        if not self.blank.any():
            return self._read_filled()
        filled = ~self.blank
        read = self.take(filled)._read_filled()
        if read is None:
            return None
        values, points = np.full(len(self), np.nan), np.zeros(len(self), dtype=bool)
        decimals = np.zeros(len(self), dtype=np.int64)
        values[filled], points[filled] = read.values, read.points
        decimals[filled] = read.decimals
        return PlainNumbers(values, points, decimals)

    def _read_filled(self) -> PlainNumbers | None:
        if not len(self) or self.sizes.max() > 2 * _WORD:
            return None
        if self.leads_by_zero().any():
            return None
        return self._read_digits(self.data[self.starts] == _MINUS)

    def _read_digits(self, negative: Array) -> PlainNumbers | None:
        signs = negative.astype(np.int64) if negative.any() else None
        low = self._fill(0, signs)
        pointed = _mark_bytes(low, _POINTS)
        points = pointed != 0
        decimals = np.where(points, 7 - _place(pointed), 0)
        if self.sizes.max() > _WORD:
            high = self._fill(_WORD, signs)
            above = _mark_bytes(high, _POINTS)
            if (points & (above != 0)).any():
                return None
            low, high = _close_both(low, high, pointed, above)
            decimals = np.where(above != 0, 15 - _place(above), decimals)
            points = points | (above != 0)
            if not _all_digits(high):
                return None
            whole = _sum_digits(high).astype(np.int64) * 10**8
        else:
            low, whole = _close_gap(low, pointed, points), 0
        digits = self.sizes - points
        if ((digits if signs is None else digits - signs) < 1).any():
            return None
        if not _all_digits(low):
            return None
        whole = whole + _sum_digits(low).astype(np.int64)
        if (whole >= _SURE).any():
            return None
        values = whole / _POWERS[decimals]
        values = values if signs is None else np.where(negative, -values, values)
        return PlainNumbers(values, points, decimals)

    def _fill(self, before: int, signs: Array | None) -> Array:
        """Read eight bytes as digits: zeros before the field, and for its sign."""
        words = self._overlapping[self.starts + (self.sizes - before - _WORD)]
        length = self.sizes - before if signs is None else self.sizes - before - signs
        missing = np.minimum(np.maximum(_WORD - length, 0), _WORD)
        front = (np.uint64(1) << (8 * missing).astype(np.uint64)) - np.uint64(1)
        return (words & ~front) | (_ZEROS & front)


def find_firsts(codes: Array) -> Array:
    """Find the first row of each number; no number may lack, [m]."""
    firsts = np.empty(int(codes.max(initial=-1)) + 1, dtype=np.int64)
    firsts[codes[::-1]] = np.arange(len(codes))[::-1]
    return firsts


def _mark_bytes(words: Array, pattern: np.uint64) -> Array:
    """Set the highest bit of each byte that is as in a pattern, and no other."""
    other = words ^ pattern
    return ~(((other & _LOW_BITS) + _LOW_BITS) | other | _LOW_BITS)


def _place(marks: Array) -> Array:
    """Give the place of the one marked byte, from the lowest; 0 where there is none."""
    return (((marks >> np.uint64(7)) * _PLACES) >> np.uint64(56)).astype(np.int64)


def _close_gap(words: Array, marks: Array, points: Array) -> Array:
    """Take out the marked byte where there is one, and move those below it up."""
    # The mark is the highest bit of its byte.
    below = np.where(points, (marks >> np.uint64(7)) - np.uint64(1), np.uint64(0))
    above = ~((below << np.uint64(8)) | np.uint64(0xFF))
    closed = (words & above) | ((words & below) << np.uint64(8)) | np.uint64(_ZERO)
    return closed if points.all() else np.where(points, closed, words)


def _close_both(
    low: Array, high: Array, pointed: Array, above: Array
) -> tuple[Array, Array]:
    """Take out the point of each sixteen bytes, in whichever half it is."""
    in_low, in_high = pointed != 0, above != 0
    carry = (high >> np.uint64(56)) ^ np.uint64(_ZERO)
    closed = _close_gap(low, pointed, in_low)
    low = np.where(in_low, closed ^ carry, low)
    shifted = (high << np.uint64(8)) | np.uint64(_ZERO)
    return low, np.where(in_low, shifted, _close_gap(high, above, in_high))


def _all_digits(words: Array) -> bool:
    digits = words ^ _ZEROS
    return not (((digits + _OVER_NINE) | digits) & _HIGH_BITS).any()


def _sum_digits(words: Array) -> Array:
    """Read eight digits as a number, the first of which is in the lowest byte."""
    digits = words ^ _ZEROS
    pairs = digits * np.uint64(10) + (digits >> np.uint64(8))
    first = (pairs & _HALVES) * _FIRST_TENS
    last = ((pairs >> np.uint64(16)) & _HALVES) * _LAST_TENS
    return (first + last) >> np.uint64(32)
