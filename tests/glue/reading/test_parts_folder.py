from datetime import timedelta

import pytest

from glue.reading.parts_folder import find_odd_part, list_changed, read_moment

MARKED = read_moment("2026-11-23T01:24:19.123Z")
FOLDER = "raw/shop/"
KNOWN = {f"{FOLDER}{name}" for name in ("_SUCCESS", "a.parquet", "b.parquet")}


def find_changed(name="a.parquet", moment=MARKED):
    """Look at the folder when one of its objects is of another moment than all."""
    there = dict.fromkeys(KNOWN, MARKED + timedelta(milliseconds=900))
    there[f"{FOLDER}{name}"] = moment
    return list_changed(there, KNOWN, FOLDER, marked=MARKED)


def test_moment_is_in_whole_seconds():
    assert MARKED.isoformat() == "2026-11-23T01:24:19+00:00"


@pytest.mark.parametrize("moment", [MARKED, MARKED - timedelta(days=9), None])
def test_folder_as_it_was_marked_is_whole(moment):
    assert find_changed(moment=moment) == []


@pytest.mark.parametrize("name", ["a.parquet", "c.parquet", "_SUCCESS"])
def test_what_is_younger_than_the_mark_is_told(name):
    assert find_changed(name, MARKED + timedelta(seconds=1)) == [name]


def test_part_that_was_not_seen_is_told():
    assert find_changed("c.parquet", MARKED - timedelta(days=1)) == ["c.parquet"]


def test_mark_that_is_gone_is_told():
    there = dict.fromkeys(KNOWN - {f"{FOLDER}_SUCCESS"}, MARKED)

    assert list_changed(there, KNOWN, FOLDER, marked=MARKED) == ["_SUCCESS"]


def test_hidden_object_is_no_part():
    assert find_changed("_temporary/0/c.parquet") == []


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        ([], "there is no file in it"),
        (["a.parquet", "year=2024/a.parquet"], "'year=2024/a.parquet' lies in a"),
        (["a.parquet", "a.csv"], "'a.csv' is not called .parquet"),
    ],
)
def test_files_of_no_one_table_are_told(names, problem):
    found = find_odd_part(names)

    assert found is not None
    assert found[0].startswith(problem)


def test_parts_beside_each_other_are_a_table():
    assert find_odd_part(["part-0.snappy.parquet", "PART-1.PARQUET"]) is None
