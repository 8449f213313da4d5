"""Item ids that a person may take for the same: alt-sax and Alt Sax."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from glue.findings.finding import Example, Tally
from glue.rows import Rows
from glue.understanding.totals import is_total

# A long number that a spreadsheet has rounded.
_DAMAGED = re.compile(r"\d[.,]\d{1,15}[eE]\+?\d{1,3}|\d[eE]\+\d{1,3}")
# More item ids than this are not compared with each other, for memory's sake.
_MOST_SPELLINGS = 200_000


def _spell(text: str) -> str:
    """Reduce an id to what a person may take for the same: alt-sax and Alt Sax."""
    return re.sub(r"[\s_-]+", " ", text.casefold()).strip()


class Spellings:
    """Looks for item ids that differ in case, spaces or marks only."""

    def __init__(self, file: str, item_id: str) -> None:
        self._file, self._item_id = file, item_id
        self._rows: dict[str, dict[str, int]] = {}
        self._count = 0
        self.totals, self.damaged = Tally(), Tally()

    def add(self, rows: Rows) -> None:
        """Take in the ids of a part; beyond some number, there is no search."""
        if self._count > _MOST_SPELLINGS:
            self._rows.clear()
            return
        codes, uniques = pd.factorize(rows[self._item_id])
        firsts = np.full(len(uniques), np.iinfo(np.int64).max)
        np.minimum.at(firsts, codes, rows.numbers)
        for text, row in zip(uniques.tolist(), firsts.tolist()):
            place = Example(self._file, row, self._item_id, text)
            if _DAMAGED.fullmatch(text):
                self.damaged.add([place])
            elif is_total(text):
                self.totals.add([place])
            spellings = self._rows.setdefault(_spell(text), {})
            self._count += text not in spellings
            spellings[text] = min(row, spellings.get(text, row))

    def find_alike(self) -> Tally:
        """Give the ids that have a twin, all but the first of each."""
        tally = Tally()
        for plain, spellings in self._rows.items():
            if plain and len(spellings) > 1:
                (_, first), *others = sorted((row, t) for t, row in spellings.items())
                tally.add(
                    Example(self._file, row, self._item_id, f"{text} (like {first})")
                    for row, text in others
                )
        return tally
