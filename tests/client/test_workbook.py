"""A workbook becomes the CSV that a person would have saved, or is refused."""

import io
import zipfile
from datetime import datetime, timedelta

import pytest

from client.errors import SourceError
from client.packing import pack_source
from client.workbook import write_csv

_TYPES = """<?xml version="1.0"?><Types
 xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels"
 ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/></Types>"""
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STYLES = f"""<styleSheet xmlns="{_MAIN}"><cellXfs count="3"><xf numFmtId="0"/>
<xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="22" applyNumberFormat="1"/>
</cellXfs></styleSheet>"""
_EPOCH = datetime(1899, 12, 30)
HEADER = ["item", "date", "units"]


class Xml(str):
    """A cell as it stands in the file."""


def write_cell(place, value):
    if isinstance(value, Xml):
        return value.replace("?", place)
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    if isinstance(value, datetime):
        style = 2 if value.hour or value.minute else 1
        serial = (value - _EPOCH) / timedelta(days=1)
        return f'<c r="{place}" s="{style}"><v>{serial!r}</v></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def write_sheet(rows, merged=""):
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = (
            write_cell(f"{chr(ord('A') + column)}{number}", value)
            for column, value in enumerate(row)
            if value is not None
        )
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    ranges = f'<mergeCells><mergeCell ref="{merged}"/></mergeCells>' if merged else ""
    body = f"<sheetData>{''.join(lines)}</sheetData>{ranges}"
    return f'<worksheet xmlns="{_MAIN}">{body}</worksheet>'


def make_workbook(path, sheets, hidden=()):
    """Make the least that is a workbook, of sheets by their names."""
    names = "".join(
        f'<sheet name="{name}" sheetId="{i}" r:id="r{i}"'
        + (' state="hidden"/>' if name in hidden else "/>")
        for i, name in enumerate(sheets, start=1)
    )
    related = "".join(
        f'<Relationship Id="r{i}" Type="{_RELATED}/worksheet" '
        f'Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" '
        f'Type="{_RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><sheets>'
        f"{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{related}'
        f'<Relationship Id="r99" Type="{_RELATED}/styles" Target="styles.xml"/>'
        "</Relationships>",
        "xl/styles.xml": _STYLES,
    }
    for i, sheet in enumerate(sheets.values(), start=1):
        parts[f"xl/worksheets/sheet{i}.xml"] = sheet
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def make_sales(path, *rows, merged="", above=()):
    return make_workbook(path, {"Sales": write_sheet([*above, HEADER, *rows], merged)})


def convert(path):
    target = path.with_suffix(".csv")
    notes = write_csv(path, target)
    return target.read_text().splitlines(), notes


def test_dates_are_dates_and_numbers_plain(tmp_path):
    book = make_sales(
        tmp_path / "b.xlsx",
        ["007", datetime(2024, 1, 31), 3],
        ["007", datetime(2024, 2, 29), 1234567.5],
    )

    lines, notes = convert(book)

    assert lines == ["item,date,units", "007,2024-01-31,3", "007,2024-02-29,1234567.5"]
    assert notes == ["b.xlsx: made CSV of the sheet 'Sales', 2 rows"]


def test_hours_are_whole_seconds(tmp_path):
    hours = [datetime(2024, 1, 1) + timedelta(hours=i) for i in range(30)]
    book = make_sales(tmp_path / "b.xlsx", *(["a", hour, 1] for hour in hours))

    lines, _ = convert(book)

    assert lines[1] == "a,2024-01-01 00:00:00,1"
    assert [line.split(",")[1] for line in lines[1:]] == [
        f"{hour:%Y-%m-%d %H:%M:%S}" for hour in hours
    ]


def test_first_sheet_that_is_seen_and_filled_is_taken(tmp_path):
    sheets = {
        "Hidden": write_sheet([["x"]]),
        "Empty": write_sheet([]),
        "Sales": write_sheet([HEADER, ["a", datetime(2024, 1, 1), 1]]),
        "Notes": write_sheet([["y"]]),
    }
    book = make_workbook(tmp_path / "b.xlsx", sheets, hidden={"Hidden"})

    lines, notes = convert(book)

    assert lines[0] == "item,date,units"
    assert "of the sheet 'Sales' (not taken: 'Notes')" in notes[0]


def test_title_above_the_table_is_left_out(tmp_path):
    book = make_sales(
        tmp_path / "b.xlsx",
        ["a", datetime(2024, 1, 1), 1],
        above=[["Sales 2024"], []],
        merged="A1:C1",
    )

    lines, notes = convert(book)

    assert lines[0] == "item,date,units"
    assert notes[1] == "b.xlsx: left out above the table: 'Sales 2024'"


def test_column_alone_loses_no_row_as_a_title(tmp_path):
    sheet = write_sheet([["units"], [1], [2]])

    lines, _ = convert(make_workbook(tmp_path / "b.xlsx", {"S": sheet}))

    assert lines == ["units", "1", "2"]


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        (Xml('<c r="?"><f>A1</f></c>'), "cell C2 .* is a formula without a result"),
        (Xml('<c r="?"><f>A1</f><v></v></c>'), "is a formula without a result"),
        (Xml('<c r="?" t="e"><v>#N/A</v></c>'), "cell C2 .* holds the error #N/A"),
    ],
)
def test_cell_that_would_read_as_nothing_is_refused(tmp_path, cell, complaint):
    book = make_sales(tmp_path / "b.xlsx", ["a", datetime(2024, 1, 1), cell])

    with pytest.raises(SourceError, match=complaint):
        convert(book)


@pytest.mark.parametrize(
    "cell",
    [
        Xml('<c r="?"><f>A1</f><v>5</v></c>'),
        Xml('<c r="?" t="str"><f>A1</f><v></v></c>'),
    ],
)
def test_formula_with_its_result_is_taken(tmp_path, cell):
    book = make_sales(tmp_path / "b.xlsx", ["a", datetime(2024, 1, 1), cell])

    lines, _ = convert(book)

    assert lines[1] in {"a,2024-01-01,5", "a,2024-01-01,"}


def test_merged_cells_in_the_table_are_refused(tmp_path):
    rows = [["a", datetime(2024, 1, 1), 1], [None, datetime(2024, 2, 1), 2]]
    book = make_sales(tmp_path / "b.xlsx", *rows, merged="A2:A3")

    with pytest.raises(SourceError, match=r"merged cells \(found A2:A3\)"):
        convert(book)


@pytest.mark.parametrize("content", [b"hello", b"PK\x03\x04broken"])
def test_file_that_is_no_workbook_is_refused(tmp_path, content):
    (tmp_path / "b.xlsx").write_bytes(content)

    with pytest.raises(SourceError, match="cannot be read as a workbook"):
        convert(tmp_path / "b.xlsx")


def test_workbook_is_packed_as_csv(tmp_path):
    book = make_sales(tmp_path / "My sales.xlsx", ["a", datetime(2024, 1, 1), 1])

    with pack_source(book) as package, zipfile.ZipFile(package.path) as archive:
        text = io.TextIOWrapper(archive.open("TTS.csv")).read()

    assert package.name == "My sales.zip"
    assert text == "item,date,units\na,2024-01-01,1\n"
    assert "made CSV of the sheet 'Sales'" in package.notes[0]


def test_workbooks_of_a_folder_are_converted(tmp_path):
    folder = tmp_path / "shop"
    folder.mkdir()
    make_sales(folder / "TTS.xlsx", ["a", datetime(2024, 1, 1), 1])
    (folder / "~$TTS.xlsx").write_text("Excel's lock")

    with pack_source(folder) as package:
        assert package.holds == ("TTS.csv",)
