import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glue.reading.fields import PADDING, Fields
from glue.reading.numbers import NumberEvidence, parse_column, parse_numbers

QUICK = settings(max_examples=300, deadline=None)
WRITTEN = st.one_of(
    st.from_regex(r"-?[0-9]{1,9}(\.[0-9]{0,7})?", fullmatch=True),
    st.floats(allow_nan=False).map(repr),
    st.integers().map(str),
    st.sampled_from(
        ["", "-", ".", "-.5", "5.", "-0", "-0.0", "007", "1e5", "+1", "1.2.3"]
    ),
)
# What tills and warehouses number things by; some are placeholders with a zero before.
CODES = st.one_of(
    st.from_regex(r"0{0,4}[0-9]{1,14}", fullmatch=True),
    st.sampled_from(["", "00", "0999", "099999", "0099999", "00123.5", "-007"]),
)
LETTERS = st.characters(blacklist_characters='\0"', blacklist_categories=["Cs"])
TEXTS = st.builds(
    lambda text, times: (text * times).strip(),
    st.text(LETTERS, max_size=40),
    st.sampled_from([1, 1, 2, 8, 9]),
)


def make_fields(texts):
    """Put texts where a file would have them."""
    encoded = [text.encode() for text in texts]
    data = bytes(PADDING) + b",".join(encoded) + bytes(PADDING)
    sizes = np.array([len(text) for text in encoded], dtype=np.int64)
    starts = PADDING + np.cumsum(sizes + 1) - sizes - 1
    return Fields(np.frombuffer(data, dtype=np.uint8), starts, sizes, "utf-8")


def as_array(texts):
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array


@QUICK
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_fields_give_their_texts_however_asked(texts):
    fields = make_fields(texts)

    assert fields.texts.tolist() == texts
    assert fields.code().texts.tolist() == texts
    assert fields.code().uniques.tolist() == list(dict.fromkeys(texts))
    assert fields.apart().texts.tolist() == texts
    assert fields.blank.tolist() == [not text for text in texts]


@QUICK
@given(st.lists(WRITTEN, min_size=1, max_size=4))
def test_plain_numbers_are_read_as_python_does(texts):
    read = make_fields(texts).read_plain()

    if read is not None:
        expected = [float(text or "nan") for text in texts]
        assert list(map(repr, read.values.tolist())) == list(map(repr, expected))
        assert read.points.tolist() == ["." in text for text in texts]


@pytest.mark.parametrize("text", ["12.5", "-0.25", "1234567.125", "-98765.4321", "7"])
def test_usual_numbers_are_read_at_once(text):
    read = make_fields([text, "3.5"]).read_plain()

    assert read.values.tolist() == [float(text), 3.5]


def test_padded_numbers_are_read_at_once():
    fields = make_fields(["000000000012", "7", "012345678"])

    assert fields.read_plain() is None
    assert fields.read_codes().tolist() == [12.0, 7.0, 12345678.0]


@QUICK
@given(
    st.one_of(
        st.lists(st.lists(kind, min_size=1, max_size=6), min_size=1, max_size=4)
        for kind in (WRITTEN, CODES)
    )
)
def test_evidence_is_the_same_for_fields_and_texts(chunks):
    by_fields, by_texts, first = NumberEvidence(), NumberEvidence(), 2
    for texts in chunks:
        numbers = np.arange(first, first + len(texts))
        first += len(texts)
        by_fields.add(make_fields(texts), numbers)
        by_texts.add(as_array(texts), numbers)

    assert by_fields == by_texts


@QUICK
@given(st.lists(WRITTEN, min_size=1, max_size=6), st.sampled_from(".,"))
def test_numbers_are_the_same_for_fields_and_texts(texts, mark):
    values, bad = parse_column(make_fields(texts), mark)
    expected, expected_bad = parse_numbers(as_array(texts), mark)

    np.testing.assert_array_equal(values, expected)
    assert bad.tolist() == expected_bad.tolist()
