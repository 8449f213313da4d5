import pytest

from tests.building.uploads import HEADER, Case, as_zip, make_csv, make_rows

ROWS = make_rows()


def tell(rows, header=HEADER):
    made = Case("blank ids", as_zip(make_csv(header, rows))).prepare()
    return made.finding("key-blank").remedy


def blank(*wanted):
    """Leave out the ids of some rows, by their places."""
    return [("" if at in wanted else i, t, v) for at, (i, t, v) in enumerate(ROWS)]


def test_id_that_alone_lacks_the_date_is_written_out():
    assert "write 'A' into row 6, which no other row has at its date" in tell(blank(4))


def test_several_ids_are_told_with_their_rows():
    told = tell(blank(4, 30, 31))

    assert "'A' into row 6" in told
    assert "'B' into rows 32, 33" in told


def test_two_ids_of_one_date_are_not_guessed():
    told = tell(blank(4, 28))

    assert "'A'" not in told
    assert "'B'" not in told


def test_blank_total_of_a_date_is_to_be_removed():
    total = sum(int(v) for _, t, v in ROWS if t == "2020-01-01")

    told = tell([*ROWS, ("", "2020-01-01", total)])

    assert "remove row 50, which is a total of other rows" in told


def test_total_is_no_row_of_an_id_that_ended():
    rows = [*make_rows("ABC", 12), *make_rows("D", 11)]
    total = sum(v for _, t, v in rows if t == "2020-12-01")

    told = tell([*rows, ("", "2020-12-01", total)])

    assert "remove row 49, which is a total of other rows" in told


def test_row_beside_all_others_is_to_be_removed():
    told = tell([*ROWS, ("", "2020-01-01", 7)])

    assert "remove row 50, as each 'item_id' has a row at that date already" in told


@pytest.mark.parametrize("start", [0, 24])
def test_merged_cells_are_to_be_filled_down(start):
    last = "B" if start else "A"
    rows = [(i if at in (0, 24) else "", t, v) for at, (i, t, v) in enumerate(ROWS)]

    told = tell(rows[start:] + (rows[:start] if start else []))

    assert "fill it down" in told
    assert f"{last!r} into row 3" in told
