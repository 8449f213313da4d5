"""Rows parted by series into files, so that no step holds a whole table."""

from __future__ import annotations

import pickle
import zlib
from contextlib import ExitStack
from dataclasses import dataclass, replace
from types import TracebackType
from typing import BinaryIO

import numpy as np

from glue.arrays import Array
from glue.columns import Column, Columns, as_coded
from glue.findings.finding import Findings
from glue.reading.tables import Table
from glue.reading.typed_rows import ReadPlan, read_rows
from glue.rows import Rows, concatenate
from glue.shaping.workers import Shelf, Workers

PART_BYTES = 8 * 1024**2
MAX_PARTS = 400  # two files each are open at once, of 1,024 that may be
_WRITE_ROWS = 200_000


def choose_part_count(file_bytes: int, part_bytes: int, *, most: int) -> int:
    """Choose so many parts that each is small in memory."""
    return min(max(file_bytes // part_bytes, 1), most)


@dataclass(frozen=True)
class Parting:
    """How all tables of an upload are parted: by these columns, into so many parts."""

    by: tuple[str, ...]
    count: int

    def choose(self, rows: Rows) -> Array:
        """Number the part of each row by its key's hash; equal keys stay together."""
        codes = rows.key(self.by)
        firsts = np.empty(int(codes.max(initial=-1)) + 1, dtype=np.int64)
        firsts[codes[::-1]] = np.arange(len(codes))[::-1]
        names = ("\x1f".join(rows[name][at] for name in self.by) for at in firsts)
        hashes = [zlib.crc32(name.encode("utf-8", "surrogatepass")) for name in names]
        chosen: Array = (np.array(hashes, dtype=np.int64) % self.count)[codes]
        return chosen


def part_table(
    table: Table,
    plan: ReadPlan,
    parting: Parting,
    shelf: Shelf,
    *,
    findings: Findings,
) -> Parts:
    """Read a table and write each of its rows to its part."""
    with _PartWriter(shelf, parting) as writer:
        for rows in read_rows(table, plan, findings):
            writer.add(rows)
    return replace(writer.parts, last=writer.last)


class _PartWriter:
    """Appends rows to the files of their parts; our own files, our own pickles."""

    def __init__(self, shelf: Shelf, parting: Parting) -> None:
        self.parts = Parts(shelf, parting.count)
        self.last: int | None = None
        self._parting = parting
        self._pieces: list[Rows] = []
        self._open = ExitStack()
        paths = [
            self._open.enter_context(shelf.keep(_name(number)))
            for number in range(parting.count)
        ]
        self._files: list[BinaryIO] = [
            self._open.enter_context(path.open("wb")) for path in paths
        ]

    def __enter__(self) -> _PartWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.flush()
        self._open.__exit__(kind, error, trace)

    def add(self, rows: Rows) -> None:
        """Take in rows; they are written when there are many."""
        if len(rows):
            last = int(rows.seconds.max())
            self.last = last if self.last is None else max(last, self.last)
        self._pieces.append(rows)
        if sum(map(len, self._pieces)) >= _WRITE_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write each row to its part; a part without any has the columns as well."""
        if not self._pieces:
            return
        rows, self._pieces = concatenate(self._pieces), []
        chosen = self._parting.choose(rows)
        order = np.argsort(chosen, kind="stable")
        bounds = np.searchsorted(chosen[order], np.arange(len(self._files) + 1))
        for number, file in enumerate(self._files):
            places = order[bounds[number] : bounds[number + 1]]
            if len(places) or not file.tell():
                _dump(rows.take(places), file)


@dataclass(frozen=True)
class Parts:
    """The parts of a table; ``last`` is its last moment, where it has any."""

    shelf: Shelf
    count: int
    last: int | None = None

    def load(self, number: int) -> Rows:
        """Read one part, its rows in file order."""
        pieces: list[Rows] = []
        with self.shelf.fetch(_name(number)) as path, path.open("rb") as file:
            while True:
                try:
                    pieces.append(_load(file))
                except EOFError:
                    break
        return concatenate(pieces)

    def renew(self, workers: Workers) -> Parts:
        """Give the parts that a step makes of these."""
        return replace(self, shelf=workers.renew(self.shelf))

    def write(self, number: int, rows: Rows) -> None:
        """Write one part, whether it is there or not."""
        with self.shelf.keep(_name(number)) as path, path.open("wb") as file:
            _dump(rows, file)


def _name(number: int) -> str:
    return f"part-{number:05d}.pickle"


def _dump(rows: Rows, file: BinaryIO) -> None:
    """Write rows, each text once."""
    columns = {name: _pack(column) for name, column in rows.given_columns()}
    pickle.dump((columns, rows.numbers, rows.seconds), file, protocol=5)


def _pack(column: Column) -> Column:
    is_number = isinstance(column, np.ndarray) and column.dtype != object
    return column if is_number else as_coded(column).compact()


def _load(file: BinaryIO) -> Rows:
    columns, numbers, seconds = pickle.load(file)
    return Rows(Columns(columns), numbers, seconds)
