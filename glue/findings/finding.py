"""What the checks of an upload find: their codes, their levels, their words."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from glue.findings.codes import CODES

MAX_EXAMPLES = 5


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
        places = [_place(example) for example in self.examples[:3]]
        return f" (for example {', '.join(places)})" if places else ""

    def as_data(self) -> dict[str, Any]:
        """Give the finding as JSON data."""
        return asdict(self)


class UploadRejected(Exception):
    """The upload cannot be forecast; the message holds every error found."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = [found for found in findings if found.level == "error"]
        super().__init__("\n".join(map(str, self.findings)))


class FileRejected(Exception):
    """A file cannot be read any further; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(str(finding))


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
        self.examples = heapq.nsmallest(MAX_EXAMPLES, self.examples + fresh, _order)

    def as_finding(self, code: str, what: str, **words: Any) -> Finding:
        """Make the finding of everything added so far."""
        places = tuple(self.examples)
        return make_finding(code, what, count=self.count, examples=places, **words)


def make_finding(
    code: str,
    what: str,
    *,
    remedy: str | None = None,
    count: int = 1,
    examples: Iterable[Example] = (),
) -> Finding:
    """Build a finding; its level, and its remedy by default, stand in CODES."""
    known = CODES[code]
    return Finding(
        code=code,
        level=known.level,
        what=what,
        remedy=remedy or known.remedy,
        count=count,
        examples=tuple(examples)[:MAX_EXAMPLES],
    )


def has_errors(findings: Iterable[Finding]) -> bool:
    """Say whether any finding stops the upload."""
    return any(found.level == "error" for found in findings)


def _order(example: Example) -> tuple[str, int, str, str]:
    row = -1 if example.row is None else example.row
    return (example.file, row, example.column or "", example.value or "")


def _place(example: Example) -> str:
    words = [example.file]
    if example.row is not None:
        words.append(f"row {example.row}")
    if example.column is not None:
        words.append(f"column {shorten(example.column)!r}")
    if example.value is not None:
        words.append(f"value {shorten(example.value)!r}")
    return " ".join(words)


def shorten(text: str, length: int = 60) -> str:
    """Cut a text that would flood a message."""
    return text if len(text) <= length else f"{text[: length - 3]}..."


def list_some(names: Iterable[str], most: int = 10) -> str:
    """List names for a message, the first few of many."""
    names = [shorten(str(name)) for name in names]
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
