"""Who trains is the settings' choice, on one and the same pipeline."""

import json
from contextlib import contextmanager

import pytest

from localaws.faults.plan import Fault
from tests.building.local_resources import make_archive
from tests.building.local_stage import STAGE, deploy_stage
from tests.building.whole_run_uploads import make_table

UPLOAD = make_archive({"TTS.csv": make_table("ab", months=36)})
START = ["PrepareRun", "FitsOneMachine", "Preprocess", "ChooseModel", "WhichRoad"]
END = ["Report", "Done"]
WITHOUT_AUTOPILOT = {"L-CFC2D5B6": 0, "L-3E1C9273": 0}


@pytest.fixture(scope="module")
def stage():
    with deploy_stage() as deployed:
        yield deployed


@contextmanager
def set_engine(stage, engine):
    stage.put("config/default.json", json.dumps({"Engine": engine}))
    yield
    stage.s3.delete_object(Bucket=stage.bucket, Key="config/default.json")


def run_with(stage, engine, name):
    with set_engine(stage, engine):
        ended = stage.upload(f"raw/{name}.zip", UPLOAD)
    assert ended["status"] == "SUCCEEDED", ended.get("cause")
    return ended


def read_result(stage, ended, name):
    run = json.loads(ended["input"])
    return stage.read(f"output-forecasted-data/{run['dataset']}/{run['run_id']}/{name}")


def list_road(stage, ended):
    return list(dict.fromkeys(stage.list_states(ended)))


def count_trainings(stage):
    runs = stage.client("glue").get_job_runs(
        JobName=f"automl-ts-mlops-pipeline-{STAGE}-train"
    )
    return len(runs["JobRuns"])


def test_embedded_engine_needs_no_sagemaker(stage):
    jobs = stage.list_autopilot_jobs()

    ended = run_with(stage, "embedded", "short")

    road = [*START, "Train", "IsAutopilotAsked", *END]
    assert list_road(stage, ended) == road
    assert stage.list_autopilot_jobs() == jobs
    report = json.loads(read_result(stage, ended, "report.json"))
    assert report["engine"]["name"] == "the embedded engine"
    assert report["warnings"] == []
    assert report["took"]["cost"]["most"] < 1
    status = stage.wait_for_json(f"runs/{report['run_id']}/status.json")
    assert (status["status"], status["verdict"]) == (
        "SUCCEEDED",
        report["verdict"]["sentence"],
    )


def test_forecast_is_that_of_the_local_autopilot(stage):
    embedded = run_with(stage, "embedded", "same")
    autopilot = run_with(stage, "autopilot", "same")

    files = ("forecast.csv", "items.csv")
    assert "CreateAutopilotJob" in list_road(stage, autopilot)
    assert [read_result(stage, embedded, name) for name in files] == [
        read_result(stage, autopilot, name) for name in files
    ]


def test_both_engines_train_and_are_compared(stage):
    ended = run_with(stage, "both", "both")

    road = list_road(stage, ended)
    assert road[: len(START) + 3] == [
        *START,
        "Train",
        "IsAutopilotAsked",
        "CreateAutopilotJob",
    ]
    report = json.loads(read_result(stage, ended, "report.json"))
    contest = report["contest"]
    # Here the same engine stands in for Autopilot, and so is no better.
    assert (contest["chosen"], contest["gain_percent"]) == ("embedded", 0)
    assert contest["sentence"] == report["verdict"]["notes"][0]
    assert report["warnings"] == []


def test_upload_may_choose_what_costs_less(stage):
    settings = json.dumps({"Engine": "embedded"})
    files = {"TTS.csv": make_table("ab", months=36), "config.json": settings}

    ended = stage.upload("raw/cheap.zip", make_archive(files))

    assert "Train" in list_road(stage, ended)
    assert "CreateAutopilotJob" not in list_road(stage, ended)


def test_upload_may_not_choose_what_costs_more(stage):
    settings = json.dumps({"Engine": "both"})
    files = {"TTS.csv": make_table("ab", months=36), "config.json": settings}
    with set_engine(stage, "embedded"):
        ended = stage.upload("raw/dear.zip", make_archive(files))

    run = json.loads(ended["input"])
    report = stage.read_json(f"runs/{run['run_id']}/data-report.json")
    assert "setting-capped" in [found["code"] for found in report["findings"]]
    assert "CreateAutopilotJob" not in list_road(stage, ended)


def test_killed_training_is_made_good(stage):
    before = count_trainings(stage)
    stage.faults.replace(Fault("killed", "glue", "train", count=1, seconds=0.1))

    ended = run_with(stage, "embedded", "killed")

    stage.faults.replace()
    assert count_trainings(stage) == before + 2
    assert read_result(stage, ended, "forecast.csv")


def test_trained_run_is_redriven_without_training(stage):
    stage.faults.replace(Fault("killed", "glue", "report", count=3, seconds=0.1))
    with set_engine(stage, "embedded"):
        ended = stage.upload("raw/again.zip", UPLOAD)
    assert ended["status"] == "FAILED"
    stage.faults.replace()
    before = count_trainings(stage)

    arn = ended["executionArn"]
    stage.stepfunctions.redrive_execution(executionArn=arn)

    version = json.loads(ended["input"])["version_id"]
    again = stage.wait_for_run(version)
    assert again["status"] == "SUCCEEDED", again.get("cause")
    assert count_trainings(stage) == before


def test_failed_training_says_why(stage):
    with set_engine(stage, "embedded"):
        ended = fail_training(stage)

    status = stage.wait_for_json(f"runs/{ended['name']}/status.json")
    assert (status["step"], status["remedy"]) == ("Train", "redrive")
    assert "process was killed" in status["reason"]
    assert status["log"]["group"] == "/aws-glue/jobs/output"


def fail_training(stage):
    stage.faults.replace(Fault("killed", "glue", "train", seconds=0.1))
    ended = stage.upload("raw/fails.zip", UPLOAD)
    stage.faults.replace()
    return ended


def test_account_without_autopilot_forecasts(stage):
    stage.quotas.update(WITHOUT_AUTOPILOT)
    with set_engine(stage, "embedded"):
        checked = stage.run_script("deploy.py", "--stage", STAGE, "--check")
        ended = stage.upload("raw/poor.zip", UPLOAD)
    stage.quotas.clear()

    assert ended["status"] == "SUCCEEDED", ended.get("cause")
    assert "L-5E4153CA" in checked.stdout
    assert not any(code in checked.stdout for code in WITHOUT_AUTOPILOT)
