"""Units and currencies that change within a series."""

from __future__ import annotations

import numpy as np

from glue.findings.finding import Example, Tally
from glue.rows import Series
from glue.understanding.column_names import is_unit


class UnitChanges:
    """Looks for the first row of a series whose unit is not that of the row before."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._rows: dict[str, tuple[int, str]] = {}

    def add(self, series: Series, names: tuple[str, ...]) -> None:
        """Take in a part, and those of its columns that are called as units are."""
        rows = series.rows
        for name in filter(is_unit, names):
            column = rows.given(name)
            if isinstance(column, np.ndarray):
                continue  # numbers are no units
            codes = column.code().codes
            odd = (np.diff(codes) != 0) & (np.diff(series.numbers) == 0)
            texts = rows[name]
            for at in np.flatnonzero(odd).tolist():
                before, after = texts[at], texts[at + 1]
                if before and after:
                    found = int(rows.numbers[at + 1]), f"{after} ({before} before)"
                    self._rows[name] = min(found, self._rows.get(name, found))
                    break

    def merge(self, other: UnitChanges) -> None:
        """Take in what was found in other parts."""
        for name, found in other._rows.items():
            self._rows[name] = min(found, self._rows.get(name, found))

    def find(self) -> Tally:
        """Give the first change of each column."""
        tally = Tally()
        places = self._rows.items()
        tally.add(Example(self._file, row, name, text) for name, (row, text) in places)
        return tally
