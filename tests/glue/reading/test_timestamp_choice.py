import pytest

from tests.building.uploads import HEADER, as_zip, make_csv, months, prepare


@pytest.mark.parametrize("chunk_rows", [3, 1000])
def test_usual_form_is_told_by_rows(chunk_rows):
    usual = [(item, stamp, 1) for stamp in months(3) for item in "ABCDEFGH"]
    rare = [("A", f"0{month}/2021", 3) for month in range(1, 6)]
    made = prepare(as_zip(make_csv(HEADER, usual + rare)), chunk_rows=chunk_rows)

    found = made.finding("timestamp-mixed")
    assert "(year-month-day and month/year)" in found.what
    assert [example.row for example in found.examples] == [26, 2]
