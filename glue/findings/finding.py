"""What the checks of an upload find: their codes, their levels, their words."""

from __future__ import annotations

import heapq
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from glue.findings.codes import CODES, LEVELS

MAX_EXAMPLES = 5
# A report stays readable, whatever is uploaded: so many findings of a code, each of so
# many characters.
MAX_FINDINGS = 50
_LONGEST_TEXT = 600
_LONGEST_VALUE = 200
# What is said of one thing that was counted, as "1 row", or "1 of 90 rows".
_ONE = re.compile(r"\b1 (?:of \d|[a-z])")
# So many values are shown, each with its rows.
_MOST_PLACES = 4
# After so many characters of them, there are no more.
_LONGEST_PLACES = 160


class Count(int):
    """A number of things; ``{count:row}`` is written "1 row", or "3,512 rows"."""

    def __format__(self, noun: str) -> str:
        number = f"{int(self):,}"
        if not noun:
            return number
        plural = noun if self == 1 or noun.endswith("s") else f"{noun}s"
        return f"{number} {plural}"


@dataclass(frozen=True, order=True)
class Example:
    """One place where a finding shows; row 1 is the file's header."""

    file: str
    row: int | None = None
    column: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class Finding:
    """One thing noticed about an upload, and what to do about it."""

    code: str
    level: str
    what: str
    remedy: str
    count: int = 1
    examples: tuple[Example, ...] = ()

    def __str__(self) -> str:
        return f"[{self.code}] {self.what}{self._places()}; {self.remedy}"

    def _places(self) -> str:
        places, before, shown = list[str](), None, 0
        for same in _list_alike(self.examples)[:_MOST_PLACES]:
            if sum(map(len, places)) > _LONGEST_PLACES:
                break
            places.append(_place(same[0], before, [each.row for each in same]))
            before, shown = same[0], shown + len(same)
        counted = self.count > 1 or _ONE.search(self.what)
        some = "" if counted and shown >= self.count else "for example "
        return f" ({some}{', '.join(places)})" if places else ""

    def as_data(self) -> dict[str, Any]:
        """Give the finding as JSON data."""
        return asdict(self)


@dataclass(frozen=True)
class Inferred:
    """Something that no settings gave: its key, its value, and why."""

    key: str
    value: Any
    evidence: str


def describe_without_values(finding: Finding) -> str:
    """Name a finding, where nobody may see the data: by its code and its count."""
    return f"[{finding.code}] {Count(finding.count):place}"


class UploadRejected(Exception):
    """The upload cannot be forecast; the message names the code of every error.

    It is logged by Glue and by the state machine, so that it quotes nothing of the
    data: what was found stands in data-report.json.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = [each for each in findings if each.level == "error"]
        named = ", ".join(map(describe_without_values, self.findings))
        super().__init__(f"the upload was refused: {named}; see data-report.json")


class FileRejected(Exception):
    """A file cannot be read any further; the findings say why."""


@dataclass
class Tally:
    """Counts places of one kind and keeps the first few, in row order.

    What it keeps does not depend on the order in which places are added, so
    that a report is the same however the data was parted.
    """

    count: int = 0
    examples: list[Example] = field(default_factory=list)

    def add(self, examples: Iterable[Example], *, count: int | None = None) -> None:
        """Add places; ``count`` when there are more than are given."""
        fresh = list(examples)
        self.count += len(fresh) if count is None else count
        self.examples = in_order([*self.examples, *fresh])

    def merge(self, other: Tally) -> None:
        """Add what was counted in other parts."""
        self.add(other.examples, count=other.count)


class Findings:
    """The one funnel: everything that a job notices goes through ``add``.

    It is handed down; a step returns its result and nothing else. What only follows
    from something worse, as CODES says, is not told beside it. ``inferred`` is what
    the data showed where no settings said it.
    """

    def __init__(self) -> None:
        self.inferred: list[Inferred] = []
        self._said: list[tuple[Finding, str]] = []
        self._counts: Counter[str] = Counter()
        self._held: set[str] = set()

    def add(
        self,
        code: str,
        *,
        count: int = 1,
        examples: Iterable[Example] = (),
        remedy: str | None = None,
        **facts: Any,
    ) -> Finding:
        """Say that something was found.

        Parameters
        ----------
        code
            One of CODES, which has the level, the text and the remedy.
        count
            How many places it is about.
        examples
            Some of them; the first five are kept.
        remedy
            What to do, where this place knows it better than the code.
        facts
            What fills the code's text, beside ``count``; ``file`` is also what a
            finding must share with the one that it follows from.
        """
        kind, first = CODES[code], itertools.islice(examples, MAX_EXAMPLES)
        finding = Finding(
            code=code,
            level=kind.level,
            what=shorten(
                kind.text.format(count=Count(count), **_countable(facts)), _LONGEST_TEXT
            ),
            remedy=shorten(remedy or kind.remedy, _LONGEST_TEXT),
            count=count,
            examples=tuple(map(_shorten_example, first)),
        )
        self._counts[code] += 1
        if self._counts[code] <= MAX_FINDINGS:
            self._said.append((finding, str(facts.get("file", ""))))
        return finding

    def merge(self, other: Findings) -> None:
        """Say as well what was found elsewhere, as in a part."""
        self.inferred += other.inferred
        self._held |= other._held
        for finding, file in other._said:
            self._counts[finding.code] += 1
            if self._counts[finding.code] <= MAX_FINDINGS:
                self._said.append((finding, file))

    def is_full(self, code: str) -> bool:
        """Tell whether a code was said so often that it is not told again."""
        return self._counts[code] >= MAX_FINDINGS

    def advise(self, code: str, remedy: str, *, about: str) -> None:
        """Give what was said of a code another remedy, where it speaks of something."""
        self._said = [
            (replace(finding, remedy=remedy), file)
            if finding.code == code and about in finding.what
            else (finding, file)
            for finding, file in self._said
        ]

    def infer(self, key: str, value: Any, evidence: str) -> None:
        """Say what the data showed that no settings gave."""
        self.inferred.append(Inferred(key, value, evidence))

    def hold_back(self, codes: Iterable[str]) -> None:
        """Tell nothing of these codes, as they would follow from a mere guess."""
        self._held.update(codes)

    def reject(self, code: str, **words: Any) -> FileRejected:
        """Say what makes a file unusable; give the exception to raise."""
        return FileRejected(str(self.add(code, **words)))

    def has(self, code: str, file: str = "") -> bool:
        """Tell whether a code was said, of a file where one is named."""
        return any(
            finding.code == code and file in ("", said_of)
            for finding, said_of in self._said
        )

    @property
    def errors(self) -> int:
        """How many findings stop the upload."""
        return sum(finding.level == "error" for finding in self._told())

    @property
    def has_errors(self) -> bool:
        """Whether anything stops the upload."""
        return self.errors > 0

    def __iter__(self) -> Iterator[Finding]:
        """Give what stands by itself: the worst first, else in the order of saying."""
        return iter(sorted(self._told(), key=_severity))

    def _told(self) -> Iterator[Finding]:
        for finding, file in self._said:
            follows = CODES[finding.code].follows
            if finding.code not in self._held and not any(
                self.has(code, file) for code in follows
            ):
                yield finding


def _countable(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        name: Count(value) if type(value) is int else value
        for name, value in facts.items()
    }


def _severity(finding: Finding) -> int:
    return LEVELS.index(finding.level)


class Tallies:
    """Findings that add up over the parts of a table, by code and column.

    ``amounts`` are facts that add up as well, such as the number of all series, and
    ``earliest`` are moments of which the first of all parts counts.
    """

    def __init__(self) -> None:
        self.amounts: Counter[str] = Counter()
        self.earliest: dict[str, int] = {}
        self._places: dict[tuple[str, str], Tally] = {}
        self._facts: dict[tuple[str, str], dict[str, Any]] = {}

    def add(
        self,
        code: str,
        examples: Iterable[Example] = (),
        *,
        count: int | None = None,
        column: str = "",
        **facts: Any,
    ) -> None:
        """Add places of one kind, in one column where the columns are told apart.

        Parameters
        ----------
        code
            One of CODES.
        examples
            The first of the places, in the file's order.
        count
            How many there are, when these are not all.
        column
            The column that the finding is about, if it is about one.
        facts
            What fills the code's text, and is the same for all parts.
        """
        self._places.setdefault((code, column), Tally()).add(examples, count=count)
        self._facts[code, column] = facts

    def merge(self, other: Tallies) -> None:
        """Add what was found in other parts.

        What fills a text is taken from where its first place is, so that it is the
        same however the rows were parted.
        """
        self.amounts.update(other.amounts)
        for name, seconds in other.earliest.items():
            self.note_moment(name, seconds)
        for place, tally in other._places.items():
            known = self._places.setdefault(place, Tally())
            if not known.examples or _is_first(tally.examples, known.examples):
                self._facts[place] = other._facts[place]
            known.merge(tally)

    def note_moment(self, name: str, seconds: int) -> None:
        """Keep a moment, if it is the earliest of its name."""
        self.earliest[name] = min(seconds, self.earliest.get(name, seconds))

    def advise(self, code: str, remedy: str) -> None:
        """Give what was added of a kind another remedy than its own."""
        for (kind, _), facts in self._facts.items():
            if kind == code:
                facts["remedy"] = remedy

    def find_fact(self, code: str, name: str) -> Any:
        """Give what fills a text, from where the first place of its kind is."""
        return next(
            facts[name] for (kind, _), facts in self._facts.items() if kind == code
        )

    def forget(self, code: str, column: str) -> None:
        """Take back what was added of one column, as it turned out to be right."""
        self._places.pop((code, column), None)

    def count(self, code: str) -> int:
        """Count the places of a kind."""
        tallies = self._places.items()
        return sum(tally.count for (kind, _), tally in tallies if kind == code)

    def examples(self, code: str) -> list[Example]:
        """Give the first places of a kind, in any column."""
        tallies = self._places.items()
        return in_order(
            e for (kind, _), t in tallies if kind == code for e in t.examples
        )

    def tell(self, findings: Findings) -> None:
        """Say what was found in all parts, in the order of CODES."""
        places = sorted(self._places.items(), key=lambda item: _RANKS[item[0][0]])
        for (code, column), tally in places:
            if tally.count:
                findings.add(
                    code,
                    count=tally.count,
                    examples=tally.examples,
                    column=column,
                    **{**self.amounts, **self._facts[code, column]},
                )


_RANKS = {code: rank for rank, code in enumerate(CODES)}


def _is_first(examples: list[Example], others: list[Example]) -> bool:
    """Say whether the first of some examples stands before all others."""
    return bool(examples) and _order(examples[0]) < _order(others[0])


def in_order(examples: Iterable[Example]) -> list[Example]:
    """Keep the first few examples, in the order of files and rows."""
    return heapq.nsmallest(MAX_EXAMPLES, examples, _order)


def _order(example: Example) -> tuple[str, int, str, str]:
    row = -1 if example.row is None else example.row
    return (example.file, row, example.column or "", example.value or "")


def _list_alike(examples: Iterable[Example]) -> list[list[Example]]:
    """Put the examples together that show the same value, or none, of a column."""
    kept: dict[tuple[str, str | None, str | None], list[Example]] = {}
    for example in examples:
        place = (example.file, example.column, example.value or "")
        kept.setdefault(place, []).append(example)
    return list(kept.values())


def _place(example: Example, before: Example | None, numbers: list[int | None]) -> str:
    """Name places, without what they have in common with the one before."""
    same_file = before is not None and before.file == example.file
    same_column = before is not None and same_file and before.column == example.column
    words = [] if same_file and example.row is not None else [example.file]
    if example.row is not None:
        rows = list(dict.fromkeys(map(str, numbers)))
        words.append(f"row {rows[0]}" if not rows[1:] else f"rows {', '.join(rows)}")
    if example.column is not None and not (same_column and words):
        words.append(f"column {shorten(example.column)!r}")
    if example.value:
        words.append(f"value {shorten(example.value, 100)!r}")
    return " ".join(words)


def _shorten_example(example: Example) -> Example:
    if example.value is None or len(example.value) <= _LONGEST_VALUE:
        return example
    return replace(example, value=shorten(example.value, _LONGEST_VALUE))


def shorten(text: str, length: int = 60) -> str:
    """Cut a text that would flood a message."""
    return text if len(text) <= length else f"{text[: length - 3]}..."


def list_some(names: Iterable[str], most: int = 10) -> str:
    """List names for a message, the first few of many."""
    names = [shorten(str(name)) for name in names]
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
