"""The CSV files for training and transform, in the order of the series' keys."""

from __future__ import annotations

import csv
import heapq
import io
import pickle
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

from glue.arrays import Array, as_texts
from glue.findings.finding import Findings
from glue.reading.timestamps import format_timestamps
from glue.rows import Rows

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

    def write_part(self, rows: Rows, last: int) -> None:
        """Write the sorted rows of a part; those after ``last`` are the future's."""
        keys = self._layout.keys
        series = rows.series(keys)
        with _blocks(self._folder, self._parts).open("wb") as blocks:
            lengths = self._write_lines(blocks, rows)
        is_history = rows.seconds <= last
        history = series.sum(np.where(is_history, lengths, 0)).tolist()
        future = series.sum(np.where(is_history, 0, lengths)).tolist()
        with _index(self._folder, self._parts).open("wb") as index:
            for at, start in enumerate(series.starts.tolist()):
                key = tuple(rows[name][start] for name in keys)
                pickle.dump((key, history[at], future[at]), index, protocol=4)
        self._parts += 1

    def _write_lines(self, file: BinaryIO, rows: Rows) -> Array:
        """Write rows as lines, some at a time; give the length of each in bytes."""
        lengths = np.empty(len(rows), dtype=np.int64)
        for start in range(0, len(rows), _LINES):
            block = slice(start, start + _LINES)
            lines = [line.encode() for line in self._as_lines(rows.take(block))]
            lengths[block] = [len(line) for line in lines]
            file.write(b"".join(lines))
        return lengths

    def _as_lines(self, rows: Rows) -> list[str]:
        layout = self._layout
        texts = [quote_texts(rows[name]) for name in layout.keys]
        texts.append(format_timestamps(rows.seconds, with_time=layout.with_time))
        for name in (layout.target, *layout.others):
            texts.append(_write_values(rows[name], whole=name in layout.whole))
        fields = (column.tolist() for column in texts)
        return [",".join(row) + "\n" for row in zip(*fields)]

    def merge(
        self, train: Path, transform: Path, limit: int, findings: Findings
    ) -> InputFiles:
        """Merge the parts' blocks, series by series, into the final files.

        Raises
        ------
        FileRejected
            When rows of several series have one key, as a hook may give them.
        """
        names = quote_texts(as_texts(self._layout.columns)).tolist()
        header = (",".join(names) + "\n").encode()
        sharded = _ShardedFile(transform, header, limit)
        before, series = None, 0
        with train.open("wb") as file:
            file.write(header)
            for key, history, future in self._merged_blocks():
                if key == before:
                    words = repr(", ".join(key))
                    problem = f"gave rows of several series the key {words}"
                    raise findings.reject("hook-result", problem=problem)
                file.write(history)
                sharded.write(history + future)
                before, series = key, series + 1
        return InputFiles(train, sharded.close(), series)

    def _merged_blocks(self) -> Iterator[tuple[tuple[str, ...], bytes, bytes]]:
        parts = [_read_blocks(self._folder, number) for number in range(self._parts)]
        return heapq.merge(*parts, key=lambda block: block[0])


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
        self._files = ExitStack()
        folder.mkdir(parents=True)

    def write(self, block: bytes) -> None:
        if not self._paths or self._size + len(block) > self._limit:
            self._file, self._size = self._start_file(), len(self._header)
        self._file.write(block)
        self._size += len(block)

    def _start_file(self) -> BinaryIO:
        self._files.close()
        path = self._folder / f"part-{len(self._paths):05d}.csv"
        self._paths.append(path)
        file = self._files.enter_context(path.open("wb"))
        file.write(self._header)
        return file

    def close(self) -> list[Path]:
        self._files.close()
        return self._paths


def quote_texts(texts: Array) -> Array:
    """Quote texts for CSV where they need it, [n]."""
    codes, uniques = pd.factorize(texts)
    return as_texts(_quote(str(text)) for text in uniques)[codes]


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
