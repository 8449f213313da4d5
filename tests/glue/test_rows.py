import pickle

import numpy as np
import pytest

from glue.arrays import as_texts
from glue.findings.finding import Example
from glue.rows import Rows, concatenate

KEYS = ("item", "store")


def make_rows(*lines):
    """Make rows of lines: item, store, seconds, value; numbered from 2 on."""
    columns = {
        "item": as_texts(line[0] for line in lines),
        "store": as_texts(line[1] for line in lines),
        "value": np.array([line[3] for line in lines], dtype=float),
    }
    seconds = np.array([line[2] for line in lines], dtype=np.int64)
    return Rows(columns, np.arange(2, 2 + len(lines)), seconds)


ROWS = make_rows(
    ("B", "x", 2, 1.0),
    ("A", "x", 1, 2.0),
    ("B", "x", 1, 3.0),
    ("A", "y", 1, 4.0),
    ("A", "x", 1, 5.0),
)
SORTED = ROWS.sort(KEYS)


def as_lines(rows):
    """Give each row as a tuple: number, seconds, item, store, value."""
    return [
        (rows.numbers[n], rows.seconds[n], *(rows[name][n] for name in rows.columns))
        for n in range(len(rows))
    ]


@pytest.mark.parametrize(
    "which",
    [np.array([False, True, True, False, False]), np.array([1, 2]), slice(1, 3)],
)
def test_rows_are_taken_whole(which):
    assert as_lines(ROWS.take(which)) == as_lines(ROWS)[1:3]


def test_taking_all_rows_copies_nothing():
    assert ROWS.take(np.ones(5, dtype=bool)) is ROWS


def test_rows_are_sorted_by_series_time_and_number():
    assert as_lines(SORTED) == [
        (3, 1, "A", "x", 2.0),
        (6, 1, "A", "x", 5.0),
        (5, 1, "A", "y", 4.0),
        (4, 1, "B", "x", 3.0),
        (2, 2, "B", "x", 1.0),
    ]


def test_columns_are_added_and_replaced():
    changed = ROWS.with_columns({"value": ROWS["value"] * 2, "more": ROWS["value"]})

    assert changed["value"].tolist() == [2, 4, 6, 8, 10]
    assert changed["more"].tolist() == ROWS["value"].tolist()
    assert "more" not in ROWS.columns


def test_series_begin_where_a_key_changes():
    series = SORTED.series(KEYS)

    assert len(series) == 3
    assert series.starts.tolist() == [0, 2, 3]
    assert series.numbers.tolist() == [0, 0, 1, 2, 2]


def test_values_are_reduced_by_series():
    series = SORTED.series(KEYS)
    values = SORTED["value"]

    assert series.sum(values).tolist() == [7, 4, 4]
    assert series.sum(values > 2).tolist() == [1, 1, 1]
    assert series.min(values).tolist() == [2, 4, 1]
    assert series.max(values).tolist() == [5, 4, 3]
    assert series.repeat(series.max(values)).tolist() == [5, 5, 4, 3, 3]


def test_repeats_are_within_a_series():
    series = SORTED.series(KEYS)

    assert series.repeats(SORTED.seconds).tolist() == [False, True] + [False] * 3


def test_no_rows_are_no_series():
    series = make_rows().series(KEYS)

    assert len(series) == 0
    assert series.sum(np.zeros(0)).tolist() == []
    assert series.repeats(np.zeros(0)).tolist() == []


def test_first_examples_follow_the_file():
    mask = np.array([True, False, True, True, True])
    examples = SORTED.first(mask, "TTS.csv", "item", lambda at: SORTED.name(KEYS, at))

    assert examples == [
        Example("TTS.csv", 2, "item", "B, x"),
        Example("TTS.csv", 3, "item", "A, x"),
        Example("TTS.csv", 4, "item", "B, x"),
        Example("TTS.csv", 5, "item", "A, y"),
    ]


def test_only_a_few_examples_are_given():
    rows = make_rows(*[("A", "x", n, 0.0) for n in range(9)])
    examples = rows.first_texts(np.ones(9, dtype=bool), "TTS.csv", "item")

    assert [example.row for example in examples] == [2, 3, 4, 5, 6]


def test_rows_put_together_are_as_before():
    parts = [ROWS.take(slice(0, 2)), ROWS.take(slice(2, 2)), ROWS.take(slice(2, 5))]

    assert as_lines(concatenate(parts)) == as_lines(ROWS)


def test_rows_survive_a_pickle():
    assert as_lines(pickle.loads(pickle.dumps(ROWS, protocol=4))) == as_lines(ROWS)


def test_undated_rows_have_no_moments():
    assert Rows.undated(ROWS.columns, ROWS.numbers).seconds.tolist() == [0] * 5
