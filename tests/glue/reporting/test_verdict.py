"""The verdict: one sentence that is true of its figures."""

import pytest

from glue.reporting.verdict import Evidence, judge, list_tries
from glue.reporting.words import spell_metric
from tests.building.reports import RunBuilder, make_report


def make_evidence(candidate, baseline, **others):
    figures = {"better_on": 41, "compared": 48, "noun": "item", **others}
    return Evidence(
        metric="WQL", candidate=candidate, baseline=baseline, tries=("x",), **figures
    )


@pytest.mark.parametrize(
    ("candidate", "outcome", "words"),
    [
        (0.182, "better", "is 31 % better than seasonal naive"),
        (0.2508, "better", "is 5.0 % better than seasonal naive"),
        (0.2638, "even", "is about as good as seasonal naive"),
        (0.2642, "even", "is about as good as seasonal naive"),
        (0.33, "worse", "is 25 % worse than seasonal naive"),
    ],
)
def test_sentence_says_who_is_better(candidate, outcome, words):
    verdict = judge(make_evidence(candidate, 0.264))

    assert verdict.outcome == outcome
    assert words in verdict.sentence
    assert f"(WQL {spell_metric(candidate)} against 0.264;" in verdict.sentence
    assert "better on 41 of 48 items)" in verdict.sentence
    assert ("try to x" in verdict.sentence) == (outcome != "better")


def test_whole_sentence_reads_as_a_person_says_it():
    assert judge(make_evidence(0.182, 0.264)).sentence == (
        "Autopilot's best candidate is 31 % better than seasonal naive "
        "(WQL 0.182 against 0.264; better on 41 of 48 items)"
    )


@pytest.mark.parametrize(
    ("candidate", "baseline"), [(None, 0.2), (0.1, None), (0.1, 0.0), (None, None)]
)
def test_unknown_figures_give_no_percentage(candidate, baseline):
    verdict = judge(make_evidence(candidate, baseline))

    assert verdict.outcome == "unknown"
    assert verdict.improvement_percent is None
    assert "%" not in verdict.sentence


@pytest.mark.parametrize(
    ("noun", "compared", "words"),
    [("item", 1, "of 1 item)"), ("series", 3512, "of 3,512 series)")],
)
def test_nouns_are_counted_well(noun, compared, words):
    evidence = make_evidence(0.1, 0.2, noun=noun, compared=compared, better_on=1)

    assert words in judge(evidence).sentence


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.18234, "0.182"),
        (12.34, "12.3"),
        (1234.5, "1,234"),
        (0.000012, "0.000012"),
        (0, "0"),
        (None, "unknown"),
    ],
)
def test_metrics_have_three_digits(value, text):
    assert spell_metric(value) == text


def test_short_history_is_the_first_to_try():
    tries = list_tries(steps=24, horizon=4, season=12, series=5)

    assert "three seasons" in tries[0]


def test_baseline_that_wins_is_said_to(tmp_path):
    reported = make_report(RunBuilder(skill=2.5), tmp_path)

    verdict = reported.document["verdict"]
    assert verdict["outcome"] == "worse"
    assert "worse than seasonal naive" in verdict["sentence"]
    assert "try to" in verdict["sentence"]
    assert reported.rows("leaderboard.csv")[0]["kind"] != "winner"


@pytest.mark.parametrize(
    "builder",
    [
        RunBuilder(items=("only",)),
        RunBuilder(horizon=1),
        RunBuilder(steps=14, windows=1),
    ],
    ids=["one series", "one step", "history of hardly a season"],
)
def test_unusual_runs_get_a_verdict(tmp_path, builder):
    reported = make_report(builder, tmp_path)

    verdict = reported.document["verdict"]
    assert verdict["outcome"] in {"better", "even", "worse"}
    assert verdict["compared"] == len(builder.items)
    assert reported.warnings == []
