"""A run of the embedded engine: what it writes, and what it does not do twice."""

import json

import boto3
import pytest
from moto import mock_aws

from tests.building.training_jobs import CONFIG, HORIZON, make_sales
from trainer import training
from trainer.training import MOST_SECONDS, Attempt, RunPlace, build_task

BUCKET = "bucket"
PLACE = RunPlace(BUCKET, "run", "sales")
RAW = "output-forecasted-data/sales/run/raw/part-0.csv.out"
BESIDE = "output-forecasted-data/sales/run/raw-embedded/part-0.csv.out"


def make_settings(**changed):
    return {
        "TimeSeriesForecastingJobConfig": CONFIG,
        "AutoMLJobObjective": {"MetricName": "WAPE"},
        "Engine": "embedded",
        "dataset": "another",
        "bucket": "another",
        **changed,
    }


@pytest.fixture
def s3():
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        put(client, "runs/run/settings.json", json.dumps(make_settings()))
        put(client, "input/run/train/train.csv", make_sales())
        put(client, "input/run/transform/part-0.csv", make_sales())
        yield client


def put(s3, key, body):
    s3.put_object(Bucket=BUCKET, Key=key, Body=body)


def read(s3, key):
    return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()


def list_keys(s3):
    return {one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET)["Contents"]}


def run(s3, folder):
    said = []
    Attempt(s3, PLACE, folder, said.append).run()
    return said


def test_run_is_trained_and_forecast(s3, tmp_path):
    run(s3, tmp_path)

    rows = read(s3, RAW).splitlines()
    assert rows[0] == "item,shop,month,mean,p10,p50,p90"
    assert (len(rows) - 1) % HORIZON == 0
    candidates = json.loads(read(s3, "runs/run/candidates.json"))
    best = candidates["candidates"][-1]
    assert (candidates["engine"], best["label"]) == ("embedded", "ensemble")
    assert candidates["best_candidate"] == best["name"]
    assert best["objective"]["name"] == "WAPE"
    named = (best["backtest_results_uri"], best["explainability_uri"])
    for uri in (*named, candidates["model_uri"]):
        prefix = uri.removeprefix(f"s3://{BUCKET}/")
        assert any(key.startswith(prefix) for key in list_keys(s3))


def test_second_attempt_finds_all_done(s3, tmp_path):
    run(s3, tmp_path)
    before = {key: read(s3, RAW) for key in (RAW,)} | {"keys": list_keys(s3)}

    said = run(s3, tmp_path)

    assert said == [
        "the model is there already: nothing is trained again",
        "the forecast is there already",
    ]
    assert {RAW: read(s3, RAW), "keys": list_keys(s3)} == before


def test_attempt_goes_on_where_one_was_killed(s3, tmp_path):
    put(s3, "input/run/transform/part-1.csv", make_sales())
    run(s3, tmp_path)
    whole = read(s3, RAW)
    s3.delete_object(Bucket=BUCKET, Key=RAW)

    said = run(s3, tmp_path)

    assert said[-1] == "forecast from 1 files"
    assert "nothing is trained again" in said[0]
    assert read(s3, RAW) == whole


def test_attempt_that_was_killed_in_training_begins_anew(s3, tmp_path):
    run(s3, tmp_path)
    whole = read(s3, RAW)
    for key in (RAW, "runs/run/candidates.json"):
        s3.delete_object(Bucket=BUCKET, Key=key)

    run(s3, tmp_path)

    assert read(s3, RAW) == whole


def test_beside_autopilot_nothing_of_its_is_touched(s3, tmp_path):
    put(s3, "runs/run/settings.json", json.dumps(make_settings(Engine="both")))

    run(s3, tmp_path)

    keys = list_keys(s3)
    assert {BESIDE, "runs/run/candidates-embedded.json"} <= keys
    assert not {RAW, "runs/run/candidates.json"} & keys
    written = [key for key in keys if key.startswith("autopilot-output/")]
    assert all(key.startswith("autopilot-output/run/embedded/") for key in written)


def test_settings_have_no_say_in_where_it_writes(s3, tmp_path):
    run(s3, tmp_path)

    assert not any("another" in key for key in list_keys(s3))


@pytest.mark.parametrize(
    ("asked", "given"), [(None, MOST_SECONDS), (60, 60), (86_400, MOST_SECONDS)]
)
def test_training_ends_before_its_job(asked, given):
    criteria = {} if asked is None else {"MaxAutoMLJobRuntimeInSeconds": asked}
    config = {**CONFIG, "CompletionCriteria": criteria}

    task = build_task(make_settings(TimeSeriesForecastingJobConfig=config), PLACE)

    limit = task.config["CompletionCriteria"]["MaxAutoMLJobRuntimeInSeconds"]
    assert limit == given


def test_cut_training_is_told(s3, tmp_path, monkeypatch):
    config = {**CONFIG, "CompletionCriteria": {"MaxAutoMLJobRuntimeInSeconds": 1}}
    settings = make_settings(TimeSeriesForecastingJobConfig=config)
    put(s3, "runs/run/settings.json", json.dumps(settings))

    def cut(*args, **kwargs):
        model = fit(*args, **kwargs)
        model.manifest["clock_fired"] = True
        return model

    fit = training.fit
    monkeypatch.setattr(training, "fit", cut)
    run(s3, tmp_path)

    candidates = json.loads(read(s3, "runs/run/candidates.json"))
    assert candidates["secondary_status"] == "MaxAutoMLJobRuntimeReached"
    assert "training was cut at its limit" in candidates["warnings"][0]
