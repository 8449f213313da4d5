import pytest

from tests.building.uploads import HEADER, as_zip, make_csv, prepare

MONTHS = [f"2021-{month:02}-03" for month in range(1, 13)]
DAYS = [f"{day:02}/06/2021" for day in range(1, 31)]


def refuse(stamps, code="timestamp-mixed"):
    rows = [("A", stamp, n + 3) for n, stamp in enumerate(stamps)]
    return prepare(as_zip(make_csv(HEADER, rows))).finding(code)


def test_years_of_two_digits_are_written_out():
    found = refuse([*MONTHS, "22-01-03", "22-02-03"])

    assert "has years of two digits in 2 rows, 14 to 15, and of four" in found.what
    assert found.remedy == "write 2022-01-03 for '22-01-03', and the others likewise"


@pytest.mark.parametrize("odd", ["20220103", "03 Jan 2022", "03.01.2022"])
def test_date_in_another_form_is_rewritten(odd):
    stamps = [one.replace("-", "/") for one in MONTHS]
    found = refuse([*stamps, odd])

    assert "a date that is written otherwise than the rest" in found.what
    assert found.remedy == f"write 2022/01/03 for {odd!r}"


def test_date_of_two_readings_is_written_both_ways():
    found = refuse(["2021-03-02", "2021-07-09", "05/04/2021", "2021-11-30"])

    assert "2021-05-04 or 2021-04-05 for '05/04/2021'" in found.remedy


def test_day_that_is_not_is_no_other_form():
    found = refuse([*MONTHS, "31.02.2022"], "timestamp-unreadable")

    assert "there is no such day as '31.02.2022'" in found.what
    assert [one.row for one in found.examples] == [14]


def test_number_among_dates_belongs_elsewhere():
    rows = [("A", stamp, n + 3.5, "x") for n, stamp in enumerate(MONTHS)]
    rows.append(("2022-01-03", 1850, "x", ""))
    made = prepare(as_zip(make_csv((*HEADER, "kind"), rows)))

    found = made.finding("timestamp-unreadable")
    assert "one column too far left" in found.what
    assert "write the 'item_id' that is lost" in found.remedy


def swap(stamp):
    day, month, year = stamp.split("/")
    return f"{month}/{day}/{year}"


def test_block_with_the_month_first_is_named_whole():
    found = refuse([*DAYS[:9], *map(swap, DAYS[9:20]), *DAYS[20:]])

    assert "the month first in 11 rows, 11 to 21, and the day first" in found.what
    assert "so that row 14 reads 13/06/2021" in found.remedy


def test_scattered_rows_of_another_order_are_not_all_seen():
    stamps = [swap(one) if n % 5 == 4 else one for n, one in enumerate(DAYS)]
    found = refuse(stamps)

    assert "the month first in at least" in found.what
    assert "in further rows it may not be seen" in found.remedy


def test_firsts_of_months_tell_their_order():
    firsts = [f"01/{month:02}/2021" for month in range(1, 13)]
    found = refuse([*firsts[:8], *map(swap, firsts[8:])])

    assert "the month first in 4 rows, 10 to 13, and the day first" in found.what
    assert "so that row 10 reads 01/09/2021" in found.remedy


def test_two_digits_in_front_are_shown_both_ways():
    stamps = [f"21.06.{day:02}" for day in range(1, 31)]
    found = refuse(stamps, "timestamp-ambiguous")

    assert "'21.06.01' may be 2021-06-01 or 2001-06-21" in found.what
    assert "as in 2021-06-01, if the year stands first" in found.remedy
