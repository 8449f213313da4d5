"""The CSV files for training and transform, in the order of the series' keys."""

from __future__ import annotations

import csv
import heapq
import io
import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd

from glue.findings.finding import FileRejected, Finding, make_finding
from glue.reading.timestamps import format_timestamps
from glue.understanding.roles import factorize

Array = Any  # numpy's generic arrays are not worth their types at version 1.22

# A request of a batch transform carries one whole file of at most 100 MB.
TRANSFORM_PART_BYTES = 90_000_000
_LONGEST_INTEGER = 2.0**53
_LINES = 20_000


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
    """The files written, and how many series they hold."""

    train: Path
    transform: list[Path] = field(default_factory=list)
    series: int = 0


class BlockWriter:
    """Writes each series of a part as a block of lines, with an index beside it."""

    def __init__(self, folder: Path, layout: InputLayout) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._layout = layout
        self._parts = 0

    def write_part(
        self, columns: Mapping[str, Array], seconds: Array, last: int
    ) -> None:
        """Write the sorted rows of a part.

        Parameters
        ----------
        columns
            Keys, target and other columns, each [n]; numbers as float.
        seconds
            Seconds since 1970, [n].
        last
            The last moment of history; later rows are the future's.
        """
        series = factorize([columns[name] for name in self._layout.keys], sort=True)
        starts = np.flatnonzero(np.diff(series, prepend=-1))
        with _blocks(self._folder, self._parts).open("wb") as blocks:
            lengths = self._write_lines(blocks, columns, seconds)
        known = np.asarray(seconds) <= last
        history = np.add.reduceat(np.where(known, lengths, 0), starts).tolist()
        future = np.add.reduceat(np.where(known, 0, lengths), starts).tolist()
        with _index(self._folder, self._parts).open("wb") as index:
            for at, start in enumerate(starts.tolist()):
                key = tuple(columns[name][start] for name in self._layout.keys)
                pickle.dump((key, history[at], future[at]), index, protocol=4)
        self._parts += 1

    def _write_lines(
        self, file: BinaryIO, columns: Mapping[str, Array], seconds: Array
    ) -> Array:
        """Write rows as lines, some at a time; give the length of each in bytes."""
        lengths = np.empty(len(seconds), dtype=np.int64)
        for start in range(0, len(seconds), _LINES):
            rows = slice(start, start + _LINES)
            some = {name: values[rows] for name, values in columns.items()}
            lines = [line.encode() for line in self._as_lines(some, seconds[rows])]
            lengths[rows] = [len(line) for line in lines]
            file.write(b"".join(lines))
        return lengths

    def _as_lines(self, columns: Mapping[str, Array], seconds: Array) -> list[str]:
        layout = self._layout
        texts = [quote_texts(columns[name]) for name in layout.keys]
        texts.append(format_timestamps(seconds, with_time=layout.with_time))
        for name in (layout.target, *layout.others):
            texts.append(_as_texts(columns[name], whole=name in layout.whole))
        return [",".join(row) + "\n" for row in zip(*(one.tolist() for one in texts))]

    def merge(self, train: Path, transform: Path, limit: int) -> InputFiles:
        """Merge the parts' blocks, series by series, into the final files."""
        header = ",".join(quote_texts(_as_objects(self._layout.columns)).tolist())
        sharded = _ShardedFile(transform, (header + "\n").encode(), limit)
        before, series = None, 0
        with train.open("wb") as file:
            file.write((header + "\n").encode())
            for key, history, future in self._merged_blocks():
                if key == before:
                    raise FileRejected(_series_twice(key))
                file.write(history)
                sharded.write(history + future)
                before, series = key, series + 1
        return InputFiles(train, sharded.close(), series)

    def _merged_blocks(self) -> Iterator[tuple[tuple[str, ...], bytes, bytes]]:
        parts = [_read_blocks(self._folder, number) for number in range(self._parts)]
        return heapq.merge(*parts, key=lambda block: block[0])


def _series_twice(key: tuple[str, ...]) -> Finding:
    what = f"transform() gave rows of several series the key {', '.join(key)!r}"
    return make_finding("hook-result", what)


def _blocks(folder: Path, number: int) -> Path:
    return folder / f"blocks-{number:05d}.csv"


def _index(folder: Path, number: int) -> Path:
    return folder / f"index-{number:05d}.pickle"


def _read_blocks(
    folder: Path, number: int
) -> Iterator[tuple[tuple[str, ...], bytes, bytes]]:
    with (
        _blocks(folder, number).open("rb") as blocks,
        _index(folder, number).open("rb") as index,
    ):
        while True:
            try:
                key, history, future = pickle.load(index)
            except EOFError:
                return
            yield key, blocks.read(history), blocks.read(future)


class _ShardedFile:
    """Starts a new file, with the header, when the next block would not fit."""

    def __init__(self, folder: Path, header: bytes, limit: int) -> None:
        self._folder, self._header, self._limit = folder, header, limit
        self._paths: list[Path] = []
        self._size = 0
        self._file: BinaryIO | None = None
        folder.mkdir(parents=True)

    def write(self, block: bytes) -> None:
        if self._file is None or self._size + len(block) > self._limit:
            self._next()
        assert self._file is not None
        self._file.write(block)
        self._size += len(block)

    def _next(self) -> None:
        self.close()
        path = self._folder / f"part-{len(self._paths):05d}.csv"
        self._paths.append(path)
        self._file = path.open("wb")
        self._file.write(self._header)
        self._size = len(self._header)

    def close(self) -> list[Path]:
        if self._file is not None:
            self._file.close()
        return self._paths


def quote_texts(texts: Array) -> Array:
    """Quote texts for CSV where they need it, [n]."""
    codes, uniques = pd.factorize(texts)
    quoted = _as_objects([_quote(str(text)) for text in uniques])
    return quoted[codes]


def _quote(text: str) -> str:
    if text and not any(mark in text for mark in ',"\r\n') and text == text.strip():
        return text
    if not text:
        return text
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="").writerow([text])
    return line.getvalue()


def _as_objects(values: Sequence[str]) -> Array:
    array = np.empty(len(values), dtype=object)
    array[:] = list(values)
    return array


def _as_texts(values: Array, *, whole: bool) -> Array:
    """Write numbers, or quote texts; NaN is nothing."""
    if values.dtype == object:
        return quote_texts(values)
    finite = np.isfinite(values)
    write = _write_whole if whole else repr
    texts = [write(value) for value in values.astype(float).tolist()]
    return np.where(finite, _as_objects(texts), "")


def _write_whole(value: float) -> str:
    # NaN fails every comparison, and is blanked later.
    if abs(value) < _LONGEST_INTEGER and value.is_integer():
        return str(int(value))
    return repr(value)
