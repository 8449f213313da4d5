"""Ids that a spreadsheet would take for formulas."""

from __future__ import annotations

from collections.abc import Sequence

from glue.findings.finding import Example, Tally
from glue.formulas import is_formula
from glue.rows import Rows

# More of them are not told apart, for memory's sake.
_MOST = 200_000


class FormulaIds:
    """Looks for ids, in any key column, that begin as formulas do."""

    def __init__(self, file: str, keys: Sequence[str]) -> None:
        self._file, self._keys = file, keys
        self._rows: dict[tuple[str, str], int] = {}

    def add(self, rows: Rows) -> None:
        """Take in the ids of a part."""
        for name in self._keys:
            for text, row in zip(*rows.least_numbers(name)):
                if is_formula(text) and len(self._rows) < _MOST:
                    place = (name, text)
                    self._rows[place] = min(row, self._rows.get(place, row))

    def merge(self, other: FormulaIds) -> None:
        """Take in what was found in other parts."""
        for place, row in other._rows.items():
            if place in self._rows or len(self._rows) < _MOST:
                self._rows[place] = min(row, self._rows.get(place, row))

    def find(self) -> Tally:
        """Give each of the ids once."""
        tally = Tally()
        places = self._rows.items()
        tally.add(Example(self._file, row, *place) for place, row in places)
        return tally
