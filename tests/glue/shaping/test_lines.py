import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glue.reading.timestamps import format_timestamps
from glue.shaping.lines import (
    CannotGridError,
    grid_moments,
    grid_numbers,
    grid_texts,
    join_cells,
)

QUICK = settings(max_examples=300, deadline=None)
SHORT = st.builds(
    lambda digits, places: digits / 10**places,
    st.integers(-(10**9), 10**9),
    st.integers(0, 9),
)
SECONDS = st.integers(-9_000_000_000, 9_000_000_000)


def read_grid(grid):
    """Read the cells of a grid as texts."""
    return [bytes(row[row != 0]).decode() for row in grid]


@QUICK
@given(st.lists(st.one_of(SHORT, st.floats()), min_size=1, max_size=6))
def test_numbers_are_written_as_python_does(values):
    grid = grid_numbers(np.array(values, dtype=float), whole=False)

    expected = [repr(value) if math.isfinite(value) else "" for value in values]
    assert read_grid(grid) == expected


@QUICK
@given(st.lists(st.integers(-(2**53) + 1, 2**53 - 1), min_size=1, max_size=6))
def test_whole_numbers_are_written_without_a_point(values):
    grid = grid_numbers(np.array([*values, math.nan, -0.0]), whole=True)

    assert read_grid(grid) == [*map(str, values), "", "0"]


def test_fraction_among_whole_numbers_is_left_to_others():
    with pytest.raises(CannotGridError):
        grid_numbers(np.array([1.0, 1.5]), whole=True)


@QUICK
@given(st.lists(SECONDS, min_size=1, max_size=4), st.booleans())
def test_moments_are_written_as_texts_are(seconds, with_time):
    moments = np.array([seconds[0], seconds[0] + 86_399, seconds[0] + 10**7])

    expected = format_timestamps(moments, with_time=with_time).tolist()
    assert read_grid(grid_moments(moments, with_time=with_time)) == expected


@pytest.mark.parametrize("text", ["a\0b", "x" * 500])
def test_odd_text_is_left_to_others(text):
    with pytest.raises(CannotGridError):
        grid_texts([text, "a"])


def test_lines_are_joined_with_their_lengths():
    cells = [grid_texts(["\u00e9", "ab"]), grid_texts(["", "1"])]

    lines, lengths = join_cells(cells)

    assert lines.decode() == "\u00e9,\nab,1\n"
    assert lengths.tolist() == [4, 5]
