"""Names for the columns of a table without a header, as another table has them."""

from __future__ import annotations

from collections.abc import Sequence

from glue.findings.finding import Findings
from glue.reading.csv_file import HeaderMissing, advise_names
from glue.reading.profile import read_sample
from glue.reading.tables import Table
from glue.reading.timestamps import is_date
from glue.understanding.roles import is_moments


def advise_borrowed(missing: HeaderMissing, other: Table, findings: Findings) -> None:
    """Write out the line of names that is missing, with those of another table."""
    names = borrow_names(missing.cells, missing.names, other)
    line = missing.delimiter.join(names)
    if list(names) != list(missing.names):
        findings.advise(
            "header-missing",
            f"{advise_names(line)} (as {other.name} calls its columns)",
            about=" has no header: its first line",
        )


def borrow_names(cells: Sequence[str], names: Sequence[str], other: Table) -> list[str]:
    """Name the columns whose first values another table has as it calls them.

    Parameters
    ----------
    cells
        The first row, one value a column.
    names
        Names for them, where the other table has none.
    other
        The table whose ids and dates are the same.
    """
    sample = read_sample(other, Findings())
    free = list(other.header)
    borrowed = []
    for cell, name in zip(cells, names):
        found = next(
            (
                column
                for column in free
                if (
                    is_moments(column, sample[column])
                    if is_date(cell)
                    else _holds(sample[column].tolist(), cell)
                )
            ),
            None,
        )
        borrowed.append(found or name)
        free = [column for column in free if column != found]
    return borrowed


def _holds(texts: Sequence[str], cell: str) -> bool:
    """Say whether a column of few kinds has a value."""
    kinds = {text.strip() for text in texts}
    return cell.strip() in kinds and len(kinds) <= max(len(texts) / 2, 1)
