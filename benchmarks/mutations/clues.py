"""What a mutation changed: the lines of each table, and the words in them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from benchmarks.mutations.draft import TIME, Draft
from glue.findings.finding import Finding

# A word of fewer letters is found in any text.
_LEAST_LETTERS = 3
# Where so many lines of a table are changed, a finding need not name one of them.
_MOST_LINES = 0.5


@dataclass(frozen=True)
class Clues:
    """Where a mutation is to be seen.

    ``lines`` are numbers, from 1, by member; ``words`` are the cells of the lines that
    were changed, put in or taken out. ``everywhere`` says that no place tells more
    than another: the order, the bytes or most lines of a table were changed.
    """

    lines: dict[str, set[int]] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    everywhere: bool = False

    def are_in(self, finding: Finding) -> bool:
        """Tell whether a finding points at something that was changed."""
        return (
            self.everywhere
            or any(map(self._has_word, _read_texts(finding)))
            or (
                any(one.row in self.lines.get(one.file, ()) for one in finding.examples)
            )
        )

    def _has_word(self, text: str) -> bool:
        return any(word in text for word in self.words)


def _read_texts(finding: Finding) -> list[str]:
    return [finding.what, *(one.value or "" for one in finding.examples)]


def find_clues(good: Draft, draft: Draft) -> Clues:
    """Compare a mutated upload with what it was."""
    lines: dict[str, set[int]] = {}
    words: set[str] = set()
    everywhere = False
    for role in [*good.sheets, *(["config"] if good.config is not None else [])]:
        before, after = (_read_lines(one, role) for one in (good, draft))
        fresh, gone = Counter(after) - Counter(before), Counter(before) - Counter(after)
        changed = {at for at, line in enumerate(after, 1) if line in fresh}
        most = max(sum(fresh.values()), sum(gone.values()))
        everywhere |= role == "config" and most > 0
        everywhere |= bool(before[:1] != after[:1]) or most > _MOST_LINES * len(before)
        name = (
            draft.key.rpartition("/")[2] if draft.bare else draft.names.get(role, role)
        )
        lines[name] = changed
        if sum(gone.values()) > sum(fresh.values()) and role in good.sheets:
            words |= set(good.sheets[role].header)
            words |= _read_end(draft, role)
        for line in [*fresh, *gone]:
            words |= _split(line, good.writing.delimiter)
    everywhere |= draft.names != good.names or draft.extras != good.extras
    nothing = not any(lines.values()) and not words
    words |= _read_moments(good, words) | _read_moments(draft, words)
    kept = frozenset(word for word in words if len(word) >= _LEAST_LETTERS)
    return Clues(lines, kept, everywhere or nothing)


def _read_end(draft: Draft, role: str) -> set[str]:
    """Give the last moment that a table has left; what lacks may lie behind it."""
    sheet = draft.sheets.get(role)
    cells: list[Any] = sheet.cells(TIME) if sheet and sheet.has(TIME) else []
    moments = [cell.value for cell in cells if isinstance(cell.value, datetime)]
    return {f"{max(moments):%Y-%m-%d}"} if moments else set()


def _read_lines(draft: Draft, role: str) -> list[str]:
    gone = role not in draft.sheets and not (role == "config" and draft.config)
    return [] if gone else draft.write_text(role).splitlines()


def _split(line: str, delimiter: str) -> set[str]:
    return {cell.strip(" \"'") for cell in line.split(delimiter)}


def _read_moments(draft: Draft, words: set[str]) -> set[str]:
    """Write the moments of some cells as the findings do, meant or as they stand."""
    moments = {_rewrite(word, draft.writing.dates) for word in words}
    for sheet in draft.sheets.values():
        cells: list[Any] = sheet.cells(TIME) if sheet.has(TIME) else []
        found = {c.value for c in cells if c.text in words}
        moments |= {f"{at:%Y-%m-%d}" for at in found if isinstance(at, datetime)}
    return moments


def _rewrite(text: str, form: str) -> str:
    try:
        return f"{datetime.strptime(text, form):%Y-%m-%d}"
    except ValueError:
        return ""
