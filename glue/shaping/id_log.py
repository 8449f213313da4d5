"""Ids that were met, packed: they are many, and few of them are ever read again."""

from __future__ import annotations

import hashlib
from array import array

import numpy as np

from glue.arrays import Array

_PRINT_BYTES = 8


def print_text(text: str) -> int:
    """Reduce a text to a number, the same in every process."""
    digest = hashlib.blake2b(
        text.encode("utf-8", "surrogatepass"), digest_size=_PRINT_BYTES
    )
    return int.from_bytes(digest.digest(), "little")


class IdLog:
    """Texts in the order in which they were met.

    Each has a row, a kind, and a print that it shares with those that it may be alike
    to. As objects they would take ten times as much.
    """

    def __init__(self) -> None:
        self._texts = bytearray()
        self._ends, self._rows = array("q"), array("q")
        self._prints, self._kinds = array("Q"), array("H")

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, text: str, row: int, print_: int, kind: int = 0) -> None:
        """Note one."""
        self._texts += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._texts))
        self._rows.append(row)
        self._prints.append(print_)
        self._kinds.append(kind)

    def extend(self, other: IdLog) -> None:
        """Note those of another log, behind one's own."""
        ends = np.array(other._ends, dtype=np.int64) + len(self._texts)
        self._ends.frombytes(ends.tobytes())
        self._texts += other._texts
        self._rows += other._rows
        self._prints += other._prints
        self._kinds += other._kinds

    def text(self, at: int) -> str:
        """Give the text of one."""
        start = self._ends[at - 1] if at else 0
        return self._texts[start : self._ends[at]].decode("utf-8", "surrogatepass")

    def row(self, at: int) -> int:
        """Give the row of one."""
        return self._rows[at]

    def kind(self, at: int) -> int:
        """Give the kind of one."""
        return self._kinds[at]

    def find_shared(self) -> list[list[int]]:
        """Find those that share a print: the places of each group, in order."""
        prints = np.array(self._prints, dtype=np.uint64)
        order = np.argsort(prints, kind="stable")
        starts = np.flatnonzero(np.diff(prints[order], prepend=~prints[order[:1]]))
        sizes = np.diff(starts, append=len(order))
        groups = [
            order[start : start + size].tolist()
            for start, size in zip(starts[sizes > 1], sizes[sizes > 1])
        ]
        return sorted(groups)

    def once(self) -> IdLog:
        """Give the same with each text of a print once, at its first row."""
        rows = np.array(self._rows, dtype=np.int64)
        kept = np.ones(len(self), dtype=bool)
        for places in self.find_shared():
            firsts: dict[str, int] = {}
            for at in places:
                first = firsts.setdefault(self.text(at), at)
                rows[first] = min(rows[first], rows[at])
                kept[at] = first == at
        return self._take(kept, rows)

    def _take(self, kept: Array, rows: Array) -> IdLog:
        taken = IdLog()
        for at in np.flatnonzero(kept).tolist():
            text, print_ = self.text(at), self._prints[at]
            taken.add(text, int(rows[at]), print_, self._kinds[at])
        return taken
