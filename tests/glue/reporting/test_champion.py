"""The champion's own forecasts: scored, and held beside a challenger's backtest."""

import json

import pytest

from glue.bucket import Bucket
from glue.compare_models import write_comparison
from glue.reporting.champion import (
    describe_data,
    find_forecasts,
    read_maker,
    score_champion,
)
from glue.reporting.history import read_history
from glue.run_documents import read_run
from tests.building.reports import RunBuilder, make_report
from tests.building.uploads import FakeS3

CHAMPION = "data-250701000000-0123abcd"
AGAIN = "data-251001000000-0123abcd"
NOW = RunBuilder(steps=48)


def leave(builder, *, made_by=None, by_itself=True):
    """Give what a run has left: its settings, its forecast, and whose model it was."""
    results = f"output-forecasted-data/data/{builder.run_id}/"
    left = {
        f"runs/{builder.run_id}/settings.json": json.dumps(builder.settings()),
        f"{results}forecast.csv": builder.objects()[f"{results}raw/part-00000.csv.out"],
    }
    maker = made_by or (builder.run_id if by_itself else None)
    if maker:
        model = {
            "road": "train" if maker == builder.run_id else "champion",
            "reason": "as it was asked",
            "forecast_by": {"version": 1, "run_id": maker},
        }
        left[f"runs/{builder.run_id}/model.json"] = json.dumps(model)
    return left


def lay_out(folder, *objects, builder=NOW):
    """Lay out the bucket of a run, and give the run, its history and the bucket."""
    s3 = FakeS3(builder.objects())
    for more in objects:
        s3.objects.update(FakeS3(more).objects)
    bucket = Bucket(s3, "bucket", folder)
    keys = f"runs/{builder.run_id}/"
    run = read_run(
        bucket.read_json(f"{keys}settings.json"),
        bucket.read_json(f"{keys}data-report.json"),
    )
    return run, bucket, read_history(bucket.download(run.keys.train), run.settings)


def score(folder, *objects, builder=NOW):
    run, bucket, history = lay_out(folder, *objects, builder=builder)
    return score_champion(run, CHAMPION, bucket, history)


def test_forecasts_of_the_champion_are_scored_newest_first(tmp_path):
    first = leave(RunBuilder(run_id=CHAMPION, steps=42))
    second = leave(RunBuilder(run_id=AGAIN, steps=45), made_by=CHAMPION)

    found = score(tmp_path, first, second)

    assert found["champion_run_id"] == CHAMPION
    assert [one["run_id"] for one in found["scored"]] == [AGAIN, CHAMPION]
    assert [one["points"] for one in found["scored"]] == [9, 18]
    assert found["scored"][0]["metrics"]["WQL"] > 0
    assert found["reason"] is None


def test_forecasts_of_others_do_not_count(tmp_path):
    first = leave(RunBuilder(run_id=CHAMPION, steps=42))
    other = leave(RunBuilder(run_id=AGAIN, steps=45))

    found = score(tmp_path, first, other)

    assert [one["run_id"] for one in found["scored"]] == [CHAMPION]


def test_run_that_says_nothing_forecast_by_itself(tmp_path):
    silent = leave(RunBuilder(run_id=CHAMPION, steps=42), by_itself=False)
    run, bucket, _ = lay_out(tmp_path, silent)

    assert list(find_forecasts(run, CHAMPION, bucket)) == [CHAMPION]
    assert read_maker(CHAMPION, bucket).trained


def test_forecast_of_what_is_still_to_come_is_a_reason(tmp_path):
    found = score(tmp_path, leave(RunBuilder(run_id=CHAMPION, steps=48)))

    assert found["scored"] == []
    assert "no actual value for any of these days yet" in found["reason"]


def test_champion_without_a_forecast_is_a_reason(tmp_path):
    found = score(tmp_path)

    assert (found["scored"], found["reason"]) == ([], "it has made no forecast yet")
    assert found["new_series"] is None


def test_series_that_the_champion_does_not_know_are_counted(tmp_path):
    trained_on = leave(RunBuilder(run_id=CHAMPION, steps=42, items=("drum", "flute")))

    found = score(tmp_path, trained_on)

    assert (found["new_series"], found["new_examples"]) == (1, [["harp"]])
    assert found["scored"][0]["series"] == 2


def test_broken_forecast_is_a_reason_and_no_failure(tmp_path):
    broken = leave(RunBuilder(run_id=CHAMPION, steps=42))
    key = f"output-forecasted-data/data/{CHAMPION}/forecast.csv"

    found = score(tmp_path, {**broken, key: "item,month\n"})

    assert found["scored"] == []
    assert "lacks mean" in found["reason"]


def test_data_are_described_without_a_champion(tmp_path):
    run, _, _ = lay_out(tmp_path)

    found = describe_data(run, {"last": "2025-12-01", "series": 3})

    assert (found["data_end"], found["series"]) == ("2025-12-01", 3)
    assert found["reason"] == "there is no champion yet"


def compare(folder, *objects, builder=NOW):
    """Compare a run's model with version 1, and give comparison.json."""
    _, bucket, _ = lay_out(folder, *objects, builder=builder)
    own = f"runs/{builder.run_id}/model.json"
    champion = {"version": 1, "run_id": CHAMPION}
    bucket.write_json(own, {"champion": champion})
    write_comparison(builder.run_id, bucket)
    return bucket.read_json(f"runs/{builder.run_id}/comparison.json")


# Twelve items make evidence; the champion's forecast is of the last window.
MANY = tuple(f"item-{number:02d}" for number in range(12))


@pytest.mark.parametrize(
    ("challenger", "champion", "worse"),
    [(0.2, 1.0, False), (1.0, 0.2, True), (0.5, 0.5, False)],
)
def test_challenger_is_worse_by_more_than_chance(tmp_path, challenger, champion, worse):
    builder = RunBuilder(items=MANY, skill=challenger)
    truth = leave(RunBuilder(run_id=CHAMPION, items=MANY, steps=42, skill=champion))

    found = compare(tmp_path, truth, builder=builder)

    assert found["is_worse"] == worse
    assert (found["points"], found["series"], found["windows"]) == (72, 12, 1)
    assert (found["challenger"] > found["champion"]) == worse
    assert (found["improvement_percent"] < 0) == worse
    assert "version 1 had" in found["sentence"]


def test_forecast_from_other_data_is_not_compared(tmp_path):
    found = compare(tmp_path, leave(RunBuilder(run_id=CHAMPION, steps=44)))

    assert (found["is_worse"], found["points"]) == (False, 0)
    assert found["sentence"] == (
        "it was not compared with version 1: none of its forecasts was made from the "
        "same data as a window of the backtest"
    )


def test_forecast_without_actuals_is_not_compared(tmp_path):
    found = compare(tmp_path, leave(RunBuilder(run_id=CHAMPION, steps=48)))

    assert "has an actual value yet" in found["sentence"]


def test_unreadable_backtest_is_not_compared(tmp_path):
    unreadable = {"autopilot-output/backtests/backtest.csv": "a,b\n1,2\n"}

    found = compare(tmp_path, leave(RunBuilder(run_id=CHAMPION, steps=42)), unreadable)

    assert not found["is_worse"]
    assert "not compared with version 1: the backtest results" in found["sentence"]


def test_models_compared_twice_are_compared_alike(tmp_path):
    truth = leave(RunBuilder(run_id=CHAMPION, steps=42))
    first = compare(tmp_path, truth)
    _, bucket, _ = lay_out(tmp_path, truth)
    model = {"champion": {"version": 1, "run_id": CHAMPION}}
    bucket.write_json(f"runs/{NOW.run_id}/model.json", model)
    bucket.write_json(f"runs/{NOW.run_id}/comparison.json", first)

    write_comparison(NOW.run_id, bucket)

    assert first["points"] > 0
    assert bucket.read_json(f"runs/{NOW.run_id}/comparison.json") == first


def test_few_points_tell_nothing_apart(tmp_path):
    builder = RunBuilder(items=("drum",), skill=5.0)
    truth = leave(RunBuilder(run_id=CHAMPION, items=("drum",), steps=42, skill=0.1))

    found = compare(tmp_path, truth, builder=builder)

    assert (found["is_worse"], found["high"]) == (False, None)
    assert found["sentence"].endswith("too few to tell them apart")


def test_run_without_a_champion_is_compared_with_none(tmp_path):
    _, bucket, _ = lay_out(tmp_path)
    bucket.write_json(f"runs/{NOW.run_id}/model.json", {"champion": None})

    write_comparison(NOW.run_id, bucket)

    assert f"runs/{NOW.run_id}/comparison.json" not in bucket.s3.objects


def test_report_is_on_the_model_that_forecast(tmp_path):
    trained = RunBuilder(run_id=CHAMPION, steps=42)
    model = {
        "road": "champion",
        "reason": "forecast by version 1",
        "forecast_by": {"version": 1, "run_id": CHAMPION},
        "saved": {"seconds": 3600, "least_usd": 3, "most_usd": 20},
    }
    others = {
        **leave(trained),
        f"runs/{CHAMPION}/candidates.json": json.dumps(trained.candidates()),
        f"runs/{NOW.run_id}/model.json": json.dumps(model),
    }

    reported = make_report(NOW, tmp_path, others=others, without=())

    document = reported.document
    assert document["model"]["reason"] == "forecast by version 1"
    assert document["model"]["trained_by"] == CHAMPION
    assert document["backtest"]["comparable"]
    assert "Autopilot training" not in [
        part["what"] for part in document["took"]["cost"]["parts"]
    ]
    assert document["took"]["cost"]["most"] < 3
    assert "train" not in [stage["stage"] for stage in document["took"]["stages"]]
    assert "Forecast by version 1." in reported.text("report.html")
