"""A second pass over a table: texts become typed rows, and bad ones findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from glue.findings.finding import Finding, Tally
from glue.reading.csv_file import Chunk, CsvFile, read_chunks
from glue.reading.numbers import MISSING, parse_numbers
from glue.reading.profile import examples_at, strip_texts
from glue.reading.timestamps import Reading, TimestampParser
from glue.shaping.parts import ROW, SECONDS

Array = Any  # numpy's generic arrays are not worth their types at version 1.22


@dataclass(frozen=True)
class ReadPlan:
    """How each column of a file is to be read.

    ``numbers`` maps each numeric column to its decimal mark; ``plain`` are those
    of them that hold nothing but plain numbers and blanks.
    """

    keys: tuple[str, ...]
    timestamp: str | None
    reading: Reading
    target: str | None = None
    numbers: dict[str, str] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()
    trimmed: frozenset[str] = frozenset()


@dataclass
class ReadTallies:
    """What was wrong with single values; numbers by their column."""

    key_blank: Tally = field(default_factory=Tally)
    timestamp_bad: Tally = field(default_factory=Tally)
    number_bad: dict[str, Tally] = field(default_factory=dict)
    number_missing: dict[str, Tally] = field(default_factory=dict)

    @property
    def lost_rows(self) -> bool:
        """Whether rows were left out, so that gaps are not the table's own."""
        return bool(self.key_blank.count or self.timestamp_bad.count)

    def findings(self, file: str, target: str | None) -> list[Finding]:
        """Say what was found in a file."""
        findings = []
        if self.key_blank.count:
            what = f"{self.key_blank.count} key value(s) of {file} are blank"
            findings.append(self.key_blank.as_finding("key-blank", what))
        if self.timestamp_bad.count:
            count = self.timestamp_bad.count
            what = f"{count} timestamp(s) of {file} cannot be read like the others"
            findings.append(self.timestamp_bad.as_finding("timestamp-unreadable", what))
        for name, tally in self.number_bad.items():
            what = f"{tally.count} value(s) of {file}'s column {name!r} are not numbers"
            code = "target-not-number" if name == target else "covariate-not-number"
            findings.append(tally.as_finding(code, what))
        for name, tally in self.number_missing.items():
            what = f"{tally.count} word(s) in {file}'s column {name!r} mean no value"
            findings.append(tally.as_finding("number-missing-word", what))
        return findings


def read_rows(
    table: CsvFile, plan: ReadPlan, tallies: ReadTallies
) -> Iterator[dict[str, Array]]:
    """Yield typed rows: keys and texts as text, moments as seconds, numbers.

    Rows with a blank key or a timestamp that cannot be read are tallied and left
    out; numbers that cannot be read are tallied and become NaN.
    """
    reader = _RowReader(table, plan, tallies)
    for chunk in read_chunks(table):
        yield reader.read(chunk)


class _RowReader:
    """Reads chunks of one file by its plan; notes what is wrong with values."""

    def __init__(self, table: CsvFile, plan: ReadPlan, tallies: ReadTallies) -> None:
        self._table, self._plan, self._tallies = table, plan, tallies
        self._parser = TimestampParser(plan.reading)

    def read(self, chunk: Chunk) -> dict[str, Array]:
        """Type the usable rows of a chunk."""
        columns = {
            name: strip_texts(texts) if name in self._plan.trimmed else texts
            for name, texts in chunk.columns.items()
        }
        kept = ~_blank_rows(columns, self._plan)
        if not kept.all():
            columns = {name: texts[kept] for name, texts in columns.items()}
        rows = chunk.rows[kept]
        typed: dict[str, Array] = {ROW: rows}
        usable = self._read_keys(rows, columns, typed)
        usable &= self._read_timestamps(rows, columns, typed)
        self._read_numbers(rows, columns, typed)
        if usable.all():
            return typed
        return {name: values[usable] for name, values in typed.items()}

    def _read_keys(
        self, rows: Array, columns: dict[str, Array], typed: dict[str, Array]
    ) -> Array:
        usable = np.ones(len(rows), dtype=bool)
        for name in self._plan.keys:
            blank = columns[name] == ""
            self._note(self._tallies.key_blank, name, rows[blank], columns[name][blank])
            usable &= ~blank
            typed[name] = columns[name]
        for name in self._plan.texts:
            typed[name] = columns[name]
        return usable

    def _read_timestamps(
        self, rows: Array, columns: dict[str, Array], typed: dict[str, Array]
    ) -> Array:
        name = self._plan.timestamp
        if name is None:
            typed[SECONDS] = np.zeros(len(rows), dtype=np.int64)
            return np.ones(len(rows), dtype=bool)
        codes, uniques = pd.factorize(columns[name])
        seconds, good = self._parser.parse(uniques)
        typed[SECONDS] = seconds[codes]
        usable: Array = good[codes]
        bad = ~usable
        self._note(self._tallies.timestamp_bad, name, rows[bad], columns[name][bad])
        return usable

    def _read_numbers(
        self, rows: Array, columns: dict[str, Array], typed: dict[str, Array]
    ) -> None:
        for name, mark in self._plan.numbers.items():
            texts = columns[name]
            plain = name in self._plan.plain
            values, bad = parse_numbers(texts, mark, plain=plain)
            if bad.any():
                tally = self._tallies.number_bad.setdefault(name, Tally())
                self._note(tally, name, rows[bad], texts[bad])
            if not plain:
                self._note_words(name, rows, texts)
            typed[name] = np.where(bad, np.nan, values)

    def _note_words(self, name: str, rows: Array, texts: Array) -> None:
        words = np.array([one.casefold() in MISSING for one in texts.tolist()])
        if words.any():
            tally = self._tallies.number_missing.setdefault(name, Tally())
            self._note(tally, name, rows[words], texts[words])

    def _note(self, tally: Tally, name: str, rows: Array, texts: Array) -> None:
        if len(rows):
            places = examples_at(self._table.name, name, rows[:5], texts[:5])
            tally.add(places, count=len(rows))


def _blank_rows(columns: dict[str, Array], plan: ReadPlan) -> Array:
    """Find the rows that hold nothing at all, as spreadsheets leave them."""
    blank = columns[plan.timestamp or plan.keys[0]] == ""
    if blank.any():
        for texts in columns.values():
            blank = blank & (texts == "")
    return blank
