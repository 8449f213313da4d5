"""The map of the bucket in docs/bucket.md, as data."""

import re
from dataclasses import dataclass

from tests.building.paths import ROOT

PAGE = ROOT / "docs" / "bucket.md"


@dataclass(frozen=True)
class Row:
    """A line of the map: a file by its pattern, who has to do with it, how long."""

    pattern: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    stays: str
    keys: tuple[str, ...]

    @property
    def example(self):
        """A key that the pattern stands for."""
        return re.sub(r"<(\w+)>", r"\1", self.pattern).replace("...", "some/file")

    def matches(self, key):
        """Tell whether a key is one that the pattern stands for."""
        parts = re.split(r"(<\w+>|\.\.\.)", self.pattern)
        marks = {"...": ".+"}
        regex = "".join(
            marks.get(part, "[^/]+") if number % 2 else re.escape(part)
            for number, part in enumerate(parts)
        )
        return re.fullmatch(regex, key) is not None

    def is_narrower_than(self, other):
        """Tell whether another row would stand for all that this one does."""
        return self != other and other.matches(self.example)

    def begins_with(self, text):
        """Tell whether a text, with ``<...>`` for what varies, begins the pattern."""
        pattern, text = (re.sub(r"<\w+>", "<>", each) for each in (self.pattern, text))
        return pattern.startswith(text)


def read_map():
    lines = PAGE.read_text().splitlines()
    return [_read_row(line) for line in lines if line.startswith("| `")]


def find_rows(rows, key):
    """Find the rows that are about a key: of those that it fits, the narrowest."""
    fitting = [row for row in rows if row.matches(key)]
    return [
        row
        for row in fitting
        if not any(other.is_narrower_than(row) for other in fitting)
    ]


def _read_row(line):
    pattern, writers, readers, stays, keys = (
        cell.strip() for cell in line.strip("|").split("|")
    )
    return Row(
        pattern.strip("`"), _split(writers), _split(readers), stays, _split(keys)
    )


def _split(cell):
    return tuple(part.strip() for part in cell.split(",") if part.strip())
