"""A second pass over a table: texts become typed rows, and bad ones findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from glue.arrays import Array
from glue.columns import Columns, as_coded
from glue.findings.finding import Count, Findings, Tallies
from glue.reading.numbers import MISSING, parse_numbers
from glue.reading.profile import strip_texts
from glue.reading.tables import Table
from glue.reading.timestamps import Reading, TimestampParser
from glue.rows import Rows


@dataclass(frozen=True)
class ReadPlan:
    """How each column of a file is to be read.

    ``numbers`` maps each numeric column to its decimal mark; ``plain`` are those
    of them that hold nothing but plain numbers and blanks.
    """

    keys: tuple[str, ...]
    timestamp: str | None
    reading: Reading | None
    target: str | None = None
    numbers: dict[str, str] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()
    trimmed: frozenset[str] = frozenset()
    placeholders: dict[str, tuple[float, ...]] = field(default_factory=dict)


def read_rows(table: Table, plan: ReadPlan, findings: Findings) -> Iterator[Rows]:
    """Yield typed rows: keys and texts as text, moments as seconds, numbers.

    Rows with a blank key or a timestamp that cannot be read are left out; numbers
    that cannot be read become NaN. All of them are told when the last row is read.
    """
    tallies = Tallies()
    reader = _RowReader(table.name, plan, tallies)
    for chunk in table.chunks(findings, Tallies()):
        yield reader.read(chunk)
    tallies.tell(findings)


class _RowReader:
    """Reads chunks of one file by its plan; notes what is wrong with values."""

    def __init__(self, file: str, plan: ReadPlan, tallies: Tallies) -> None:
        self._file, self._plan, self._tallies = file, plan, tallies
        self._parser = TimestampParser(plan.reading) if plan.reading else None

    def read(self, chunk: Rows) -> Rows:
        """Type the usable rows of a chunk."""
        plan = self._plan
        trimmed = {
            name: strip_texts(texts)
            for name, texts in chunk.columns.items()
            if name in plan.trimmed
        }
        texts = chunk.with_columns(trimmed)
        texts = texts.take(~_blank_rows(texts, plan))
        usable = self._check_keys(texts)
        seconds, dated = self._read_moments(texts)
        columns = {
            name: as_coded(texts.given(name)) for name in (*plan.keys, *plan.texts)
        }
        columns.update({name: self._read_numbers(texts, name) for name in plan.numbers})
        typed = Rows(Columns(columns), texts.numbers, seconds)
        return typed.take(usable & dated)

    def _check_keys(self, texts: Rows) -> Array:
        usable = np.ones(len(texts), dtype=bool)
        for name in self._plan.keys:
            blank = texts[name] == ""
            if blank.any():
                examples = texts.first_texts(blank, self._file, name)
                count = int(blank.sum())
                self._tallies.add("key-blank", examples, count=count, file=self._file)
                usable &= ~blank
        return usable

    def _read_moments(self, texts: Rows) -> tuple[Array, Array]:
        """Give the moments, and which of them could be read."""
        name = self._plan.timestamp
        if name is None or self._parser is None:
            return texts.seconds, np.ones(len(texts), dtype=bool)
        codes, uniques = pd.factorize(texts[name])
        moments, readable = self._parser.parse(uniques)
        bad, blank = ~readable[codes], texts[name] == ""
        self._note("timestamp-blank", texts, bad & blank, name)
        if (bad & ~blank).any():
            self._note_moments(texts, bad & ~blank, name)
        return moments[codes], ~bad

    def _note_moments(self, texts: Rows, bad: Array, name: str) -> None:
        file, code, count = self._file, "timestamp-unreadable", int(bad.sum())
        so_far = self._tallies.count(code) + count
        problem = f"{Count(so_far):timestamp} of {file} cannot be read like the others"
        examples = texts.first_texts(bad, file, name)
        self._tallies.add(code, examples, count=count, file=file, problem=problem)

    def _read_numbers(self, texts: Rows, name: str) -> Array:
        plain = name in self._plan.plain
        values, bad = parse_numbers(texts[name], self._plan.numbers[name], plain=plain)
        if bad.any():
            is_target = name == self._plan.target
            code = "target-not-number" if is_target else "covariate-not-number"
            self._note(code, texts, bad, name)
        if name in self._plan.placeholders:
            absent = np.isin(values, self._plan.placeholders[name])
            self._note("values-placeholder", texts, absent, name)
            values = np.where(absent, np.nan, values)
        if not plain:
            words = [text.casefold() in MISSING for text in texts[name].tolist()]
            self._note("number-missing-word", texts, np.array(words, dtype=bool), name)
        return np.where(bad, np.nan, values)

    def _note(self, code: str, texts: Rows, mask: Array, name: str) -> None:
        if mask.any():
            examples = texts.first_texts(mask, self._file, name)
            count = int(mask.sum())
            self._tallies.add(code, examples, count=count, column=name, file=self._file)


def _blank_rows(texts: Rows, plan: ReadPlan) -> Array:
    """Find the rows that hold nothing at all, as spreadsheets leave them."""
    blank = texts[plan.timestamp or plan.keys[0]] == ""
    if blank.any():
        for values in texts.columns.values():
            blank = blank & (values == "")
    return blank
