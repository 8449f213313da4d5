"""The CSV files for training and transform, in the order of the series' keys."""

from __future__ import annotations

import csv
import heapq
import io
import pickle
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

from glue.arrays import Array, as_texts
from glue.columns import Column, as_coded
from glue.findings.finding import Findings
from glue.reading.timestamps import format_timestamps
from glue.rows import Rows
from glue.shaping.digits import write_numbers
from glue.shaping.pieces import (
    CannotJoinError,
    join_cells,
    write_moments,
    write_texts,
)
from glue.shaping.workers import Shelf

_LONGEST_INTEGER = 2.0**53
_LINES = 4_000
# Before every moment: the end of a history that is not there.
_NEVER = -(2**62)


@dataclass(frozen=True)
class InputLayout:
    """The columns of the forecast input, in order, and how each is written.

    ``whole`` are the numeric columns that hold whole numbers only.
    """

    keys: tuple[str, ...]
    timestamp: str
    target: str
    others: tuple[str, ...]
    whole: frozenset[str] = frozenset()
    with_time: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """All column names, as in the header."""
        return (*self.keys, self.timestamp, self.target, *self.others)


@dataclass(frozen=True)
class InputFiles:
    """The files written, how many series they hold, and in which columns."""

    train: Path
    transform: list[Path] = field(default_factory=list)
    series: int = 0
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class PartLimits:
    """How much one file for the transform may hold, and on how many machines it runs.

    A file is one request, which has an hour: a model that is fitted anew to each
    series takes its time by their number, and not by their bytes alone.
    """

    bytes: int
    series: int
    instances: int = 1

    def count_series(self, total: int) -> int:
        """Count the series of a file, so that no instance is without one."""
        return max(1, min(self.series, -(-total // self.instances)))


@dataclass(frozen=True)
class _Block:
    """One series of a part: its key, its lines' lengths in bytes, its history's end."""

    key: tuple[str, ...]
    history: int
    future: int
    end: int


def write_blocks(
    rows: Rows, layout: InputLayout, shelf: Shelf, number: int, *, last: int
) -> None:
    """Write each series of a part as a block of lines, with an index beside it.

    Parameters
    ----------
    rows
        The part's, sorted.
    layout
        How each column is written.
    shelf
        Takes the files.
    number
        The part's.
    last
        The last moment of history; rows after it are the future's.
    """
    series, writer = rows.series(layout.keys), _LineWriter(layout)
    with shelf.keep(_blocks(number)) as path, path.open("wb") as blocks:
        lengths = writer.write_lines(blocks, rows)
    is_history = rows.seconds <= last
    history = series.sum(np.where(is_history, lengths, 0)).tolist()
    future = series.sum(np.where(is_history, 0, lengths)).tolist()
    ends = series.max(np.where(is_history, rows.seconds, _NEVER)).tolist()
    with shelf.keep(_index(number)) as path, path.open("wb") as index:
        for at, start in enumerate(series.starts.tolist()):
            key = tuple(rows[name][start] for name in layout.keys)
            block = _Block(key, history[at], future[at], ends[at])
            pickle.dump(block, index, protocol=4)


class _LineWriter:
    """Writes rows as lines of CSV."""

    def __init__(self, layout: InputLayout) -> None:
        self._layout = layout

    def write_lines(self, file: BinaryIO, rows: Rows) -> Array:
        """Write rows as lines, some at a time; give the length of each in bytes."""
        lengths = np.empty(len(rows), dtype=np.int64)
        for start in range(0, len(rows), _LINES):
            block = slice(start, start + _LINES)
            lines, lengths[block] = self._join_lines(rows.take(block))
            file.write(lines)
        return lengths

    def _join_lines(self, rows: Rows) -> tuple[bytes, Array]:
        """Write rows as lines; give the length of each in bytes."""
        try:
            return join_cells(self._write_cells(rows), len(rows))
        except CannotJoinError:
            lines = [line.encode() for line in self._as_lines(rows)]
            return b"".join(lines), np.array([len(line) for line in lines])

    def _write_cells(self, rows: Rows) -> list[list[Array]]:
        """Write the pieces of each cell of the lines."""
        layout = self._layout
        cells = [_write_coded(rows.given(name)) for name in layout.keys]
        cells.append(write_moments(rows.seconds, with_time=layout.with_time))
        for name in (layout.target, *layout.others):
            given = rows.given(name)
            is_text = not isinstance(given, np.ndarray) or given.dtype == object
            whole = name in layout.whole
            cells.append(
                _write_coded(given)
                if is_text
                else write_numbers(given.astype(float), whole=whole)
            )
        return cells

    def _as_lines(self, rows: Rows) -> list[str]:
        layout = self._layout
        texts = [quote_texts(rows[name]) for name in layout.keys]
        texts.append(format_timestamps(rows.seconds, with_time=layout.with_time))
        for name in (layout.target, *layout.others):
            texts.append(_write_values(rows[name], whole=name in layout.whole))
        fields = (column.tolist() for column in texts)
        return [",".join(row) + "\n" for row in zip(*fields)]


@dataclass(frozen=True)
class Blocks:
    """The blocks of all parts that have any, by the parts' numbers."""

    shelf: Shelf
    parts: tuple[int, ...]
    layout: InputLayout

    def merge(
        self, train: Path, transform: Path, limits: PartLimits, findings: Findings
    ) -> InputFiles:
        """Merge the parts' blocks, series by series, into the final files.

        Raises
        ------
        FileRejected
            When rows of several series have one key, as a hook may give them.
        """
        with ExitStack() as files:
            found = [self._fetch(number, files) for number in self.parts]
            total, anchor = _find_anchor(found)
            most = limits.bytes, limits.count_series(total)
            header = self._write_header()
            sharded = _ShardedFile(transform, header, anchor, most)
            with train.open("wb") as file:
                file.write(header)
                series = _merge(found, file, sharded, findings)
            return InputFiles(train, sharded.close(), series, self.layout.columns)

    def _write_header(self) -> bytes:
        names = quote_texts(as_texts(self.layout.columns)).tolist()
        return (",".join(names) + "\n").encode()

    def _fetch(self, number: int, files: ExitStack) -> _PartFiles:
        return _PartFiles(
            files.enter_context(self.shelf.fetch(_blocks(number))),
            files.enter_context(self.shelf.fetch(_index(number))),
        )


@dataclass(frozen=True)
class _PartFiles:
    """The files of a part: its blocks, and where each begins."""

    blocks: Path
    index: Path

    def read_index(self) -> Iterator[_Block]:
        """Give the blocks without their lines."""
        with self.index.open("rb") as index:
            while True:
                try:
                    yield pickle.load(index)
                except EOFError:
                    return

    def read(self) -> Iterator[tuple[_Block, bytes, bytes]]:
        """Give the blocks with their lines, of the history and of the future."""
        with self.blocks.open("rb") as blocks:
            for block in self.read_index():
                yield block, blocks.read(block.history), blocks.read(block.future)


def _merge(
    parts: Sequence[_PartFiles],
    train: BinaryIO,
    sharded: _ShardedFile,
    findings: Findings,
) -> int:
    """Write the blocks of all parts in the order of their keys; give how many."""
    before, series = None, 0
    blocks = (part.read() for part in parts)
    for block, history, future in heapq.merge(*blocks, key=lambda one: one[0].key):
        if block.key == before:
            raise findings.reject("hook-result", problem=describe_merged(block.key))
        train.write(history)
        sharded.write(history + future, block.end)
        before, series = block.key, series + 1
    return series


def describe_merged(key: Sequence[str]) -> str:
    """Say that several series were given one key, as the end of a sentence."""
    return f"gave rows of several series the key {', '.join(key)!r}"


def _find_anchor(parts: Sequence[_PartFiles]) -> tuple[int, _Anchor]:
    """Count the series, and find the shortest that reaches the history's end."""
    total, last, best = 0, _NEVER, _Anchor(_NEVER)
    for part in parts:
        at = 0
        for block in part.read_index():
            length = block.history + block.future
            if (-block.end, length) < (-last, best.length) or not total:
                last = block.end
                best = _Anchor(last, part.blocks, at, length)
            total, at = total + 1, at + length
    return total, best


def _blocks(number: int) -> str:
    return f"blocks-{number:05d}.csv"


def _index(number: int) -> str:
    return f"index-{number:05d}.pickle"


@dataclass(frozen=True)
class _Anchor:
    """A series that reaches the end of the history, and where its lines are.

    The model forecasts from the last moment of the file that it is sent, so that each
    file needs one.
    """

    end: int
    path: Path | None = None
    at: int = 0
    length: int = 0

    def read(self) -> bytes:
        """Read its lines."""
        if self.path is None:
            return b""
        with self.path.open("rb") as file:
            file.seek(self.at)
            return file.read(self.length)


class _ShardedFile:
    """Starts a new file, with the header, when the next block would not fit."""

    def __init__(
        self, folder: Path, header: bytes, anchor: _Anchor, most: tuple[int, int]
    ) -> None:
        self._folder, self._header, self._anchor = folder, header, anchor
        self._limit, self._most = most
        self._paths: list[Path] = []
        self._size, self._series, self._reaches = 0, 0, False
        self._files = ExitStack()
        folder.mkdir(parents=True)

    def write(self, block: bytes, end: int) -> None:
        reaches = self._reaches or end == self._anchor.end
        reserved = 0 if reaches else self._anchor.length
        size = self._size + len(block) + reserved
        if not self._paths or size > self._limit or self._series >= self._most:
            self._finish_file()
            self._file = self._start_file()
        self._file.write(block)
        self._size += len(block)
        self._series += 1
        self._reaches = self._reaches or end == self._anchor.end

    def _start_file(self) -> BinaryIO:
        path = self._folder / f"part-{len(self._paths):05d}.csv"
        self._paths.append(path)
        file = self._files.enter_context(path.open("wb"))
        file.write(self._header)
        self._size, self._series, self._reaches = len(self._header), 0, False
        return file

    def _finish_file(self) -> None:
        if self._paths and not self._reaches:
            self._file.write(self._anchor.read())
        self._files.close()

    def close(self) -> list[Path]:
        self._finish_file()
        return self._paths


def quote_texts(texts: Array) -> Array:
    """Quote texts for CSV where they need it, [n]."""
    codes, uniques = pd.factorize(texts)
    return as_texts(_quote(str(text)) for text in uniques)[codes]


def _write_coded(column: Column) -> list[Array]:
    """Quote texts where they need it, and write them."""
    coded = as_coded(column).compact()
    quoted = write_texts([_quote(str(text)) for text in coded.uniques])
    return [quoted.take(coded.codes)]


def _quote(text: str) -> str:
    if text and not any(mark in text for mark in ',"\r\n') and text == text.strip():
        return text
    if not text:
        return text
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="").writerow([text])
    return line.getvalue()


def _write_values(values: Array, *, whole: bool) -> Array:
    """Write numbers, or quote texts; NaN is nothing."""
    if values.dtype == object:
        return quote_texts(values)
    finite = np.isfinite(values)
    write = _write_whole if whole else repr
    texts = as_texts(write(value) for value in values.astype(float).tolist())
    return np.where(finite, texts, "")


def _write_whole(value: float) -> str:
    # NaN fails every comparison, and is blanked later.
    if abs(value) < _LONGEST_INTEGER and value.is_integer():
        return str(int(value))
    return repr(value)
