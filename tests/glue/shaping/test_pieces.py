import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glue.reading.timestamps import format_timestamps
from glue.shaping.digits import write_numbers
from glue.shaping.pieces import (
    CannotJoinError,
    join_cells,
    write_moments,
    write_texts,
)

QUICK = settings(max_examples=300, deadline=None)
SHORT = st.builds(
    lambda digits, places: digits / 10**places,
    st.integers(-(10**9), 10**9),
    st.integers(0, 9),
)
SECONDS = st.integers(-9_000_000_000, 9_000_000_000)


def read_pieces(pieces, count):
    """Read the texts that pieces make."""
    lines, _ = join_cells([pieces], count)
    return lines.decode().splitlines()


@QUICK
@given(st.lists(st.one_of(SHORT, st.floats()), min_size=1, max_size=6))
def test_numbers_are_written_as_python_does(values):
    pieces = write_numbers(np.array(values, dtype=float), whole=False)

    expected = [repr(value) if math.isfinite(value) else "" for value in values]
    assert read_pieces(pieces, len(values)) == expected


@QUICK
@given(st.lists(st.integers(-(2**53) + 1, 2**53 - 1), min_size=1, max_size=6))
def test_whole_numbers_are_written_without_a_point(values):
    pieces = write_numbers(np.array([*values, math.nan, -0.0]), whole=True)

    assert read_pieces(pieces, len(values) + 2) == [*map(str, values), "", "0"]


def test_fraction_among_whole_numbers_is_left_to_others():
    with pytest.raises(CannotJoinError):
        write_numbers(np.array([1.0, 1.5]), whole=True)


@QUICK
@given(st.lists(SECONDS, min_size=1, max_size=4), st.booleans())
def test_moments_are_written_as_texts_are(seconds, with_time):
    moments = np.array([seconds[0], seconds[0] + 86_399, seconds[0] + 10**7])

    expected = format_timestamps(moments, with_time=with_time).tolist()
    assert read_pieces(write_moments(moments, with_time=with_time), 3) == expected


@pytest.mark.parametrize("text", ["a\0b", "x" * 500])
def test_odd_text_is_left_to_others(text):
    with pytest.raises(CannotJoinError):
        write_texts([text, "a"])


def test_lines_are_joined_with_their_lengths():
    cells = [[write_texts(["\u00e9", "ab"])], [write_texts(["", "1"])]]

    lines, lengths = join_cells(cells, 2)

    assert lines.decode() == "\u00e9,\nab,1\n"
    assert lengths.tolist() == [4, 5]


@pytest.mark.parametrize("width", [200, 300])
def test_wide_lines_are_measured_too(width):
    cells = [[write_texts(["x", "y"])]] * width

    _, lengths = join_cells(cells, 2)

    assert lengths.tolist() == [2 * width, 2 * width]
