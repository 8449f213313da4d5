"""Runs that were stopped or failed on the way: no orphan, and the end told right."""

import json

import pytest

from tests.building.local_resources import make_archive
from tests.building.local_stage import STAGE, deploy_stage, wait_for
from tests.end_to_end.test_permissions import role_without_permissions
from tests.end_to_end.test_pipeline import make_table

UPLOAD = make_archive({"TTS.csv": make_table(["a"])})
CREATE = "        autopilot.ensure_autopilot_job("


@pytest.fixture(scope="module")
def slow():
    """A stage whose function takes its time before it creates a job."""
    with deploy_stage() as stage:
        app = stage.project / "app.py"
        text = app.read_text()
        assert CREATE in text
        app.write_text(
            text.replace(CREATE, f"        __import__('time').sleep(4)\n{CREATE}")
        )
        stage.run_script("deploy.py", "--stage", STAGE)
        yield stage


def test_run_stopped_while_its_job_is_created_leaves_none(slow):
    version = slow.put("raw/orphan.zip", UPLOAD)
    arn = wait_for(lambda: slow._find_execution(version))
    run_id = arn.rsplit(":", 1)[1]
    wait_for(lambda: "CreateAutopilotJob" in slow.list_states({"executionArn": arn}))

    slow.stepfunctions.stop_execution(executionArn=arn)

    status = slow.wait_for_json(f"runs/{run_id}/status.json")
    assert (status["status"], status["step"]) == ("ABORTED", "CreateAutopilotJob")
    assert run_id not in slow.list_autopilot_jobs()
    wait_for(lambda: run_id in slow.list_autopilot_jobs())
    assert wait_for(lambda: find_end_of_job(slow, run_id)) == "Stopped"


def find_end_of_job(stage, name):
    job = stage.client("sagemaker").describe_auto_ml_job_v2(AutoMLJobName=name)
    status = job["AutoMLJobStatus"]
    return None if status in {"InProgress", "Stopping"} else status


def test_redriven_run_is_told_as_it_ended(slow):
    with role_without_permissions(slow, "glue-report"):
        failed = slow.upload("raw/redriven.zip", UPLOAD)
        key = f"runs/{failed['name']}/status.json"
        first = slow.wait_for_json(key)

    slow.stepfunctions.redrive_execution(executionArn=failed["executionArn"])

    last = wait_for(lambda: find_success(slow, key))
    assert (first["status"], first["step"]) == ("FAILED", "Report")
    assert (first["remedy"], first["training"]) == ("redrive", None)
    assert (last["remedy"], last["redrive_count"]) == (None, 1)
    assert last["notice"]["sent_at"]


def find_success(stage, key):
    status = json.loads(stage.read(key))
    told = status["complete"] and status["notice"]["sent_at"]
    return status if status["status"] == "SUCCEEDED" and told else None
