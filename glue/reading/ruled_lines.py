"""Lines of a CSV file that are nothing but fields and delimiters, many at a time.

Most files have no other lines. From the first on that has a quote, another number of
fields, white space around a value or no second value, the file is left to the reader
of single records.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glue.arrays import Array
from glue.columns import Columns
from glue.reading.fields import PADDING, Fields
from glue.rows import Rows

_LEAST_BYTES = 64 * 1024
_MOST_BYTES = 4 * 1024 * 1024
_LONGEST_FIELD = 1_000
_NEWLINE, _RETURN = ord("\n"), ord("\r")
_NARROW = ("utf-8-sig", "cp1252", "latin-1")
# What may be white space at an end of a field, and what shows that a row is one.
_MAY_BE_SPACE = np.array([byte <= 32 or byte >= 128 for byte in range(256)])
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
    def codec(self) -> str:
        """The encoding behind the file's mark, if it has one."""
        return "utf-8" if self.encoding == "utf-8-sig" else self.encoding


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
        while self._grid.encoding in _NARROW:
            start, data = self._read_lines(size)
            block = _cut(data, self._grid, size)
            rows = None if block is None else block.make_rows(self.number)
            if block is None or rows is None:
                return
            self._bytes = max(int(1.05 * block.used), _LEAST_BYTES)
            self.offset, self.number = start + block.used, self.number + block.lines
            if len(rows):
                yield rows

    def _read_lines(self, size: int) -> tuple[int, bytes]:
        """Read so many lines at least, or up to the end; give where they begin."""
        with self._path.open("rb") as file:
            start = self.offset
            if not start and file.read(3) == codecs.BOM_UTF8:
                start = 3
            file.seek(start)
            data = file.read(self._bytes)
            while len(data) <= _MOST_BYTES and data.count(b"\n") < size:
                more = file.read(self._bytes)
                if not more:
                    break
                data += more
        return start, data


@dataclass(frozen=True)
class _Block:
    """Some lines, cut into fields.

    ``data`` are their bytes behind a padding; ``starts`` and ``sizes`` are the fields'
    places and lengths, [lines, width]; ``used`` is how many bytes they are.
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
        return len(self.starts)

    def make_rows(self, number: int) -> Rows | None:
        """Give the rows; the first line has this number. None if one is odd."""
        grid, first = self.grid, max(self.grid.above + 1 - number, 0)
        body = _Block(
            grid,
            self.data,
            self.starts[first:],
            self.sizes[first:],
            self.used,
            self.is_ascii,
        )
        if not body.is_plain():
            return None
        columns = {
            name: body.field(at) for at, name in enumerate(grid.names, grid.skip)
        }
        numbers = np.arange(number + first, number + self.lines, dtype=np.int64)
        return Rows.undated(Columns(columns), numbers)

    def field(self, at: int) -> Fields:
        """Give one column."""
        starts, sizes = self.starts[:, at], self.sizes[:, at]
        return Fields(self.data, starts, sizes, self.grid.codec)

    def is_plain(self) -> bool:
        """Whether each line is a row, without white space at the ends of its values."""
        if not len(self.starts):
            return True
        filled = self.sizes > 0
        heads = self.data[self.starts]
        if self.sizes.max() > _LONGEST_FIELD or not self._is_stripped(filled, heads):
            return False
        full = filled.all(axis=1)
        if not full.all():
            some = filled[~full]
            letters = some & _LETTER[heads[~full]]
            if (some.sum(axis=1) < 2).any() or not letters.any(axis=1).all():
                return False
        return not self._has_header()

    def _is_stripped(self, filled: Array, heads: Array) -> bool:
        tails = self.data[self.starts + self.sizes - 1]
        odd = filled & (_MAY_BE_SPACE[heads] | _MAY_BE_SPACE[tails])
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


def _cut(data: bytes, grid: Grid, size: int) -> _Block | None:
    """Cut lines into fields; None when they have quotes, or other numbers of them."""
    if not data or len(data) > 2 * _MOST_BYTES:
        return None
    end = b"" if data.endswith(b"\n") else b"\n"
    padded = bytes(PADDING) + data + end + bytes(PADDING)
    array = np.frombuffer(padded, dtype=np.uint8)
    ends = _find_ends(array, grid, size)
    if ends is None:
        return None
    stop = int(ends[-1, -1]) + 1
    block = padded[PADDING:stop]
    if b'"' in block or grid.quote.encode() in block or len(block) > _MOST_BYTES:
        return None
    starts = np.empty_like(ends)
    starts[:, 1:] = ends[:, :-1] + 1
    starts[0, 0], starts[1:, 0] = PADDING, ends[:-1, -1] + 1
    returns = block.count(b"\r")
    if returns:
        if returns != len(ends) or (array[ends[:, -1] - 1] != _RETURN).any():
            return None
        ends[:, -1] -= 1
    used = min(stop - PADDING, len(data))
    return _Block(grid, array, starts, ends - starts, used, block.isascii())


def _find_ends(array: Array, grid: Grid, size: int) -> Array | None:
    """Find where the fields of the first lines end, [lines, width]."""
    is_end = (array == ord(grid.delimiter)) | (array == _NEWLINE)
    ends = np.flatnonzero(is_end)[: size * grid.width]
    if not len(ends) or len(ends) % grid.width:
        return None
    ends = ends.reshape(-1, grid.width)
    is_newline = array[ends] == _NEWLINE
    if not is_newline[:, -1].all() or is_newline[:, :-1].any():
        return None
    return ends
