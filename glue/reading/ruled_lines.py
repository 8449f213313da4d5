"""Lines of a CSV file that are nothing but fields and delimiters, many at a time.

Most files have no other lines. A block with one that has another number of fields,
white space around a value, no second value, or quotes that are more than a pair around
a value, is left to the reader of single records.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import numpy as np

from glue.arrays import Array
from glue.columns import Columns
from glue.reading.fields import PADDING, Fields
from glue.rows import Rows

_LEAST_BYTES = 64 * 1024
_MOST_BYTES = 4 * 1024 * 1024
_LONGEST_FIELD = 1_000
_NEWLINE, _RETURN, _QUOTE = ord("\n"), ord("\r"), ord('"')
_NARROW = ("utf-8-sig", "cp1252", "latin-1")
# What shows that a row is one.
_LETTER = np.array([byte >= 128 or chr(byte).isalnum() for byte in range(256)])


@dataclass(frozen=True)
class Grid:
    """How the lines of a file are cut.

    ``skip`` columns at the left are left out; ``above`` is the number of lines that
    are above the rows; ``quote`` is what is put around values.
    """

    encoding: str
    delimiter: str
    names: tuple[str, ...]
    skip: int = 0
    above: int = 1
    quote: str = '"'

    @property
    def width(self) -> int:
        """How many fields a line has."""
        return self.skip + len(self.names)

    @property
    def is_narrow(self) -> bool:
        """Whether delimiters and line ends are bytes that stand for nothing else."""
        return self.encoding in _NARROW

    @property
    def codec(self) -> str:
        """The encoding behind the file's mark, if it has one."""
        return "utf-8" if self.encoding == "utf-8-sig" else self.encoding

    def find_start(self, file: BinaryIO) -> int:
        """Find where the text of a file begins that was just opened, in bytes."""
        marked = self.encoding == "utf-8-sig" and file.read(3) == codecs.BOM_UTF8
        return len(codecs.BOM_UTF8) if marked else 0


@dataclass(frozen=True)
class RuledStretch:
    """Simple lines that lie somewhere in a file, in bytes, to be read again."""

    path: Path
    grid: Grid
    offset: int
    size: int
    lines: int
    number: int

    # The columns of some lines are asked for one after the other.
    @lru_cache(maxsize=1)  # noqa: B019 - holds one stretch, and no longer than another
    def read(self) -> Rows:
        """Read the rows as they were read before."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            block = _cut(file.read(self.size), self.grid, self.lines)
        rows = None if block is None else block.make_rows(self)
        if rows is None:
            raise AssertionError("lines are not what they were")
        return rows


class RuledLines:
    """Reads a file as far as its lines are simple.

    ``offset`` is how far that is, in bytes, and ``number`` the number of the record
    that begins there.
    """

    def __init__(self, path: Path, grid: Grid) -> None:
        self.offset, self.number = 0, 1
        self._path, self._grid = path, grid
        self._bytes = _LEAST_BYTES

    def read(self, size: int) -> Iterator[Rows]:
        """Yield the rows of so many lines at a time, until some line is not simple."""
        while self._grid.is_narrow:
            start, data = self._read_lines(size)
            block = _cut(data, self._grid, size)
            if block is None:
                return
            place = (start, block.used, block.lines, self.number)
            rows = block.make_rows(RuledStretch(self._path, self._grid, *place))
            if rows is None:
                return
            self._bytes = max(int(1.05 * block.used), _LEAST_BYTES)
            self.offset, self.number = start + block.used, self.number + block.lines
            if len(rows):
                yield rows

    def _read_lines(self, size: int) -> tuple[int, bytes]:
        """Read so many lines, where they are not too long; give where they begin.

        What is behind the last of them, if anything, is the beginning of another.
        """
        with self._path.open("rb") as file:
            start = self.offset or self._grid.find_start(file)
            file.seek(start)
            data = file.read(self._bytes)
            while len(data) <= _MOST_BYTES and _count_lines(data) < size:
                more = file.read(self._bytes)
                if not more:
                    break
                data += more
        if len(data) > _MOST_BYTES:
            data = data[: data.rfind(b"\n", 0, _MOST_BYTES) + 1]
        return start, data


@dataclass(frozen=True)
class _Block:
    """Some lines, cut into fields.

    ``data`` are their bytes behind a padding; ``starts`` and ``sizes`` are the fields'
    places and lengths, [width, lines], so that a column's lie side by side; ``used`` is
    how many bytes they are.
    """

    grid: Grid
    data: Array
    starts: Array
    sizes: Array
    used: int
    is_ascii: bool

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return int(self.starts.shape[1])

    def make_rows(self, origin: RuledStretch) -> Rows | None:
        """Give the rows, which these lines are; None if one is odd."""
        grid, number = self.grid, origin.number
        first = max(grid.above + 1 - number, 0)
        body = _Block(
            grid,
            self.data,
            self.starts[:, first:],
            self.sizes[:, first:],
            self.used,
            self.is_ascii,
        )
        if not body.is_plain():
            return None
        columns = {
            name: body.field(at, (origin, name))
            for at, name in enumerate(grid.names, grid.skip)
        }
        numbers = np.arange(number + first, number + self.lines, dtype=np.int64)
        return Rows.undated(Columns(columns), numbers)

    def field(self, at: int, origin: tuple[RuledStretch, str] | None = None) -> Fields:
        """Give one column."""
        starts, sizes = self.starts[at], self.sizes[at]
        return Fields(self.data, starts, sizes, self.grid.codec, origin)

    def is_plain(self) -> bool:
        """Whether each line is a row, without white space at the ends of its values."""
        if not self.lines:
            return True
        filled = self.sizes > 0
        heads = self.data[self.starts]
        if self.sizes.max() > _LONGEST_FIELD or not self._is_stripped(filled, heads):
            return False
        if not filled.all():
            full = filled.all(axis=0)
            some = filled[:, ~full]
            letters = some & _LETTER[heads[:, ~full]]
            if (some.sum(axis=0) < 2).any() or not letters.any(axis=0).all():
                return False
        return not self._has_header()

    def _is_stripped(self, filled: Array, heads: Array) -> bool:
        tails = self.data[self.starts + self.sizes - 1]
        odd = filled & (_may_be_space(heads) | _may_be_space(tails))
        if not odd.any():
            return True
        if (heads[odd] <= ord(" ")).any() or (tails[odd] <= ord(" ")).any():
            return False
        fields = Fields(self.data, self.starts[odd], self.sizes[odd], self.grid.codec)
        return all(text == text.strip() for text in fields.code().uniques.tolist())

    def _has_header(self) -> bool:
        """Say whether the first value of any line is the name of its column."""
        name = self.grid.names[0].casefold()
        field = self.field(self.grid.skip)
        heads = self.data[field.starts]
        if self.is_ascii and name.isascii():
            suspect = field.take(field.sizes == len(name))
            return name in {text.lower() for text in suspect.code().uniques.tolist()}
        short = field.sizes <= 4 * len(name) + len(codecs.BOM_UTF8)
        first = ord(name[:1] or " ")
        alike = (heads | 32) == (first | 32) if first < 128 else heads >= 128
        suspect = field.take(short & (alike | (heads >= 128)))
        texts = suspect.code().uniques.tolist()
        # Where files were joined, the mark that each began with is left in front.
        return any(text.lstrip("\ufeff").casefold() == name for text in texts)


def _may_be_space(letters: Array) -> Array:
    """Mark the bytes that may be white space, or begin or end it."""
    # Below 33 or above 127: what is below becomes large when 33 is taken off a byte.
    return letters - np.uint8(33) > np.uint8(94)


def _cut(data: bytes, grid: Grid, size: int) -> _Block | None:
    """Cut lines into fields; None when they have quotes, or other numbers of them."""
    if not data:
        return None
    end = b"" if data.endswith(b"\n") else b"\n"
    padded = bytes(PADDING) + data + end + bytes(PADDING)
    array = np.frombuffer(padded, dtype=np.uint8)
    ends = _find_ends(array, grid, size)
    if ends is None:
        return None
    stop = int(ends[-1, -1]) + 1
    block = padded[PADDING:stop]
    if grid.quote != '"' and (b'"' in block or grid.quote.encode() in block):
        return None
    starts = np.empty_like(ends)
    starts[1:] = ends[:-1] + 1
    starts[0, 0], starts[0, 1:] = PADDING, ends[-1, :-1] + 1
    if b"\r" in block:
        at_ends = (array[ends[-1] - 1] == _RETURN).all()
        if not at_ends or block.count(b"\r") != ends.shape[1]:
            return None
        ends[-1] -= 1
    if b'"' in block:
        quoted = _find_quoted(array, starts, ends)
        # A quote within a value is one of more than two, or stands without another.
        if block.count(b'"') != 2 * np.count_nonzero(quoted):
            return None
        starts += quoted
        ends -= quoted
    used = min(stop - PADDING, len(data))
    return _Block(grid, array, starts, ends - starts, used, block.isascii())


def _find_quoted(array: Array, starts: Array, ends: Array) -> Array:
    """Mark the fields that have a quote at both ends, [width, lines]."""
    both = (array[starts] == _QUOTE) & (array[ends - 1] == _QUOTE)
    return both & (ends - starts > 1)


def _find_ends(array: Array, grid: Grid, size: int) -> Array | None:
    """Find where the fields of the first lines end, [width, lines]."""
    is_end = (array == ord(grid.delimiter)) | (array == _NEWLINE)
    ends = np.flatnonzero(is_end)[: size * grid.width]
    if not len(ends) or len(ends) % grid.width:
        return None
    ends = np.ascontiguousarray(ends.reshape(-1, grid.width).T)
    is_newline = array[ends] == _NEWLINE
    if not is_newline[-1].all() or is_newline[:-1].any():
        return None
    return ends


def _count_lines(data: bytes) -> int:
    """Count line ends, several times as fast as bytes do where there are many."""
    return int(np.count_nonzero(np.frombuffer(data, dtype=np.uint8) == _NEWLINE))
