"""The first commands of a Chalice user work, or say what to do instead."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.building.local_stage import STAGE, deploy_stage

# What the tests of the functions themselves put into the environment.
OF_THE_TESTS = {
    *("BUCKET", "SAGEMAKER_ROLE_ARN", "STAGE", "STATE_MACHINE_ARN", "TOPIC_ARN"),
}
CHALICE = Path(sys.executable).with_name("chalice")


@pytest.fixture(scope="module")
def stage():
    with deploy_stage() as deployed:
        yield deployed


def run_chalice(stage, *command, given=""):
    return subprocess.run(
        [sys.executable, str(CHALICE), *command],
        cwd=stage.project,
        env={k: v for k, v in stage.environ.items() if k not in OF_THE_TESTS},
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


INSTEAD = {
    "deploy": "python deploy.py --stage dev",
    "delete": "python deploy.py --stage dev --destroy",
    "package": "python deploy.py --stage dev",
    "local": "python -m demo",
}


@pytest.mark.parametrize("name", INSTEAD)
@pytest.mark.parametrize("where", ["dev", STAGE])
def test_command_says_what_to_do_instead(stage, name, where):
    options = {"package": ["out"], "local": ["--no-autoreload"]}.get(name, [])

    done = run_chalice(stage, name, *options, "--stage", where)

    assert done.returncode == 1
    assert INSTEAD[name] in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert len(done.stderr.splitlines()) < 10


def test_functions_are_called_and_read_by_their_names(stage):
    payload = '{"autopilot_job_name": "none-261126145333-2261d48d-local"}'
    called = run_chalice(
        stage, "invoke", "-n", "check_autopilot_job", "--stage", STAGE, given=payload
    )
    logged = run_chalice(stage, "logs", "-n", "check_autopilot_job", "--stage", STAGE)

    assert "Could not find AutoML job" in called.stderr
    assert logged.returncode == 0, logged.stderr
    assert "Could not find AutoML job" in logged.stdout


def test_traceback_names_the_lines_of_the_source(stage):
    payload = '{"autopilot_job_name": "none-261126145333-2261d48d-local"}'
    run_chalice(
        stage, "invoke", "-n", "check_autopilot_job", "--stage", STAGE, given=payload
    )
    logged = run_chalice(stage, "logs", "-n", "check_autopilot_job", "--stage", STAGE)

    frames = re.findall(
        r'File "/var/task/app\.py", line (\d+), in (\w+)', logged.stdout
    )
    source = (stage.project / "app.py").read_text().splitlines()
    lines = {name: source[int(number) - 1].strip() for number, name in frames}
    assert lines == {
        "check_autopilot_job": 'return check_training(event["autopilot_job_name"])',
        "check_training": (
            "job = sagemaker.describe_auto_ml_job_v2(AutoMLJobName=name)"
        ),
    }


def test_unknown_stage_has_no_function_to_call(stage):
    done = run_chalice(stage, "invoke", "-n", "prepare_run", "--stage", "dev")

    assert (done.returncode, "could not find a lambda function" in done.stderr) == (
        2,
        True,
    )
