"""A first pass over a table: what each column's texts are, in bounded memory."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from glue.findings.finding import Example, Tally
from glue.reading.csv_file import Chunk, CsvFile, read_chunks
from glue.reading.numbers import NumberEvidence
from glue.reading.timestamps import TimestampEvidence

Array = Any  # numpy's generic arrays are not worth their types at version 1.22

SAMPLE_ROWS = 5_000
_ITEM_SAMPLE_ROWS = 50_000
_SPACES = re.compile(r"^\s|\s$", re.MULTILINE)


def strip_texts(texts: Array) -> Array:
    """Take white space off both ends of each text."""
    stripped = np.empty(len(texts), dtype=object)
    stripped[:] = [text.strip() for text in texts.tolist()]
    return stripped


def has_spaces(texts: Array) -> bool:
    """Say whether any text has white space at an end (or a line break inside)."""
    return _SPACES.search("\n".join(texts.tolist())) is not None


def read_sample(table: CsvFile, rows: int = SAMPLE_ROWS) -> dict[str, Array]:
    """Read the first rows as text, by column; empty columns when there are none."""
    for chunk in read_chunks(table, rows):
        return chunk.columns
    return {name: np.empty(0, dtype=object) for name in table.header}


@dataclass
class TableProfile:
    """What a pass over a whole table tells about its columns."""

    rows: int = 0
    timestamps: TimestampEvidence = field(default_factory=TimestampEvidence)
    numbers: dict[str, NumberEvidence] = field(default_factory=dict)
    trimmed: set[str] = field(default_factory=set)
    trims: Tally = field(default_factory=Tally)
    bad_rows: Tally = field(default_factory=Tally)
    blank_rows: int = 0
    items: ItemSample | None = None

    def is_numeric(self, column: str) -> bool:
        """Whether a column holds nothing but numbers."""
        return column in self.numbers and self.numbers[column].is_numeric


def profile_table(
    table: CsvFile,
    timestamp: str | None,
    keys: Sequence[str],
    *,
    with_items: bool = False,
) -> TableProfile:
    """Pass over a table once.

    Parameters
    ----------
    table
        The file.
    timestamp
        Its timestamp column, if it has one.
    keys
        Columns that are text whatever they look like.
    with_items
        Whether to keep a sample of whole items, to find grouping columns in.
    """
    profile = TableProfile()
    others = [name for name in table.header if name != timestamp and name not in keys]
    profile.numbers = {name: NumberEvidence() for name in others}
    if with_items:
        profile.items = ItemSample(keys[0])
    for chunk in read_chunks(table, bad_rows=profile.bad_rows):
        columns = _trim(profile, table, chunk)
        profile.rows += len(chunk)
        if timestamp is not None:
            texts = pd.unique(columns[timestamp])
            profile.timestamps.add(text for text in texts if text)
        for name in others:
            profile.numbers[name].add(columns[name])
        if profile.items is not None:
            profile.items.add(columns)
    return profile


def _trim(profile: TableProfile, table: CsvFile, chunk: Chunk) -> dict[str, Array]:
    columns = dict(chunk.columns)
    for name, texts in chunk.columns.items():
        if has_spaces(texts):
            columns[name] = strip_texts(texts)
            _note_trims(profile, table.name, name, chunk=chunk, stripped=columns[name])
    return columns


def _note_trims(
    profile: TableProfile, file: str, name: str, *, chunk: Chunk, stripped: Array
) -> None:
    texts = chunk.columns[name]
    changed = np.flatnonzero(texts != stripped)
    if len(changed):
        profile.trimmed.add(name)
        first = changed[:5]
        places = examples_at(file, name, chunk.rows[first], texts[first])
        profile.trims.add(places, count=len(changed))


def examples_at(
    file: str, column: str | None, rows: Iterable[Any], values: Iterable[Any]
) -> list[Example]:
    """Make examples of places in a file."""
    return [
        Example(file, int(row), column, str(value)[:100])
        for row, value in zip(rows, values)
    ]


class ItemSample:
    """All rows of some items, chosen by a hash, so that it stays small."""

    def __init__(self, item_id: str, limit: int = _ITEM_SAMPLE_ROWS) -> None:
        self._item_id = item_id
        self._limit = limit
        self._share = 1
        self._frames: list[dict[str, Array]] = []

    def add(self, columns: Mapping[str, Array]) -> None:
        """Keep the rows of the chosen items; choose fewer when they are too many."""
        self._frames.append(self._choose(columns))
        while self._size() > self._limit and self._share < 1_000_000:
            self._share *= 2
            self._frames = [self._choose(frame) for frame in self._frames]

    def _choose(self, columns: Mapping[str, Array]) -> dict[str, Array]:
        if self._share == 1:
            return dict(columns)
        codes, uniques = pd.factorize(columns[self._item_id])
        hashes = [zlib.crc32(text.encode("utf-8", "replace")) for text in uniques]
        chosen = (np.array(hashes, dtype=np.int64) % self._share == 0)[codes]
        return {name: texts[chosen] for name, texts in columns.items()}

    def _size(self) -> int:
        return sum(len(frame[self._item_id]) for frame in self._frames)

    def column(self, name: str) -> Array:
        """Give one column of the sample."""
        empty = [np.empty(0, dtype=object)]
        return np.concatenate(empty + [frame[name] for frame in self._frames])
