"""An account that may not do enough is told so before anything is paid for."""

import re

import pytest

from tests.building.local_resources import make_archive
from tests.building.local_stage import STAGE, deploy_stage, wait_for
from tests.building.quota_waits import hold_transform, wait_until_told
from tests.building.whole_run_uploads import make_table

UPLOAD = make_archive({"TTS.csv": make_table("ab", months=36)})
CODES = ("L-5E4153CA", "L-CFC2D5B6", "L-3E1C9273")


@pytest.fixture(scope="module")
def poor():
    """A stage in an account all of whose quotas are nothing."""
    with deploy_stage(quotas={"all": 0}) as stage:
        yield stage


@pytest.fixture
def rich(poor):
    """The same stage, with all quotas raised for the length of a test."""
    poor.quotas.clear()
    yield poor
    poor.quotas["all"] = 0


def test_check_names_what_to_request(poor):
    done = poor.run_script("deploy.py", "--stage", STAGE, "--check", exit_code=1)

    for code in CODES:
        assert re.search(rf"request .*{code}\) is 0 \(needs 1\)", done.stdout)
        assert f"--quota-code {code} --desired-value 1" in done.stdout
    assert "no run can succeed yet (found 3" in done.stderr


def test_deploy_ends_with_what_is_lacking(poor):
    done = poor.run_script("deploy.py", "--stage", STAGE)

    assert all(f"{code}) is 0 (needs 1)" in done.stdout for code in CODES)
    assert "nothing has changed" in done.stdout.splitlines()


def test_run_is_refused_before_it_costs_anything(poor):
    ended = poor.upload("raw/poor.zip", UPLOAD)

    assert (ended["status"], poor.list_states(ended)) == ("FAILED", ["PrepareRun"])
    run_id = ended["name"]
    status = poor.wait_for_json(f"runs/{run_id}/status.json")
    assert status["remedy"] == "redrive"
    assert "nothing was trained" in status["reason"]
    listed = poor.run_script("forecast.py", "list", "--stage", STAGE)
    assert "is 0 (needs 1)" in listed.stdout


def test_refused_run_is_redriven_when_quotas_are_raised(rich):
    (execution, *_) = [e for e in rich.list_executions() if e["status"] == "FAILED"]
    arn = execution["executionArn"]

    rich.stepfunctions.redrive_execution(executionArn=arn)

    assert wait_for(lambda: rich._find_ended(arn))["status"] == "SUCCEEDED"


def test_transform_of_nothing_is_refused_before_training(rich):
    rich.quotas["L-3E1C9273"] = 0
    ended = rich.upload("raw/trainless.zip", UPLOAD)

    assert rich.list_states(ended)[-1] == "ChooseModel"
    assert ended["name"] not in rich.list_autopilot_jobs()


def test_run_that_waits_says_so_until_it_goes_on(rich):
    with hold_transform(rich, "held", UPLOAD) as arn:
        run_id = arn.rsplit(":", 1)[1]
        status = wait_until_told(rich, run_id)
        listed = rich.run_script("forecast.py", "list", "--stage", STAGE)

    ended = wait_for(lambda: rich._find_ended(arn))
    final = rich.wait_for_json(f"runs/{run_id}/status.json")
    said = "waits in BatchTransform for a quota of the account since "
    assert status["reason"].startswith(said)
    assert "'ml.m5.4xlarge for transform job usage' is 0 Instances" in status["reason"]
    assert (
        "waits for free SageMaker instances: quota "
        "'ml.m5.4xlarge for transform job usage' is 0\n"
    ) in listed.stdout
    assert (ended["status"], final["status"]) == ("SUCCEEDED", "SUCCEEDED")
    assert (final["complete"], final["reason"]) == (True, None)
