"""A first pass over a table: what each column's texts are, in bounded memory."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from glue.arrays import Array, as_texts
from glue.columns import Coded, Column
from glue.findings.finding import Findings, Tallies, list_some
from glue.reading.encodings import advise_empty
from glue.reading.fields import Fields, find_firsts
from glue.reading.numbers import NumberEvidence, list_marks
from glue.reading.plain_numbers import KeptNumbers
from glue.reading.tables import Table
from glue.reading.timestamps import TimestampEvidence
from glue.rows import Rows, concatenate

SAMPLE_ROWS = 5_000
_ITEM_SAMPLE_ROWS = 50_000
_SPACES = re.compile(r"^\s|\s$|^=\"", re.MULTILINE)


def strip_texts(texts: Array) -> Array:
    """Take white space off both ends of each text, and a formula from around it."""
    return as_texts(unwrap_formula(text.strip()) for text in texts.tolist())


def strip_coded(column: Coded) -> Coded:
    """Do so with texts that are kept once each."""
    stripped = Coded.of(strip_texts(column.uniques))
    return stripped.take(column.codes)


def unwrap_formula(text: str) -> str:
    """Give the text of ="text", which spreadsheets write to keep zeros in front."""
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        return text[2:-1]
    return text


def is_stripped(column: Column) -> bool:
    """Say whether a column's texts are known to have no white space at their ends."""
    return isinstance(column, (Fields, KeptNumbers))


def has_spaces(texts: Array) -> bool:
    """Say whether any text has white space at an end (or a line break inside)."""
    return _SPACES.search("\n".join(texts.tolist())) is not None


def _is_formula(text: str) -> bool:
    return unwrap_formula(text.strip()) != text.strip()


def read_sample(table: Table, findings: Findings, rows: int = SAMPLE_ROWS) -> Rows:
    """Read the first rows as text; none, and why, when the table has none."""
    tallies = Tallies()
    for chunk in table.chunks(findings, tallies, size=rows):
        return chunk
    tallies.tell(findings)
    if not tallies.count("csv-row-width"):
        findings.add(
            "csv-no-rows",
            file=table.name,
            problem="a header and no rows",
            remedy=advise_empty(table.name),
        )
    columns = {name: as_texts([]) for name in table.header}
    return Rows.undated(columns, np.empty(0, dtype=np.int64))


def tell_lines(table: Table, findings: Findings) -> None:
    """Say which of the first lines are no rows, where the table is not read on."""
    tallies = Tallies()
    next(iter(table.chunks(findings, tallies, size=SAMPLE_ROWS)), None)
    tallies.tell(findings)


@dataclass
class TableProfile:
    """What a pass over a whole table tells about its columns.

    ``trimmed`` are the columns whose texts have white space at their ends.
    """

    numbers: dict[str, NumberEvidence]
    timestamps: TimestampEvidence = field(default_factory=TimestampEvidence)
    rows: int = 0
    trimmed: set[str] = field(default_factory=set)

    @cached_property
    def _marks(self) -> Counter[str]:
        return Counter(m for one in self.numbers.values() for m in list_marks(one))

    def find_mark_beside(self, column: str) -> str | None:
        """Tell the decimal mark that all other columns have that have one."""
        marks = self._marks - Counter(list_marks(self.numbers[column]))
        return next(iter(marks)) if len(marks) == 1 else None

    def plain(self, marks: Mapping[str, str]) -> frozenset[str]:
        """Choose the columns that hold nothing but plain numbers and blanks."""
        return frozenset(
            name
            for name, mark in marks.items()
            if mark == "." and self.numbers[name].is_all_plain
        )

    def whole(self, marks: Mapping[str, str]) -> frozenset[str]:
        """Choose the numeric columns, given with their marks, that hold no fraction."""
        return frozenset(
            name for name, mark in marks.items() if self.numbers[name].is_whole(mark)
        )

    def placeholders(self, names: Iterable[str]) -> dict[str, tuple[float, ...]]:
        """Give the numbers of each column that stand for "no value"."""
        found = {name: self.numbers[name].placeholders for name in names}
        return {name: values for name, values in found.items() if values}

    def is_numeric(self, column: str) -> bool:
        """Whether a column holds nothing but numbers."""
        return column in self.numbers and self.numbers[column].is_numeric


def profile_table(
    table: Table,
    timestamp: str | None,
    keys: Sequence[str],
    findings: Findings,
    *,
    items: ItemSample | None = None,
) -> TableProfile | None:
    """Pass over a table once; None when it has no row that can be used.

    Parameters
    ----------
    table
        The file.
    timestamp
        Its timestamp column, if it has one.
    keys
        Columns that are text whatever they look like.
    findings
        Takes what is wrong with its rows.
    items
        Takes a sample of whole items, to find grouping columns in.
    """
    others = [name for name in table.header if name != timestamp and name not in keys]
    profile = TableProfile({name: NumberEvidence() for name in others})
    tallies = Tallies()
    for chunk in table.chunks(findings, tallies):
        rows = _trim(chunk, profile, table.name, tallies)
        profile.rows += len(rows)
        if timestamp is not None:
            codes, texts = rows.factorize(timestamp)
            firsts = find_firsts(codes)
            numbers, counts = rows.numbers[firsts], np.bincount(codes)
            filled = np.flatnonzero(texts != "")
            profile.timestamps.add(
                *(each[filled].tolist() for each in (texts, numbers, counts))
            )
        for name in others:
            profile.numbers[name].add(rows.given(name), rows.numbers)
        if items is not None:
            items.add(rows)
    if not profile.rows and not tallies.count("csv-row-width"):
        findings.add(
            "csv-no-rows",
            file=table.name,
            problem="a header and no rows",
            remedy=advise_empty(table.name),
        )
    tallies.tell(findings)
    return profile if profile.rows else None


def _trim(rows: Rows, profile: TableProfile, file: str, tallies: Tallies) -> Rows:
    """Cut the white space at the ends of texts, and note where there was any."""
    stripped = {}
    for name in rows.columns:
        if is_stripped(rows.given(name)):
            continue
        texts = rows[name]
        if has_spaces(texts):
            stripped[name] = strip_texts(texts)
            formula = np.array([_is_formula(text) for text in texts.tolist()])
            cut = (texts != stripped[name]) & ~formula
            for code, mask in (("spaces-trimmed", cut), ("formula-unwrapped", formula)):
                if mask.any():
                    profile.trimmed.add(name)
                    tallies.add(
                        code,
                        rows.first_texts(mask, file, name),
                        count=int(mask.sum()),
                        file=file,
                        columns=list_some(sorted(profile.trimmed)),
                    )
    return rows.with_columns(stripped)


def set_apart(rows: Rows) -> Rows:
    """Take rows out of the bytes of their chunk, which would be kept with them."""
    columns = {
        name: column.apart() if is_stripped(column) else column
        for name, column in rows.given_columns()
    }
    return rows.with_columns(columns)


class ItemSample:
    """All rows of some items, chosen by a hash, so that it stays small."""

    def __init__(self, item_id: str, limit: int = _ITEM_SAMPLE_ROWS) -> None:
        self._item_id = item_id
        self._limit = limit
        self._share = 1
        self._pieces: list[Rows] = []

    def add(self, rows: Rows) -> None:
        """Keep the rows of the chosen items; choose fewer when they are too many."""
        chosen = self._choose(rows)
        if len(chosen) or not self._pieces:
            self._pieces.append(chosen if chosen is rows else set_apart(chosen))
        while self._size() > self._limit and self._share < 1_000_000:
            self._share *= 2
            self._pieces = [set_apart(self._choose(piece)) for piece in self._pieces]

    def _choose(self, rows: Rows) -> Rows:
        if self._share == 1:
            return rows
        codes, uniques = rows.factorize(self._item_id)
        hashes = [zlib.crc32(text.encode("utf-8", "replace")) for text in uniques]
        return rows.take((np.array(hashes, dtype=np.int64) % self._share == 0)[codes])

    def _size(self) -> int:
        return sum(map(len, self._pieces))

    def take_out(self) -> Rows:
        """Give the sample."""
        return concatenate(self._pieces)
