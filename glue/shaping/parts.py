"""Rows parted on disk by series, so that no step holds a whole table."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from glue.understanding.roles import factorize

Array = Any  # numpy's generic arrays are not worth their types at version 1.22

ROW, SECONDS = "\0row", "\0seconds"  # no column of a file can be called that
PART_BYTES = 8 * 1024**2
MAX_PARTS = 200  # a file each is open at once


def choose_part_count(file_bytes: int) -> int:
    """Choose so many parts that each is small in memory."""
    return min(max(file_bytes // PART_BYTES, 1), MAX_PARTS)


def choose_parts(keys: Sequence[Array], parts: int) -> Array:
    """Number the part of each row by a hash of its key; equal keys stay together."""
    codes = factorize(keys)
    _, firsts = np.unique(codes, return_index=True)
    names = ("\x1f".join(column[at] for column in keys) for at in firsts)
    hashes = [zlib.crc32(name.encode("utf-8", "surrogatepass")) for name in names]
    chosen: Array = (np.array(hashes, dtype=np.int64) % parts)[codes]
    return chosen


class PartWriter:
    """Appends rows to the files of their parts; our own files, our own pickles."""

    def __init__(self, folder: Path, parts: int) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._files: list[BinaryIO] = [
            _part_path(folder, number).open("wb") for number in range(parts)
        ]

    def add(self, columns: Mapping[str, Array], parts: Array) -> None:
        """Write each row to its part."""
        order = np.argsort(parts, kind="stable")
        bounds = np.searchsorted(parts[order], np.arange(len(self._files) + 1))
        for number, file in enumerate(self._files):
            rows = order[bounds[number] : bounds[number + 1]]
            if len(rows):
                picked = {name: values[rows] for name, values in columns.items()}
                pickle.dump(picked, file, protocol=4)

    def close(self) -> Parts:
        """Finish writing."""
        for file in self._files:
            file.close()
        return Parts(self._folder, len(self._files))


@dataclass(frozen=True)
class Parts:
    """The parts of a table on disk."""

    folder: Path
    count: int

    def load(self, number: int) -> dict[str, Array]:
        """Read one part, its rows in file order; no columns when it is empty."""
        pieces: list[dict[str, Array]] = []
        with _part_path(self.folder, number).open("rb") as file:
            while True:
                try:
                    pieces.append(pickle.load(file))
                except EOFError:
                    break
        if not pieces:
            return {}
        return {
            name: np.concatenate([piece[name] for piece in pieces])
            for name in pieces[0]
        }

    def replace(self, number: int, columns: Mapping[str, Array]) -> None:
        """Write one part anew."""
        with _part_path(self.folder, number).open("wb") as file:
            pickle.dump(dict(columns), file, protocol=4)


def _part_path(folder: Path, number: int) -> Path:
    return folder / f"part-{number:05d}.pickle"


def sort_rows(columns: Mapping[str, Array], keys: Sequence[str]) -> dict[str, Array]:
    """Sort rows by series, time and row number."""
    series = factorize([columns[name] for name in keys], sort=True)
    order = np.lexsort((columns[ROW], columns[SECONDS], series))
    return {name: values[order] for name, values in columns.items()}


def number_series(columns: Mapping[str, Array], keys: Sequence[str]) -> Array:
    """Number the series of sorted rows, in their order."""
    return factorize([columns[name] for name in keys], sort=True)
