"""A table of the future is read as RTS.csv is, and stands in place of the run's."""

import csv

import pytest

from client.errors import SourceError
from client.what_if.change import Changer, read_moment
from client.what_if.plan import hash_file, read_plan
from client.what_if.scenario import build_scenario
from tests.client.what_if.test_change import HEADER, ROWS, SETTINGS

FIRST = "2026-01-02"
PLAN = "item,day,price\n007,2026-01-02,3\nNA,2026-01-03,9\n"


def follow(folder, text, *changes, rows=ROWS, **which):
    """Put a table of the future into the input of a run."""
    source, target, plan = (folder / name for name in ("source.csv", "to.csv", "p.csv"))
    with source.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADER, *rows])
    plan.write_text(text, encoding="utf-8")
    read = read_plan(plan, source, SETTINGS, read_moment(FIRST))
    changer = Changer(build_scenario(changes, **which), SETTINGS, FIRST, read)
    changer.rewrite(source, target)
    changer.check_done()
    with target.open(newline="") as file:
        return changer.changed, list(csv.reader(file))[1:]


def list_column(rows, name):
    return [row[HEADER.index(name)] for row in rows]


def test_rows_of_the_table_stand_in_place_of_the_runs(tmp_path):
    changed, rows = follow(tmp_path, PLAN)

    assert list_column(rows, "price") == ["2.50", "3", "3", "4", "4", "9"]
    assert list_column(rows, "promo") == [row[4] for row in ROWS]
    assert changed.items == {("007",), ("NA",)}
    assert (changed.planned, changed.names) == (2, {"price"})


def test_ids_and_values_are_read_as_in_an_upload(tmp_path):
    text = (
        "Item;Day;price\n007;03.01.2026;2,5\n007;13.01.2026;1,75\nNA;02.01.2026;3,5\n"
    )

    _, rows = follow(tmp_path, text)

    assert list_column(rows, "price") == ["2.50", "2.50", "2.5", "4", "3.5", "4"]


def test_what_has_happened_is_not_rewritten(tmp_path):
    text = PLAN + "007,2026-01-01,99\n"

    _, rows = follow(tmp_path, text)

    assert list_column(rows, "price")[0] == "2.50"


def test_empty_cell_leaves_what_was_planned(tmp_path):
    text = "item,day,price,promo\n007,2026-01-02,,1\n"

    changed, rows = follow(tmp_path, text)

    assert list_column(rows, "price") == [row[3] for row in ROWS]
    assert changed.names == {"promo"}


def test_table_without_items_is_for_all_of_them(tmp_path):
    _, rows = follow(tmp_path, "day,price\n2026-01-03,1\n")

    assert list_column(rows, "price") == ["2.50", "2.50", "1", "4", "4", "1"]


def test_same_number_written_otherwise_is_no_change(tmp_path):
    changed, rows = follow(
        tmp_path, "item,day,price\n007,2026-01-02,2.5\nNA,2026-01-02,5\n"
    )

    assert list_column(rows, "price")[1] == "2.50"
    assert changed.items == {("NA",)}


def test_changes_come_after_the_table(tmp_path):
    _, rows = follow(tmp_path, PLAN, "price+=1", items=["NA"])

    assert list_column(rows, "price") == ["2.50", "2.50", "3", "4", "5", "10"]


def test_items_and_days_narrow_the_table(tmp_path):
    changed, _ = follow(tmp_path, PLAN, last="2026-01-02")

    assert changed.items == {("007",)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("item,day,price\n007,2026-01-01,3\n", "says nothing of the future"),
        ("item,day,price\n8,2026-01-02,3\n", "about no row of the forecast"),
        ("item,day,price\n007,2026-01-09,3\n", "about no row of the forecast"),
        ("item,day,price\n007,2026-01-02,2.5\n", "nothing would change"),
        ("item,day,cost\n007,2026-01-02,2\n", r"found cost; needs price, promo"),
        ("item,day,price\n007,2026-01-02,2\n007,2026-01-02,3\n", "twice .found row 3"),
        ("item,price\n007,3\n", "lacks the timestamp column"),
        ("item,day,sold\n007,2026-01-02,3\n", "sold"),
        ("item,day,price\n007,soon,3\n", "soon"),
        ("item,day,price\n007,2026-01-02,cheap\n", "is a number in the run"),
        ("", "empty"),
    ],
)
def test_table_that_cannot_be_followed_is_refused(tmp_path, text, said):
    with pytest.raises(SourceError, match=said):
        follow(tmp_path, text)


def test_file_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(SourceError, match="No such file"):
        hash_file(tmp_path / "none.csv")
