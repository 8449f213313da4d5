"""Calibration in words, which say which way a quantile is off."""

import pytest

from glue.reporting.calibration import judge_quantile
from tests.building.reports import RunBuilder, make_report


@pytest.mark.parametrize(
    ("level", "covered", "below", "judgement"),
    [
        (0.5, 0.63, 0.63, "too high"),
        (0.5, 0.52, 0.52, "right"),
        (0.9, 0.7, 0.7, "too low"),
        (0.1, 0.6, 0.0, "right"),
    ],
)
def test_quantile_is_judged_by_its_share(level, covered, below, judgement):
    entry = {"quantile": "p", "level": level, "covered": covered}

    assert judge_quantile(entry, below, 1000)["judgement"] == judgement


def test_words_say_how_often_it_was_reached():
    entry = {"quantile": "p50", "level": 0.5, "covered": 0.63}

    assert judge_quantile(entry, 0.63, 1000)["words"] == (
        "p50 was reached 37% of the time, 50% is meant: it is too high"
    )


def test_few_groups_are_given_more_room():
    entry = {"quantile": "p50", "level": 0.5, "covered": 0.63}

    assert judge_quantile(entry, 0.63, 9)["judgement"] == "right"


def test_report_has_words_for_each_quantile(tmp_path):
    document = make_report(RunBuilder(), tmp_path).document

    words = [entry["words"] for entry in document["backtest"]["calibration"]]
    assert [text.split()[0] for text in words] == ["p10", "p50", "p90"]
