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

    assert judge_quantile(entry, below, 1000, count=4000)["judgement"] == judgement


@pytest.mark.parametrize(
    ("covered", "below", "count", "words"),
    [
        (
            0.63,
            0.63,
            4000,
            "p50 was enough 63% of the time, 50% is meant: it is too high",
        ),
        (0.50, 0.50, 4000, "p50 was enough 50% of the time, 50% is meant"),
        (0.7, 0.3, 4000, "70% of the time, 50% is meant; many values are the same"),
        (0.5, 0.5, 6, "p50 was enough in 3 of 6 cases, 50% is meant; too few to tell"),
    ],
)
def test_words_say_how_often_it_was_enough(covered, below, count, words):
    entry = {"quantile": "p50", "level": 0.5, "covered": covered}

    said = judge_quantile(entry, below, 1000, count=count)["words"]

    assert said.endswith(words)


def test_what_may_be_chance_is_said_to_be():
    entry = {"quantile": "p50", "level": 0.5, "covered": 0.63}

    assert judge_quantile(entry, 0.63, 9, count=36)["words"] == (
        "p50 was enough 63% of the time, 50% is meant; the difference may be chance"
    )


def test_factor_makes_a_narrow_range_wide_enough(tmp_path):
    class Narrow(RunBuilder):
        """A run whose p90 is far too close to its median."""

        def predict(self, item, step):
            """Put the outer quantiles a tenth beside the median."""
            made = super().predict(item, step)
            return {**made, "p10": made["p50"] - 0.1, "p90": made["p50"] + 0.1}

    builder = Narrow(items=tuple(f"item {n}" for n in range(12)))

    document = make_report(builder, tmp_path).document

    p10, p50, p90 = document["backtest"]["calibration"]
    assert p10["factor"] is None
    assert p50["factor"] is None
    assert p90["judgement"] == "too low"
    rows = builder.backtests()
    held = [r["actual"] <= r["p50"] + 0.1 * p90["factor"] for r in rows]
    assert sum(held) / len(held) == pytest.approx(0.9, abs=0.02)


def test_few_groups_are_given_more_room():
    entry = {"quantile": "p50", "level": 0.5, "covered": 0.63}

    assert judge_quantile(entry, 0.63, 9, count=36)["judgement"] == "right"


def test_report_has_words_for_each_quantile(tmp_path):
    document = make_report(RunBuilder(), tmp_path).document

    words = [entry["words"] for entry in document["backtest"]["calibration"]]
    assert [text.split()[0] for text in words] == ["p10", "p50", "p90"]
