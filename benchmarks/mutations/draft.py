"""An upload whose every cell knows what it means, and how it is written to bytes."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# The roles that name a row; every other column is a covariate or an attribute.
ITEM, GROUP, TIME, TARGET = "item", "group", "time", "target"
KEYS = (ITEM, GROUP)
# A value that nothing read from a file can be equal to: the cell makes no sense.
SENSELESS = object()


@dataclass(frozen=True)
class Cell:
    """A text, and the value that its author means by it; None is no value."""

    text: str
    value: Any

    def __deepcopy__(self, _: Any) -> Cell:
        return self  # it never changes


@dataclass
class Row:
    """Cells in the order of the columns; a row that is not meant is only noise."""

    cells: list[Cell]
    meant: bool = True


@dataclass
class Sheet:
    """A table: ``columns`` are roles or names, ``header`` is how they are written.

    ``decimals`` maps the numeric columns to the places behind the mark.
    """

    header: list[str]
    columns: list[str]
    rows: list[Row] = field(default_factory=list)
    decimals: dict[str, int] = field(default_factory=dict)
    with_header: bool = True

    def at(self, column: str) -> int:
        """Give the position of a column."""
        return self.columns.index(column)

    def has(self, column: str) -> bool:
        """Tell whether there is such a column."""
        return column in self.columns

    def cells(self, column: str) -> list[Cell]:
        """Give the cells of a column."""
        at = self.at(column)
        return [row.cells[at] for row in self.rows]

    def put(self, row: int, column: str, text: str, *value: Any) -> None:
        """Write another text into a cell; it means the same unless told otherwise."""
        cells, at = self.rows[row].cells, self.at(column)
        cells[at] = Cell(text, value[0] if value else cells[at].value)

    def add_column(self, name: str, cells: list[Cell], at: int) -> None:
        """Put a column before the one that stands there."""
        self.header.insert(at, name)
        self.columns.insert(at, name)
        for row, cell in zip(self.rows, cells, strict=True):
            row.cells.insert(at, cell)

    def drop_column(self, column: str) -> None:
        """Take a column out."""
        at = self.at(column)
        del self.header[at], self.columns[at]
        for row in self.rows:
            del row.cells[at]


@dataclass
class Writing:
    """How the tables are written."""

    delimiter: str = ","
    newline: str = "\n"
    encoding: str = "utf-8"
    quote_all: bool = False
    mark: str = "."
    dates: str = "%Y-%m-%d"


TextEdit = Callable[[str], str]
ByteEdit = Callable[[bytes], bytes]


@dataclass
class Draft:
    """An upload on its way: sheets by role, and what is done to their texts and bytes.

    ``future`` are the moments that are forecast; ``names`` are the members' names.
    """

    sheets: dict[str, Sheet]
    writing: Writing
    frequency: str
    future: list[datetime]
    config: Any = None
    bare: bool = False
    names: dict[str, str] = field(
        default_factory=lambda: {
            "TTS": "TTS.csv",
            "RTS": "RTS.csv",
            "metadata": "metadata.csv",
            "config": "config.json",
        }
    )
    key: str = "raw/data.zip"
    text_edits: dict[str, list[TextEdit]] = field(default_factory=dict)
    byte_edits: dict[str, list[ByteEdit]] = field(default_factory=dict)
    archive_edits: list[ByteEdit] = field(default_factory=list)
    extras: dict[str, bytes] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)

    @property
    def tts(self) -> Sheet:
        """The history."""
        return self.sheets["TTS"]

    def edit_text(self, role: str, edit: TextEdit) -> None:
        """Change a table's text after it is written."""
        self.written.clear()
        self.text_edits.setdefault(role, []).append(edit)

    def edit_bytes(self, role: str, edit: ByteEdit) -> None:
        """Change a table's bytes after it is encoded."""
        self.byte_edits.setdefault(role, []).append(edit)

    def write_text(self, role: str) -> str:
        """Write a table, or the settings, as text; once, as edits draw at random."""
        if role not in self.written:
            self.written[role] = self._write_text(role)
        return self.written[role]

    def _write_text(self, role: str) -> str:
        if role == "config":
            text = json.dumps(self.config)
        else:
            text = _write_sheet(self.sheets[role], self.writing)
        for edit in self.text_edits.get(role, []):
            text = edit(text)
        return text

    def write_member(self, role: str) -> bytes:
        """Write a table, or the settings, as bytes."""
        encoding = "utf-8" if role == "config" else self.writing.encoding
        data = self.write_text(role).encode(encoding)
        for edit in self.byte_edits.get(role, []):
            data = edit(data)
        return data

    def write(self) -> bytes:
        """Write the whole upload."""
        roles = [*self.sheets, *(["config"] if self.config is not None else [])]
        if self.bare:
            data = self.write_member("TTS")
        else:
            members = [(self.names[role], self.write_member(role)) for role in roles]
            data = _pack([*members, *self.extras.items()])
        for edit in self.archive_edits:
            data = edit(data)
        return data


def _write_sheet(sheet: Sheet, writing: Writing) -> str:
    buffer = io.StringIO()
    writer = csv.writer(
        buffer,
        delimiter=writing.delimiter,
        lineterminator=writing.newline,
        quoting=csv.QUOTE_ALL if writing.quote_all else csv.QUOTE_MINIMAL,
    )
    if sheet.with_header:
        writer.writerow(sheet.header)
    writer.writerows([cell.text for cell in row.cells] for row in sheet.rows)
    return buffer.getvalue()


def _pack(members: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def spell_number(value: float, decimals: int, mark: str = ".", group: str = "") -> str:
    """Write a number with a decimal mark, and a mark between thousands if any."""
    text = f"{value:,.{decimals}f}"
    return text.replace(",", "\0").replace(".", mark).replace("\0", group)
