from itertools import product

import numpy as np

from glue.arrays import as_texts
from glue.rows import Rows
from glue.understanding.crossed import find_crossing, find_trade

ROWS = [(item, 10 + 7 * n + k) for n in range(12) for k, item in enumerate("AB")]


def make_sample(rows):
    items, values = ([row[at] for row in rows] for at in range(2))
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


def find_sizes(rows):
    items, sales, prices = ([row[at] for row in rows] for at in range(3))
    columns = {"item": items, "qty": map(str, sales), "price": map(str, prices)}
    texts = {name: as_texts(column) for name, column in columns.items()}
    sample = Rows.undated(texts, np.arange(2, len(rows) + 2))
    return find_trade(sample, "item", "qty", ("price",))


PRICED = [(i, 900 + 31 * n, 8.5 + n % 5) for n in range(12) for i in "AB"]


def test_numbers_that_trade_sizes_are_found():
    found = find_sizes(PRICED[:14] + [(i, p, q) for i, q, p in PRICED[14:]])

    assert (found.first, found.second, found.at) == ("qty", "price", 14)


def test_decimal_commas_that_trade_sizes_are_found():
    rows = PRICED[:14] + [(i, p, q) for i, q, p in PRICED[14:]]
    commas = [(i, *(str(x).replace(".", ",") for x in (p, q))) for i, p, q in rows]

    assert find_sizes(commas).at == 14


def test_dear_item_below_a_cheap_one_is_no_trade():
    cheap = [row for row in PRICED if row[0] == "A"]

    assert find_sizes(cheap + [("B", p, q) for _, q, p in cheap]) is None


def test_numbers_of_one_order_do_not_trade():
    assert find_sizes(PRICED) is None
