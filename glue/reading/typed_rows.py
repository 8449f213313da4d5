"""A second pass over a table: texts become typed rows, and bad ones findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from glue.arrays import Array
from glue.columns import Columns, as_coded
from glue.findings.finding import Count, Findings, Tallies
from glue.reading.blank_cells import BlankCells
from glue.reading.blank_keys import explain_blank_key
from glue.reading.numbers import MISSING, holds_plain, is_number, parse_column
from glue.reading.odd_values import (
    Oddity,
    explain_by_home,
    explain_moment,
    explain_number,
)
from glue.reading.profile import is_stripped, set_apart, strip_coded
from glue.reading.tables import Table
from glue.reading.timestamps import Reading, TimestampParser, is_date
from glue.rows import Rows, concatenate

# Where so large a share of cells is blank, they are merged or written once a block.
_MERGED = 0.25
_REPEAT = (
    "write the {what} into each row; where it is written once for several rows, as "
    "where cells were merged, that is the {what} of the row above"
)
_IDLE = "remove these rows: they hold neither a date nor a value to learn from"
# So few rows without a date or an id are shown whole.
_SHOWN = 5
_BLANKS = ("timestamp-blank", "key-blank")
# Of the first rows, and of the first odd ones of a column, so many cells are kept.
_MOST_CELLS = 100_000
_OR_TEXT = '; or set the column\'s type to "text" in Preparation.ColumnTypes'


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
    reader.advise()
    if plan.target and tallies.count("key-blank") > _MERGED * tallies.amounts["read"]:
        findings.hold_back(["column-collision"])  # which columns tell series apart?
    tallies.tell(findings)


class Explain(Protocol):
    """Says why a text does not fit where others do."""

    def __call__(self, text: str, *, like: str, column: str) -> Oddity | None:
        """Explain a text of a column by one that does fit."""


class _RowReader:
    """Reads chunks of one file by its plan; notes what is wrong with values."""

    def __init__(self, file: str, plan: ReadPlan, tallies: Tallies) -> None:
        self._file, self._plan, self._tallies = file, plan, tallies
        self._head: list[Rows] = []
        self._odd: dict[str, list[Rows]] = {}
        self._like: dict[str, str] = {}
        self._parser = TimestampParser(plan.reading) if plan.reading else None

    def read(self, chunk: Rows) -> Rows:
        """Type the usable rows of a chunk."""
        plan = self._plan
        trimmed = {
            name: strip_coded(as_coded(column))
            for name, column in chunk.given_columns()
            if name in plan.trimmed and not is_stripped(column)
        }
        texts = chunk.with_columns(trimmed)
        texts = texts.take(~_blank_rows(texts, plan))
        self._tallies.amounts["read"] += len(texts)
        _keep(self._head, texts)
        seconds, dated = self._read_moments(texts)
        texts, seconds = texts.take(dated), seconds[dated]  # one reason a row is enough
        usable = self._check_keys(texts)
        columns = {
            name: as_coded(texts.given(name)) for name in (*plan.keys, *plan.texts)
        }
        columns.update({name: self._read_numbers(texts, name) for name in plan.numbers})
        return Rows(Columns(columns), texts.numbers, seconds).take(usable)

    def advise(self) -> None:
        """Say, after the last row, why values are odd, and what blank cells are."""
        for name in self._odd:
            if name == self._plan.timestamp:
                self._tell_moments(name)
            else:
                self._tell_numbers(name)
        rows = self._tallies.amounts["read"]
        idle = self._tallies.amounts.pop("idle", 0)
        if 0 < idle == self._tallies.count("timestamp-blank"):
            self._tallies.advise("timestamp-blank", _IDLE)
            return
        for code, what in (("key-blank", "id"), ("timestamp-blank", "date")):
            advice = self._advise_blank(code) if self._tallies.count(code) else None
            if advice is None and code == "key-blank":
                advice = self._advise_blank_keys()
            if advice is None and self._tallies.count(code) > _MERGED * rows:
                advice = _REPEAT.format(what=what)
            if advice:
                self._tallies.advise(code, advice)

    def _advise_blank(self, code: str) -> str | None:
        """Say what to do about blank cells, where all rows of the file are known."""
        plan = self._plan
        if plan.timestamp is None or plan.reading is None or not self._head:
            return None
        head = concatenate(self._head)
        names = (plan.timestamp,) if code == "timestamp-blank" else plan.keys
        blank = [name for name in names if head.blank(name).any()]
        if not blank:
            return None
        return BlankCells(
            rows=head,
            name=blank[0],
            keys=plan.keys,
            timestamp=plan.timestamp,
            reading=plan.reading,
            target=plan.target,
            mark=plan.numbers.get(plan.target or "", "."),
            is_whole=len(head) == self._tallies.amounts["read"],
        ).advise()

    def _advise_blank_keys(self) -> str | None:
        """Say which ids are meant where they are blank, if the whole table shows it."""
        plan, head = self._plan, concatenate(self._head) if self._head else None
        if head is None or len(head) < self._tallies.amounts["read"]:
            return None
        for name in plan.keys:
            if head.blank(name).any():
                told = explain_blank_key(
                    head, name, keys=plan.keys, time=plan.timestamp
                )
                if told is not None:
                    return told
        return None

    def _check_keys(self, texts: Rows) -> Array:
        usable = np.ones(len(texts), dtype=bool)
        for name in self._plan.keys:
            blank = texts.blank(name)
            if blank.any():
                self._note("key-blank", texts, blank, name)
                usable &= ~blank
        return usable

    def _read_moments(self, texts: Rows) -> tuple[Array, Array]:
        """Give the moments, and which of them could be read."""
        name = self._plan.timestamp
        if name is None or self._parser is None:
            return texts.seconds, np.ones(len(texts), dtype=bool)
        codes, uniques = texts.factorize(name)
        moments, readable = self._parser.parse(uniques)
        if readable.any():
            self._like.setdefault(name, str(uniques[readable][0]))
        bad, blank = ~readable[codes], texts.blank(name)
        self._note("timestamp-blank", texts, bad & blank, name)
        self._tallies.amounts["idle"] += self._count_idle(texts, bad & blank)
        if (bad & ~blank).any():
            self._note_moments(texts, bad & ~blank, name)
        return moments[codes], ~bad

    def _count_idle(self, texts: Rows, undated: Array) -> int:
        """Count the rows without a date that have no target, or no number, either."""
        plan, idle = self._plan, undated
        names = [plan.target] if plan.target else list(plan.numbers)
        for name in names:
            idle = idle & texts.blank(name)
        return int(idle.sum()) if names else 0

    def _note_moments(self, texts: Rows, bad: Array, name: str) -> None:
        _keep(self._odd.setdefault(name, []), texts.take(bad))
        examples = texts.first_texts(bad, self._file, name)
        self._tallies.add("timestamp-unreadable", examples, count=int(bad.sum()))

    def _tell_moments(self, name: str) -> None:
        file, code = self._file, "timestamp-unreadable"
        odd = self._explain(name, explain_moment)
        count = Count(self._tallies.count(code))
        problem = f"{count:timestamp} of {file}'s column {name!r} cannot be "
        problem += f"read like the others{_tell_why(odd)}"
        facts: dict[str, Any] = {"remedy": odd.remedy} if odd else {}
        self._tallies.add(code, count=0, file=file, problem=problem, **facts)

    def _explain(self, name: str, explain: Explain) -> Oddity | None:
        """Explain the first value of a column that does not fit; the others follow.

        Only what is the same however the rows are parted is looked at: the first rows
        of the file, and the first of those that do not fit.
        """
        odd, head = concatenate(self._odd[name]), concatenate(self._head)
        good = head.take(~np.isin(head.numbers, odd.numbers))
        texts = concatenate([good, odd])
        bad = np.arange(len(texts)) >= len(good)
        text, like = str(odd[name][0]), self._like.get(name, "")
        if explain is explain_moment:
            like = _find_near(good, name, int(odd.numbers[0])) or like
        by_text = explain(text, like=like, column=name)
        fits = is_date if explain is explain_moment else is_number
        home = explain_by_home(texts.columns, name, bad, fits=fits)
        return by_text if text == name else home or by_text

    def _read_numbers(self, texts: Rows, name: str) -> Array:
        plain = name in self._plan.plain
        mark = self._plan.numbers[name]
        values, bad = parse_column(texts.given(name), mark, plain=plain)
        good = ~bad & ~np.isnan(values)
        if name not in self._like and good.any():
            self._like[name] = str(texts[name][good][0])
        if bad.any():
            self._note_bad_numbers(texts, bad, name)
        if name in self._plan.placeholders:
            absent = np.isin(values, self._plan.placeholders[name])
            self._note("values-placeholder", texts, absent, name)
            values = np.where(absent, np.nan, values)
        if not plain and not holds_plain(texts.given(name)):
            codes, uniques = texts.factorize(name)
            words = [text.casefold() in MISSING for text in uniques.tolist()]
            mask = np.array(words, dtype=bool)[codes]
            self._note("number-missing-word", texts, mask, name)
        return np.where(bad, np.nan, values)

    def _note_bad_numbers(self, texts: Rows, bad: Array, name: str) -> None:
        _keep(self._odd.setdefault(name, []), texts.take(bad))
        examples = texts.first_texts(bad, self._file, name)
        code = self._code_of(name)
        self._tallies.add(code, examples, count=int(bad.sum()), column=name)

    def _code_of(self, name: str) -> str:
        is_target = name == self._plan.target
        return "target-not-number" if is_target else "covariate-not-number"

    def _tell_numbers(self, name: str) -> None:
        is_target = name == self._plan.target
        odd = self._explain(name, explain_number)
        facts: dict[str, Any] = {}
        if odd:
            facts["remedy"] = odd.remedy + ("" if is_target else _OR_TEXT)
        self._tallies.add(
            self._code_of(name),
            count=0,
            column=name,
            file=self._file,
            why=_tell_why(odd),
            **facts,
        )

    def _note(self, code: str, texts: Rows, mask: Array, name: str) -> None:
        if mask.any():
            count = int(mask.sum())
            examples = texts.first_texts(mask, self._file, name)
            if code in _BLANKS and count <= _SHOWN:
                examples = texts.first(
                    mask, self._file, None, lambda at: _show_row(texts, at)
                )
            self._tallies.add(code, examples, count=count, column=name, file=self._file)


def _keep(kept: list[Rows], rows: Rows) -> None:
    """Keep the first rows, up to some number, whatever the parting."""
    most = max(_MOST_CELLS // max(len(rows.columns), 1), 1)
    room = most - sum(map(len, kept))
    if room > 0 and len(rows):
        kept.append(set_apart(rows.take(np.arange(min(room, len(rows))))))


def _find_near(good: Rows, name: str, number: int) -> str:
    """Give the text of the nearest row above one, or else below it."""
    filled = np.flatnonzero(~good.blank(name))
    above = filled[good.numbers[filled] < number]
    nearest = [*above[-1:], *filled[:1]]
    return str(good[name][nearest[0]]) if nearest else ""


def _show_row(texts: Rows, at: int) -> str:
    """Show what stands in a row."""
    return " | ".join(str(column[at]) for column in texts.columns.values())[:100]


def _tell_why(odd: Oddity | None) -> str:
    return f": {odd.why}" if odd else ""


def _blank_rows(texts: Rows, plan: ReadPlan) -> Array:
    """Find the rows that hold nothing at all, as spreadsheets leave them."""
    blank = texts.blank(plan.timestamp or plan.keys[0])
    if blank.any():
        for name in texts.columns:
            blank = blank & texts.blank(name)
    return blank
