"""The first sheet of a workbook as CSV, with its dates as dates."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from client.errors import SourceError

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_WITH_XML = {".xlsx", ".xlsm"}
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HALF_SECOND = timedelta(microseconds=500_000)
# Excel's numbers have 15 digits.
_WHOLE = 10**15
_NAMED = 3


@dataclass(frozen=True)
class _Table:
    """A sheet's header and rows, below what stood above them."""

    header: Sequence[Any]
    rows: Sequence[Sequence[Any]]
    titles: tuple[str, ...] = ()


def write_csv(workbook: Path, target: Path) -> list[str]:
    """Write the first sheet of a workbook as CSV, and say what was done.

    Raises
    ------
    SourceError
        When the workbook cannot be read, or its sheet cannot be understood.
    """
    try:
        with CalamineWorkbook.from_path(workbook) as book:
            sheet, names = _choose_sheet(book, workbook)
            table = _read_table(sheet, workbook)
    except (CalamineError, OSError, ValueError) as error:
        raise SourceError(
            f"{str(workbook)!r} cannot be read as a workbook ({error}); save it again, "
            "without a password, or export the table as CSV"
        ) from error
    if workbook.suffix.lower() in _WITH_XML:
        _check_cells(workbook, sheet.name)
    _write_table(table, target)
    return list(_describe(workbook, sheet, names, table))


def _describe(
    workbook: Path, sheet: CalamineSheet, names: Sequence[str], table: _Table
) -> Iterator[str]:
    others = [name for name in names if name != sheet.name]
    of_several = f" (not taken: {', '.join(map(repr, others))})" if others else ""
    yield (
        f"{workbook.name}: made CSV of the sheet {sheet.name!r}{of_several}, "
        f"{len(table.rows):,} row{'' if len(table.rows) == 1 else 's'}"
    )
    if table.titles:
        titles = ", ".join(map(repr, table.titles[:_NAMED]))
        yield f"{workbook.name}: left out above the table: {titles}"
    if workbook.suffix.lower() not in _WITH_XML:
        yield f"{workbook.name}: a cell with an error counts as empty"


def _choose_sheet(
    book: CalamineWorkbook, path: Path
) -> tuple[CalamineSheet, list[str]]:
    """Take the first sheet that a person sees and that holds something."""
    names = [
        one.name
        for one in book.sheets_metadata
        if one.visible == SheetVisibleEnum.Visible
        and one.typ == SheetTypeEnum.WorkSheet
    ]
    sheets = [book.get_sheet_by_name(name) for name in names]
    filled = [sheet for sheet in sheets if sheet.height and sheet.width]
    if not filled:
        raise SourceError(
            f"{str(path)!r} holds no sheet with data (found {len(names)} empty); put "
            "the table into its first sheet"
        )
    return filled[0], [sheet.name for sheet in filled]


def _read_table(sheet: CalamineSheet, path: Path) -> _Table:
    rows = sheet.to_python(skip_empty_area=True)
    filled = [(place, row) for place, row in enumerate(rows) if any(map(_is_set, row))]
    titles = []
    while len(filled) > 1 and _is_title(filled[0][1], filled[1:]):
        titles.append(next(str(cell) for cell in filled[0][1] if _is_set(cell)))
        del filled[0]
    (head, header), *below = filled
    first_row = (sheet.start or (0, 0))[0]
    _check_merged(sheet, first_row + head, path)
    return _Table(header, [row for _, row in below], tuple(titles))


def _is_title(row: Sequence[Any], below: Iterable[tuple[int, Sequence[Any]]]) -> bool:
    """Tell whether one text stands alone above a table of several columns."""
    widest = max(sum(map(_is_set, other)) for _, other in below)
    return sum(map(_is_set, row)) == 1 and widest > 1


def _is_set(cell: Any) -> bool:
    return cell is not None and cell != ""


def _check_merged(sheet: CalamineSheet, head: int, path: Path) -> None:
    """Refuse merged cells in the table: only the first of them has the value."""
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if bottom >= head:
            place = f"{_name_cell(top, left)}:{_name_cell(bottom, right)}"
            raise SourceError(
                f"the table in sheet {sheet.name!r} of {str(path)!r} has merged cells "
                f"(found {place}); unmerge them, and fill in each cell"
            )


def _name_cell(row: int, column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def _check_cells(path: Path, sheet: str) -> None:
    """Refuse errors, and formulas without a result, which would be read as nothing.

    Programs that do not compute leave such formulas.
    """
    with zipfile.ZipFile(path) as archive:
        part = _find_part(archive, sheet)
        if part is None:
            return
        with archive.open(part) as content:
            for _, cell in ET.iterparse(content):
                if not cell.tag.endswith("}c"):
                    continue
                if problem := _find_problem(cell):
                    raise SourceError(
                        f"cell {cell.get('r')} of sheet {sheet!r} in {str(path)!r} "
                        f"{problem}"
                    )
                cell.clear()


def _find_problem(cell: ET.Element) -> str | None:
    found = {child.tag.rpartition("}")[2]: child.text for child in cell}
    kind, value = cell.get("t"), found.get("v")
    if kind == "e":
        return f"holds the error {value}; correct it, or empty the cell"
    # A text may be empty as a result; a number may not.
    if "f" in found and kind != "str" and not value:
        return (
            "is a formula without a result; open the file in a spreadsheet program "
            "and save it, or export the table as CSV"
        )
    return None


def _find_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Find the file of a sheet in the archive that a workbook is."""
    try:
        book = ET.fromstring(archive.read("xl/workbook.xml"))
        related = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ET.ParseError):
        return None
    targets = {one.get("Id"): one.get("Target", "") for one in related}
    for one in book.iter():
        if one.tag.endswith("}sheet") and one.get("name") == sheet:
            target = targets.get(one.get(f"{{{_OFFICE}}}id"), "")
            part = str(PurePosixPath("xl") / target.removeprefix("/xl/"))
            return part if part in archive.namelist() else None
    return None


def _write_table(table: _Table, target: Path) -> None:
    with_time = [
        any(_has_time(row[place]) for row in table.rows if place < len(row))
        for place in range(len(table.header))
    ]
    with target.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow([_write(cell, with_time=False) for cell in table.header])
        for row in table.rows:
            lines.writerow(
                [
                    _write(cell, with_time=timed)
                    for cell, timed in zip(row, with_time, strict=False)
                ]
            )


def _has_time(cell: Any) -> bool:
    return isinstance(cell, datetime) and _round(cell).time() != time.min


def _round(moment: datetime) -> datetime:
    """Round to the second: a serial number of Excel's misses it by a little."""
    return (moment + _HALF_SECOND).replace(microsecond=0)


def _write(cell: Any, *, with_time: bool) -> str:
    """Write a cell so that it reads as it was meant, wherever the sheet was made."""
    if isinstance(cell, datetime):
        return f"{_round(cell):%Y-%m-%d %H:%M:%S}"[: None if with_time else 10]
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}" + (" 00:00:00" if with_time else "")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _WHOLE:
        return str(int(cell))
    return "" if cell is None else str(cell)
