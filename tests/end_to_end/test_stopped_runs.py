"""Runs that were stopped or failed on the way: no orphan, and the end told right."""

import json

import pytest

from tests.building.local_resources import make_archive
from tests.building.local_stage import STAGE, deploy_stage, wait_for
from tests.end_to_end.test_permissions import role_without_permissions
from tests.end_to_end.test_pipeline import make_table

UPLOAD = make_archive({"TTS.csv": make_table(["a"])})
CREATE = "        autopilot.ensure_autopilot_job("
CHECK = "        return check_training("
SLOWLY = "        __import__('time').sleep(15)"
DIE_ONCE = """\
        from pathlib import Path
        if not Path("{flag}").exists():
            Path("{flag}").touch()
            __import__("os")._exit(1)"""


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """A stage that takes its time to create a job, and dies at its first check."""
    flag = tmp_path_factory.mktemp("died") / "flag"
    changes = {CREATE: SLOWLY, CHECK: DIE_ONCE.format(flag=flag)}
    with deploy_stage() as stage:
        app = stage.project / "app.py"
        text = app.read_text()
        for line, before in changes.items():
            assert line in text
            text = text.replace(line, f"{before}\n{line}")
        app.write_text(text)
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


def test_killed_check_is_repeated_and_a_redrive_told(slow):
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
    assert "Runtime.ExitError" in list_errors(slow, failed)


def list_errors(stage, execution):
    """List the errors that an execution met, those repeated with luck too."""
    history = stage.stepfunctions.get_execution_history(
        executionArn=execution["executionArn"]
    )
    details = [event.get("taskFailedEventDetails") for event in history["events"]]
    return [found["error"] for found in details if found]


def find_success(stage, key):
    status = json.loads(stage.read(key))
    told = status["complete"] and status["notice"]["sent_at"]
    return status if status["status"] == "SUCCEEDED" and told else None
