import numpy as np
import pytest

from glue.rows import Rows
from glue.shaping.series_copies import SeriesCopies

STEPS = 20


def make_series(items, first_row=2):
    """Make the series of a part: item -> values."""
    names = np.repeat(list(items), STEPS).astype(object)
    values = np.concatenate([np.array(v, dtype=float) for v in items.values()])
    seconds = np.tile(np.arange(STEPS) * 86_400, len(items))
    numbers = first_row + np.arange(len(names))
    return Rows({"id": names, "y": values}, numbers, seconds).series(("id",))


def find(*parts):
    whole = SeriesCopies("TTS.csv", ("id",))
    for number, items in enumerate(parts):
        part = SeriesCopies("TTS.csv", ("id",))
        part.add(make_series(items, first_row=2 + 1_000 * number), "y")
        whole.merge(part)
    return [one.value for one in whole.find().examples]


RISING, FALLING = range(1, STEPS + 1), range(STEPS, 0, -1)
SELDOM = [7 * (n in (3, 11)) for n in range(STEPS)]


def test_copies_in_two_parts_are_found():
    assert find({"A": RISING, "B": FALLING}, {"C": RISING}) == ["C (as A)"]


@pytest.mark.parametrize("values", [SELDOM, [5] * STEPS, [0] * STEPS])
def test_values_that_are_alike_by_chance_are_no_copies(values):
    assert find({"A": values, "B": values}) == []


def test_same_values_in_another_order_are_no_copies():
    assert find({"A": RISING, "B": FALLING}) == []
