import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glue.reading.numbers import NumberEvidence, find_decimal_mark, parse_numbers


def as_array(texts):
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array


def gather(texts):
    evidence = NumberEvidence()
    evidence.add(as_array(texts))
    return evidence


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "2.5", "-3e4", ".5", "5.", ""], "."),
        (["1,5", "22,75"], ","),
        (["1,234", "1,5"], ","),
        (["1,234,567", "1,234"], "."),
        (["1,234.5"], "."),
        (["1.234,5", "7"], ","),
        (["1.234.567,8", "1,234"], ","),
        (["1,234", "5,678"], None),
        (["1,234,567", "1,5"], None),
    ],
)
def test_mark_is_told_from_the_whole_column(texts, expected):
    assert find_decimal_mark(gather(texts)).mark == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "2.5", ""], True),
        (["1", "NA", "null"], True),
        (["NA", ""], False),
        (["007", "8"], False),
        (["0", "0.5", "-0.5"], True),
        (["1", "one"], False),
        (["1_000"], False),
        (["0x10"], False),
    ],
)
def test_numeric_column_is_recognised(texts, expected):
    assert gather(texts).is_numeric == expected


@pytest.mark.parametrize(
    ("text", "mark", "expected"),
    [
        ("1,234.5", ".", 1234.5),
        ("1.234,5", ",", 1234.5),
        ("1,5", ",", 1.5),
        ("-1,234,567", ".", -1234567.0),
        ("- 12", ".", -12.0),
        ("12-", ".", -12.0),
        ("(1.204,5)", ",", -1204.5),
        ("1 204", ".", 1204.0),
        ("12.5%", ".", 12.5),
        ("NA", ".", None),
        ("", ",", None),
    ],
)
def test_marks_are_read(text, mark, expected):
    values, bad = parse_numbers(as_array([text]), mark)

    assert not bad[0]
    assert np.isnan(values[0]) if expected is None else values[0] == expected


@pytest.mark.parametrize(
    "text", ["x", "inf", "-Infinity", "1e999", "1,2,3", "1 2", "1_0"]
)
def test_bad_numbers_are_marked(text):
    values, bad = parse_numbers(as_array(["1", text]))

    assert bad.tolist() == [False, True]
    assert values[0] == 1.0
    assert np.isnan(values[1])


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_plain_numbers_are_read_exactly(numbers):
    texts = as_array([repr(number) for number in numbers])
    fast, _ = parse_numbers(texts, plain=True)
    slow, _ = parse_numbers(texts)

    assert fast.tolist() == numbers
    assert slow.tolist() == numbers


def test_written_numbers_are_never_plain():
    evidence = gather(["1", "- 12"])

    assert evidence.is_numeric
    assert not evidence.is_all_plain


@pytest.mark.parametrize(("once", "found"), [("-999", (-999.0,)), ("-99", ())])
def test_lone_placeholder_is_far_from_all_others(once, found):
    assert gather(["-4.5", "12.5", "27.3", once]).placeholders == found
