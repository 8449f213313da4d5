from datetime import timedelta

import pytest

from chalicelib.registry import PENDING, REJECTED
from chalicelib.retraining import (
    CHAMPION,
    REFORECAST,
    RETRAIN,
    TRAIN,
    Retraining,
    Situation,
    choose,
    find_failure,
    fits,
    gather_newest,
    judge_accuracy,
    measure_age,
    pool_errors,
    read_retraining,
)
from chalicelib.schemas import describe_schema, hash_schema
from glue.settings.layers import DEFAULTS
from tests.building.lambda_inputs import make_settings
from tests.building.model_versions import NOW, make_version

DATA_END = "2026-11-22"


def make_scored(error, points=40):
    return {"points": points, "metrics": {"WQL": error, "RMSE": error}}


def make_situation(
    retraining=None,
    *,
    champion=None,
    challenger=None,
    asked=None,
    trained_on=None,
    **score,
):
    settings = {
        **make_settings(),
        "Columns": ["item_id", "timestamp", "target_value", "price"],
        "Retraining": {"MaxAgeDays": 28, **(retraining or {})},
    }
    return Situation(
        settings=settings,
        now=NOW,
        asked=asked,
        champion=champion,
        challenger=challenger,
        trained_on=trained_on or settings,
        score={
            "data_end": DATA_END,
            "series": 100,
            "new_series": 0,
            "scored": [make_scored(0.1)],
            **score,
        },
    )


def test_defaults_are_those_of_the_settings():
    section = DEFAULTS["Retraining"]

    assert read_retraining({"Retraining": section}) == Retraining()
    assert read_retraining({}) == Retraining()


def test_each_upload_trains_without_an_age():
    chosen = choose(make_situation({"MaxAgeDays": 0}, champion=make_version()))

    assert chosen.road == TRAIN
    assert "MaxAgeDays is 0" in chosen.reason


def test_first_upload_trains():
    chosen = choose(make_situation())

    assert (chosen.road, chosen.reason) == (
        TRAIN,
        "trained, as the dataset has no approved model yet",
    )


def test_young_and_right_champion_forecasts():
    chosen = choose(make_situation(champion=make_version()))

    assert (chosen.road, chosen.reason) == (
        CHAMPION,
        "forecast by version 3, which is 7 days old (may be 28) and whose last "
        "forecast has a WQL of 0.1 on what came true, 1.00 times that of its backtest",
    )


@pytest.mark.parametrize(("days", "road"), [(28, CHAMPION), (29, TRAIN)])
def test_champion_may_be_as_old_as_allowed(days, road):
    chosen = choose(make_situation(champion=make_version(days=days)))

    assert chosen.road == road


@pytest.mark.parametrize(
    ("data_end", "days"), [("2026-10-25", 28), ("2026-11-22", 7), (None, 7), ("?", 7)]
)
def test_age_is_that_of_the_data_where_longer(data_end, days):
    champion = make_version(data_end=data_end)

    age = measure_age(make_situation(champion=champion), champion)

    assert age == days


def test_champion_of_the_future_has_no_age():
    champion = make_version(days=-2)

    assert measure_age(make_situation(champion=champion), champion) == 0


@pytest.mark.parametrize(
    ("error", "road"), [(0.119, CHAMPION), (0.121, TRAIN), (None, CHAMPION)]
)
def test_champion_may_be_as_wrong_as_allowed(error, road):
    situation = make_situation(champion=make_version(), scored=[make_scored(error)])

    assert choose(situation).road == road


def test_unjudged_champion_forecasts_and_says_why():
    situation = make_situation(
        champion=make_version(), scored=[], reason="it has made no forecast yet"
    )

    chosen = choose(situation)

    assert chosen.road == CHAMPION
    assert "cannot be judged yet (it has made no forecast yet)" in chosen.reason


def test_error_after_a_faultless_backtest_trains():
    champion = make_version(backtest="0")

    assert choose(make_situation(champion=champion)).road == TRAIN
    faultless = make_situation(champion=champion, scored=[make_scored(0.0)])
    assert choose(faultless).road == CHAMPION


@pytest.mark.parametrize(("new", "road"), [(10, CHAMPION), (11, TRAIN)])
def test_champion_may_not_know_a_few_series(new, road):
    chosen = choose(make_situation(champion=make_version(), new_series=new))

    assert chosen.road == road
    assert str(new) in chosen.reason


def test_other_covariates_train():
    before = {
        **make_settings(),
        "Columns": ["item_id", "timestamp", "target_value", "cost"],
    }

    chosen = choose(make_situation(champion=make_version(), trained_on=before))

    assert (chosen.road, chosen.reason) == (
        TRAIN,
        "trained, as version 3 was made for other data: the covariate 'cost' is gone, "
        "and the covariate 'price' is new",
    )


def test_champion_without_settings_is_told_by_its_hash():
    situation = make_situation()
    known = hash_schema(describe_schema(situation.settings))
    same, other = make_version(schema_hash=known), make_version(schema_hash="0")
    without = [
        Situation(settings=situation.settings, now=NOW, champion=champion)
        for champion in (same, other)
    ]

    assert [fits(one) for one in without] == [True, False]


def test_schedule_goes_before_age_and_error():
    old = make_version(days=400)
    wrong = {"scored": [make_scored(9.0)]}

    asked = [
        choose(make_situation(champion=old, asked=asked, **wrong)).road
        for asked in (RETRAIN, REFORECAST)
    ]

    assert asked == [TRAIN, CHAMPION]


def test_schedule_forecasts_where_each_upload_trains():
    situation = make_situation(
        {"MaxAgeDays": 0}, champion=make_version(), asked=REFORECAST
    )

    assert choose(situation).road == CHAMPION


def test_unreadable_registry_trains_and_says_so():
    situation = Situation(
        settings=make_situation().settings, now=NOW, obstacle="AccessDenied: no"
    )

    chosen = choose(situation)

    assert chosen.road == TRAIN
    assert "could not be read (AccessDenied: no)" in chosen.reason


HASH = hash_schema(describe_schema(make_situation().settings))
WRONG = {"scored": [make_scored(9.0)]}


def make_challenger(approval, *, days=7, schema_hash=HASH):
    return make_version(4, approval=approval, days=days, schema_hash=schema_hash)


@pytest.mark.parametrize(
    ("age", "score", "challenger", "road"),
    [
        (60, {}, make_challenger(REJECTED), CHAMPION),
        (60, {}, make_challenger(PENDING), CHAMPION),
        (60, {}, make_challenger(REJECTED, days=29), TRAIN),
        (60, {}, make_challenger(REJECTED, schema_hash="other"), TRAIN),
        (7, WRONG, make_challenger(REJECTED), TRAIN),
        (60, WRONG, make_challenger(REJECTED), TRAIN),
        (7, WRONG, make_challenger(PENDING), CHAMPION),
        (7, {"new_series": 50}, make_challenger(PENDING), CHAMPION),
        (7, WRONG, make_challenger(PENDING, days=29), TRAIN),
    ],
)
def test_challenger_that_did_not_win_saves_another(age, score, challenger, road):
    champion = make_version(days=age)
    situation = make_situation(champion=champion, challenger=challenger, **score)

    assert choose(situation).road == road


def test_champion_beside_a_challenger_says_which_one():
    old = make_version(days=60)
    situations = [
        make_situation(champion=old, challenger=make_challenger(approval))
        for approval in (PENDING, REJECTED)
    ]

    assert [choose(situation).reason for situation in situations] == [
        "forecast by version 3, as version 4, 7 days old, waits for approval, though "
        "version 3 is 60 days old and may be 28",
        "forecast by version 3, as version 4, 7 days old, is rejected, though version "
        "3 is 60 days old and may be 28",
    ]


def test_failure_is_found_whatever_makes_the_run_train():
    champion = make_version()
    trains_anyway = make_situation({"MaxAgeDays": 0}, champion=champion, **WRONG)
    fair = make_situation({"MaxAgeDays": 0}, champion=champion)

    faultless = make_version(backtest="0")

    assert find_failure(trains_anyway, champion) == (
        "90.00 times the WQL of its backtest"
    )
    assert find_failure(trains_anyway, faultless) == (
        "a WQL above 0, after none in its backtest"
    )
    assert find_failure(fair, champion) is None


def test_score_of_another_version_judges_nobody():
    champion = make_version()
    situation = make_situation(champion=champion, champion_run_id="other", **WRONG)

    chosen = choose(situation)

    assert chosen.road == CHAMPION
    assert "cannot be judged yet (another version's was scored)" in chosen.reason


def test_few_points_are_pooled_with_those_before():
    scored = [make_scored(0.3, 4), make_scored(0.1, 16), make_scored(9.0, 16)]

    assert len(gather_newest(scored)) == 2
    assert pool_errors(gather_newest(scored), "WQL") == pytest.approx(0.14)
    assert pool_errors(gather_newest(scored), "RMSE") == pytest.approx(0.1612, rel=1e-3)
    _, words = judge_accuracy({"scored": scored}, make_version())
    assert words.endswith("(with the 1 before, as it has few points yet)")


def test_reason_is_one_sentence():
    situations = [
        make_situation({"MaxAgeDays": 0}),
        make_situation(),
        make_situation(champion=make_version()),
        make_situation(champion=make_version(days=99)),
        make_situation(champion=make_version(), new_series=1),
    ]

    reasons = [choose(situation).reason for situation in situations]

    assert not [r for r in reasons if ". " in r or r.endswith(".") or "\n" in r]


def test_moments_may_have_a_time():
    champion = make_version(data_end="2026-11-21 23:00:00")
    situation = make_situation(champion=champion, data_end="2026-11-22 23:00:00")

    assert measure_age(situation, champion) == 7
    assert situation.now - champion.created == timedelta(days=7)
