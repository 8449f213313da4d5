"""The whole pipeline on the local AWS: the real app, definition and Glue scripts."""

import csv
import io
import json

import pytest

from tests.building.local_resources import make_archive
from tests.building.local_stage import deploy_stage
from tests.building.paths import SHARED
from tests.building.whole_run_uploads import (
    BAD_UPLOADS,
    assert_refused,
    find_errors,
    make_table,
)

PEER = SHARED / "peer-sample"
HAPPY_PATH = [
    "PrepareRun",
    "FitsOneMachine",
    "Preprocess",
    "ChooseModel",
    "WhichRoad",
    "CreateAutopilotJob",
    "WaitForAutopilotJob",
    "CheckAutopilotJob",
    "IsAutopilotJobDone",
    "RegisterModel",
    "CreateModel",
    "BatchTransform",
    "Report",
    "Done",
]
HORIZON = 12


@pytest.fixture(scope="module")
def stage():
    with deploy_stage() as deployed:
        yield deployed


def read_forecast(stage, run):
    text = stage.read(
        f"output-forecasted-data/{run['dataset']}/{run['run_id']}/forecast.csv"
    )
    return list(csv.DictReader(io.StringIO(text.decode())))


def test_upload_becomes_a_forecast(stage):
    settings = {"TimeSeriesForecastingJobConfig": {"ForecastHorizon": HORIZON}}
    files = {"TTS.csv": make_table(["007", "NA"]), "config.json": json.dumps(settings)}

    ended = stage.upload("raw/band.zip", make_archive(files))

    assert ended["status"] == "SUCCEEDED", ended.get("cause")
    states = stage.list_states(ended)
    assert list(dict.fromkeys(states)) == HAPPY_PATH
    forecast = read_forecast(stage, json.loads(ended["input"]))
    assert [row["item_id"] for row in forecast] == ["007"] * HORIZON + ["NA"] * HORIZON
    assert forecast[0]["timestamp"] == "2024-01-01"
    assert all(
        float(row["p10"]) <= float(row["p50"]) <= float(row["p90"]) for row in forecast
    )


def test_success_is_written_down(stage):
    ended = stage.upload("raw/status.zip", make_archive({"TTS.csv": make_table(["a"])}))

    run = json.loads(ended["input"])
    status = stage.wait_for_json(f"runs/{run['run_id']}/status.json")
    assert (status["status"], status["reason"]) == ("SUCCEEDED", None)
    assert status["forecast_uri"].endswith(f"/{run['run_id']}/forecast.csv")


def test_report_of_a_run_is_whole(stage):
    whole = make_table(["a", "b"])
    lines = whole.splitlines(keepends=True)
    shorter = [line for line in lines if not line.split(",")[1].startswith("2023-1")]
    settings = {"TimeSeriesForecastingJobConfig": {"ForecastHorizon": 6}}
    for table in ("".join(shorter), whole):
        files = {"TTS.csv": table, "config.json": json.dumps(settings)}
        ended = stage.upload("raw/report.zip", make_archive(files))

    run = json.loads(ended["input"])
    folder = f"output-forecasted-data/{run['dataset']}/{run['run_id']}/"
    report = json.loads(stage.read(f"{folder}report.json"))
    status = stage.wait_for_json(f"runs/{run['run_id']}/status.json")
    assert status["warnings"] == []
    assert status["verdict"] == report["verdict"]["sentence"]
    assert report["backtest"]["comparable"]
    (scored,) = report["earlier_forecasts"]["scored"]
    assert (scored["scored_first"], scored["points"]) == ("2023-10-01", 6)
    assert b"SeasonalNaive" in stage.read(f"{folder}leaderboard.csv")
    assert b"<svg" in stage.read(f"{folder}report.html")


@pytest.mark.parametrize("key", ["raw", "raw/plain.csv", "raw/UPPER.ZIP"])
def test_every_kind_of_upload_runs(stage, key):
    table = make_table(["a"])
    body = table if key.endswith(".csv") else make_archive({"data/tts.CSV": table})

    ended = stage.upload(key, body)

    assert ended["status"] == "SUCCEEDED", ended.get("cause")


@pytest.mark.parametrize("name", BAD_UPLOADS)
def test_bad_upload_is_refused_with_reasons(stage, name):
    ended = stage.upload(f"raw/{name}.zip", BAD_UPLOADS[name])

    assert_refused(stage, ended)
    (error, *_) = find_errors(stage, ended)
    assert f"[{error['code']}]" in json.loads(ended["cause"])["ErrorMessage"]


@pytest.mark.parametrize("event", [{"Event": "s3:TestEvent"}, {"Records": []}])
def test_deployed_trigger_takes_an_event_of_nothing(stage, event):
    answer = stage.client("lambda").invoke(
        FunctionName="automl-ts-mlops-pipeline-local-on_upload",
        Payload=json.dumps(event),
    )

    assert "FunctionError" not in answer


def test_second_deploy_changes_nothing(stage):
    printed = stage.run_script("deploy.py", "--stage", "local").stdout

    assert "unchanged" in printed
    assert "created" not in printed
    assert "updated" not in printed


@pytest.mark.skipif(not PEER.exists(), reason=f"needs the peer sample in {PEER}")
def test_peer_sample_is_forecast_as_it_stands(stage):
    settings = (PEER / "automl_problem_config.json").read_bytes()
    stage.put("config/default.json", settings)
    try:
        ended = stage.upload("raw/peer.zip", (PEER / "data.zip").read_bytes())
    finally:
        stage.s3.delete_object(Bucket=stage.bucket, Key="config/default.json")

    assert ended["status"] == "SUCCEEDED", ended.get("cause")
    forecast = read_forecast(stage, json.loads(ended["input"]))
    assert len(forecast) == 3512 * 4
    assert {"product_code", "location_code", "timestamp", "mean", "p50", "p90"} <= set(
        forecast[0]
    )
    run = json.loads(ended["input"])
    folder = f"output-forecasted-data/{run['dataset']}/{run['run_id']}/"
    assert len(stage.read(f"{folder}report.html")) < 10_000_000
    report = json.loads(stage.read(f"{folder}report.json"))
    assert report["data"]["series"] == 3512
    assert report["warnings"] == []
