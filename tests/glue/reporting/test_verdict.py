"""The verdict: one sentence that is true of its figures."""

import pytest

from glue.reporting.assumed import AssumedFuture
from glue.reporting.covariates import Covariate
from glue.reporting.evidence import Evidence
from glue.reporting.plausibility import Doubt, Plausibility
from glue.reporting.verdict import Case, Engine, judge, list_tries, qualify
from glue.reporting.words import spell_metric
from tests.building.reports import RunBuilder, make_report

SURE = Evidence(points=500, series=48, windows=3, low=25.0, high=38.0)
CHANCE = Evidence(points=500, series=48, windows=3, low=-4.0, high=9.0)
SURELY_WORSE = Evidence(points=500, series=48, windows=3, low=-30.0, high=-12.0)
FEW = Evidence(points=6, series=3, windows=2)


def make_case(candidate, baseline, evidence=SURE, **others):
    figures = {"better_on": 41, "compared": 48, "noun": "item", **others}
    return Case(
        metric="WQL",
        candidate=candidate,
        baseline=baseline,
        evidence=evidence,
        tries=("x",),
        **figures,
    )


@pytest.mark.parametrize(
    ("candidate", "evidence", "outcome", "words"),
    [
        (0.182, SURE, "better", "is 31% better than seasonal naive"),
        (0.262, SURE, "even", "is about as good as seasonal naive"),
        (
            0.250,
            CHANCE,
            "even",
            "that it was 5.3% better may be chance (\N{MINUS SIGN}4 to 9%",
        ),
        (0.290, CHANCE, "even", "is about as good as seasonal naive"),
        (0.33, SURELY_WORSE, "worse", "is 25% worse than seasonal naive"),
        (0.182, FEW, "unknown", "6 points of 3 items in 2 windows are too few"),
    ],
)
def test_sentence_says_who_is_better(candidate, evidence, outcome, words):
    verdict = judge(make_case(candidate, 0.264, evidence))

    assert verdict.outcome == outcome
    assert words in verdict.sentence
    assert f"WQL {spell_metric(candidate)} against 0.264;" in verdict.sentence
    assert "better on 41 of 48 items)" in verdict.sentence
    assert ("try to x" in verdict.sentence) == (outcome != "better")


def test_whole_sentence_reads_as_a_person_says_it():
    verdict = judge(make_case(0.182, 0.264, engine=Engine(local=True), not_judged=2))

    assert verdict.sentence == (
        "The local engine's best candidate is 31% better than seasonal naive, the "
        "best of 4 simple forecasts (25 to 38% with 95% confidence; WQL 0.182 "
        "against 0.264; better on 41 of 48 items, 2 not judged)"
    )


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"mase": 1.17, "baseline_mase": 1.08}, "worse by MASE"),
        ({"mase": 1.11, "baseline_mase": 1.3}, "its MASE of 1.11 is above 1"),
        ({"better_on": 20}, "worse on 28 of 48 items"),
    ],
)
def test_contradiction_bars_the_tick(figures, words):
    verdict = judge(make_case(0.182, 0.264, **figures))

    assert verdict.outcome == "doubtful"
    assert words in verdict.sentence


@pytest.mark.parametrize(
    "figures",
    [
        {"mase": 0.9, "baseline_mase": 1.2},
        {"mase": 2.9, "baseline_mase": 3.4, "is_scale_fair": False},
        {"better_on": 25},
    ],
    ids=["small errors", "a horizon of many seasons", "better on most"],
)
def test_what_agrees_leaves_the_tick(figures):
    assert judge(make_case(0.182, 0.264, **figures)).outcome == "better"


def test_gain_on_few_items_more_is_noted():
    verdict = judge(make_case(0.182, 0.264, better_on=30, not_judged=1))

    assert verdict.notes[0] == ("Better by volume, and worse on 18 of 48 items")
    assert "1 item could not be judged" in verdict.notes[1]


def test_sample_of_many_series_is_told():
    case = make_case(
        0.182,
        0.264,
        engine=Engine(embedded=True),
        better_on=1700,
        compared=2000,
        not_judged=98_000,
    )

    verdict = judge(case)

    assert any(
        "backtests a sample, evenly over their ids" in one for one in verdict.notes
    )


def test_implausible_forecast_comes_first_and_bars_the_tick():
    doubt = Doubt(0, "range", "p90 of 492,253", 9.0)
    found = Plausibility((doubt,), share=4.6, by_series={0: [doubt]})

    verdict = qualify(judge(make_case(0.182, 0.264)), AssumedFuture(), found, "item")

    assert verdict.outcome == "doubtful"
    assert verdict.sentence.startswith(
        "1 item has an implausible forecast (4.6% of the total). Autopilot's best"
    )


PROMOTION = Covariate("promotion", given=0, wanted=40, filled="0", usual=0.1)


@pytest.mark.parametrize(
    ("assumed", "outcome"),
    [
        (AssumedFuture((PROMOTION,), "unknown", 4), "unknown"),
        (AssumedFuture((PROMOTION,), "future", 4), "unknown"),
        (AssumedFuture((PROMOTION,), "forecast", 4), "better"),
        (AssumedFuture((Covariate("price", 40, 40),), "unknown", 4), "better"),
        (AssumedFuture(), "better"),
    ],
)
def test_backtest_that_knew_more_claims_nothing(assumed, outcome):
    verdict = qualify(judge(make_case(0.182, 0.264)), assumed, Plausibility(), "item")

    assert verdict.outcome == outcome
    assert ("is not known: it assumes promotion = 0" in verdict.sentence) == (
        outcome == "unknown"
    )


@pytest.mark.parametrize(
    ("candidate", "baseline"), [(None, 0.2), (0.1, None), (0.1, 0.0), (None, None)]
)
def test_unknown_figures_give_no_percentage(candidate, baseline):
    verdict = judge(make_case(candidate, baseline))

    assert verdict.outcome == "unknown"
    assert verdict.improvement_percent is None
    assert "%" not in verdict.sentence


@pytest.mark.parametrize(
    ("noun", "compared", "words"),
    [("item", 1, "of 1 item)"), ("series", 3512, "of 3,512 series)")],
)
def test_nouns_are_counted_well(noun, compared, words):
    case = make_case(0.1, 0.2, noun=noun, compared=compared, better_on=1)

    assert words in judge(case).sentence


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
    assert "worse than" in verdict["sentence"]
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
    assert verdict["outcome"] in {"better", "even", "worse", "unknown", "doubtful"}
    assert verdict["compared"] == len(builder.items)
    assert reported.warnings == []
