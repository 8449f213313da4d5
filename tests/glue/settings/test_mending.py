"""The one slip without which a text is JSON."""

import json

import pytest

from glue.settings.mending import mend

GOOD = {"TimeSeriesForecastingJobConfig": {"ForecastHorizon": 2}, "Preparation": {}}
TEXT = json.dumps(GOOD)
SLIPS = {
    "comma too many": TEXT.replace("2}", "2,}"),
    "closing bracket": TEXT[:-1],
    "typographic": TEXT.replace('"', "\u201c"),
    "single quotes": TEXT.replace('"', "'"),
    "line of comment": f"// settings\n{TEXT}",
    "equals sign": TEXT.replace(":", "=", 1),
}


@pytest.mark.parametrize("word", SLIPS)
def test_single_slip_is_named_and_mended(word):
    wrong, mended = mend(SLIPS[word])

    assert word in wrong
    assert json.loads(mended) == GOOD


def test_yes_of_python_is_written_as_json_has_it():
    wrong, mended = mend('{"Preparation": {"DropShortSeries": True}}')

    assert "Python" in wrong
    assert json.loads(mended) == {"Preparation": {"DropShortSeries": True}}


def test_missing_comma_between_lines_is_put_in():
    wrong, mended = mend('{"a": 1\n "b": 2}')

    assert "comma is missing" in wrong
    assert json.loads(mended) == {"a": 1, "b": 2}


@pytest.mark.parametrize("text", ["", "horizon 14", "[1, 2,]", "{{{", '{"a": }'])
def test_what_is_no_object_is_not_guessed(text):
    assert mend(text) is None
