from tests.building.uploads import Case, as_zip, make_csv

TIMES = [f"2020-{month:02d}-01" for month in range(1, 13)]


def prepare(rows, header=("Unit Sales", "timestamp", "Material")):
    return Case("swapped", as_zip(make_csv(header, rows))).prepare()


def make_rows(ids=("084", "034", "112")):
    return [
        (one, time, 100 * (1 + (7 * place + 2 * number) % 9))
        for place, time in enumerate(TIMES)
        for number, one in enumerate(ids)
    ]


def test_amounts_under_the_name_of_ids_are_refused():
    found = prepare(make_rows()).finding("column-unclear")

    assert "swap the names 'Material' and 'Unit Sales' in the header" in found.remedy
    assert "such as 084" in found.remedy


def test_numbers_in_their_places_are_taken():
    header = ("Material", "timestamp", "Unit Sales")

    assert "column-unclear" not in prepare(make_rows(), header).codes


def test_ranks_of_items_are_a_target():
    rows = [
        ((number + place) % 3 + 1, time, f"10{number}")
        for place, time in enumerate(TIMES)
        for number in range(3)
    ]

    assert "column-unclear" not in prepare(rows).codes


def test_log_of_small_sales_is_taken():
    rows = [
        (1 + day % 2, f"2020-01-{day:02d}", f"{100 + day % 9}") for day in range(1, 29)
    ]

    assert "column-unclear" not in prepare(rows).codes
