from itertools import product

import numpy as np

from glue.arrays import as_texts
from glue.rows import Rows
from glue.understanding.crossed import find_crossing

ROWS = [(item, 10 + 7 * n + k) for n in range(12) for k, item in enumerate("AB")]


def make_sample(rows):
    items, values = zip(*rows, strict=True)
    columns = {"item": as_texts(map(str, items)), "qty": as_texts(map(str, values))}
    return Rows.undated(columns, np.arange(2, len(rows) + 2))


def find(rows):
    return find_crossing(make_sample(rows), "item", ("qty",))


def test_columns_that_trade_places_are_found():
    rows = ROWS[:14] + [(qty, item) for item, qty in ROWS[14:]]

    found = find(rows)

    assert (found.first, found.second, found.at) == ("item", "qty", 14)


def test_ordinary_table_is_not_crossed():
    assert find(ROWS) is None


def test_many_short_items_at_the_end_are_not_crossed():
    late = [(f"new{n}", n % 2) for n in range(12)]

    assert find([*ROWS, *late]) is None


def test_new_numbered_items_of_new_values_are_not_crossed():
    rows = [(f"{item}", 5 * n) for n, item in enumerate("AABBAABBAABB")]
    late = [(f"{n}", v) for n, v in product(range(100, 104), range(900, 905))]

    assert find([*rows, *late]) is None
