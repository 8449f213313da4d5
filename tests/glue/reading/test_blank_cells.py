import pytest

from tests.building.uploads import HEADER, as_zip, make_csv, make_rows, months, prepare

ROWS = make_rows(steps=12)


def refuse(rows, code="timestamp-blank", header=HEADER):
    return prepare(as_zip(make_csv(header, rows))).finding(code)


def test_total_without_a_date_is_to_be_removed():
    total = sum(value for _, _, value in ROWS)
    found = refuse([*ROWS, ("A", "", total)])

    assert found.remedy == "remove row 26, which is a total of other rows"


def test_total_of_each_item_is_to_be_removed():
    rows = [
        row
        for item in "AB"
        for some in [[row for row in ROWS if row[0] == item]]
        for row in [*some, (item, "", sum(value for _, _, value in some))]
    ]
    found = refuse(rows)

    assert found.remedy == "remove rows 14 and 27, which are totals of other rows"


def test_total_with_a_date_lacks_its_place():
    stamps = months(12)
    rows = [("A", place, s, n + 3) for place in "NS" for n, s in enumerate(stamps)]
    total = sum(row[-1] for row in rows)
    header = ("item_id", "place", "timestamp", "target_value")
    found = refuse([*rows, ("A", "", stamps[-1], total)], "key-blank", header)

    assert found.remedy == "remove row 26, which is a total of other rows"
    assert found.examples[0].value == f"A |  | {stamps[-1]} | {total}"


def test_note_without_id_and_date_is_no_row():
    rows = [*ROWS, ("", "", 7)]
    found = refuse(rows)

    assert found.remedy.startswith("remove row 26, which has neither an id nor a date")


def test_date_between_two_others_is_written_out():
    rows = [("A", "" if n == 4 else s, n) for n, s in enumerate(months(12))]
    found = refuse(rows)

    assert "write 2020-05-01 into row 6" in found.remedy


def test_missing_step_that_no_one_shows_is_not_made_up():
    stamps = [*months(5), "", "2021-06-01", *months(5, 2022)]
    found = refuse([("A", stamp, n) for n, stamp in enumerate(stamps)])

    assert "write 2" not in found.remedy


@pytest.mark.parametrize("items", ["AB", "ABC"])
def test_dates_written_once_are_those_above(items):
    rows = [
        (item, "" if n else stamp, n + 5)
        for stamp in months(12)
        for n, item in enumerate(items)
    ]
    found = refuse(rows)

    assert "the date of the row above into each, such as 2020-01-01" in found.remedy


def test_block_without_dates_is_named():
    rows = [("A", s if n < 10 else "", n) for n, s in enumerate(months(24))]
    found = refuse(rows)

    assert "write the dates into rows 12 to 25" in found.remedy
