import pytest

from tests.building.uploads import Case, as_zip, make_csv

TIMES = [f"2020-{month:02d}-01" for month in range(1, 13)]


def prepare(name, value):
    rows = [(time, 10 + at % 5, value) for at, time in enumerate(TIMES)]
    return Case("one", as_zip(make_csv(("date", "sales", name), rows))).prepare()


@pytest.mark.parametrize(
    ("name", "value"), [("category", "tools"), ("Currency", "EUR"), ("Einheit", "kg")]
)
def test_unit_or_category_does_not_name_a_series(name, value):
    assert prepare(name, value).finding("item-made")


def test_place_names_a_series_that_stands_alone():
    assert "item-made" not in prepare("location", "Bern").codes
