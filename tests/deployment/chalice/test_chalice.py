"""What Chalice is told, what it recorded, and what it says when it fails."""

import json
import os

import pytest
from chalice.config import Config

from deployment.chalice.command import Chalice, find_reason
from deployment.chalice.record import read_record
from deployment.chalice.stage_files import (
    read_stage_options,
    review_stage_file,
    review_stage_file_removal,
    with_stage,
)
from deployment.errors import DeploymentError
from deployment.options import Options
from deployment.pipeline import Pipeline
from deployment.resources.policies import PolicyTemplates
from tests.building.made_up_account import make_stage
from tests.building.paths import ROOT

STAGE = make_stage()
PIPELINE = Pipeline(ROOT)
FUNCTIONS, PARTS = PIPELINE.functions, PIPELINE.parts
CONFIG = json.loads((ROOT / ".chalice" / "config.json").read_text())


def make_project(folder):
    chalice = folder / ".chalice"
    chalice.mkdir()
    (chalice / "config.json").write_text(json.dumps(CONFIG))
    return folder


def write_record(project, stage):
    path = project / ".chalice" / "deployed" / f"{stage.name}.json"
    path.parent.mkdir(exist_ok=True)
    resources = [
        {
            "name": "on_upload",
            "resource_type": "lambda_function",
            "lambda_arn": stage.function_arn("on_upload"),
        },
        {"name": "on_upload-log-group", "resource_type": "log_group"},
    ]
    path.write_text(json.dumps({"resources": resources, "schema_version": "2.0"}))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_chalice_finds_each_functions_own_policy(function):
    config = Config(
        "dev",
        function,
        config_from_disk=with_stage(CONFIG, STAGE, Options(), FUNCTIONS),
    )

    assert config.iam_policy_file == f"policies/{function}.json"
    assert config.autogen_policy is False
    assert config.environment_variables["BUCKET"] == STAGE.bucket
    assert config.lambda_timeout >= 60
    assert config.tags["Stage"] == "dev"


def test_sweep_has_the_time_that_a_thousand_runs_take():
    disk = with_stage(CONFIG, STAGE, Options(), FUNCTIONS)

    seconds = Config("dev", "sweep", config_from_disk=disk).lambda_timeout

    assert seconds == 900


def test_other_stages_and_own_settings_stay():
    mine = {"dev": {"lambda_memory_size": 512}, "prod": {"lambda_timeout": 9}}

    config = with_stage({**CONFIG, "stages": mine}, STAGE, Options(), FUNCTIONS)

    assert config["stages"]["prod"] == mine["prod"]
    assert config["stages"]["dev"]["lambda_memory_size"] == 512


def test_options_are_remembered_beside_the_configuration(tmp_path):
    project = make_project(tmp_path)
    options = Options(subnet_ids=("subnet-1",), security_group_ids=("sg-1",))
    changes = [review_stage_file(project, STAGE, options).settle().change for _ in "12"]

    assert changes == ["created", "unchanged"]
    assert read_stage_options(project, "dev") == options
    assert read_stage_options(project, "prod") == Options()
    assert json.loads((project / ".chalice" / "config.json").read_text()) == CONFIG


def test_destroyed_stage_forgets_its_options(tmp_path):
    project = make_project(tmp_path)
    review_stage_file(project, STAGE, Options(notify=("a@b.org",))).settle()

    review_stage_file_removal(project, STAGE).settle()

    assert read_stage_options(project, "dev") == Options()


@pytest.mark.parametrize("part", PARTS)
def test_every_policy_fills_in(part):
    policy = PolicyTemplates(ROOT).build(part, STAGE, Options())

    assert policy["Statement"]
    assert "${" not in json.dumps(policy)


def test_stage_without_record_may_be_deployed(tmp_path):
    record = read_record(tmp_path, "dev")

    record.check(STAGE)
    assert record.function_arns == {}


@pytest.mark.parametrize(
    "elsewhere", [make_stage(account="210987654321"), make_stage(region="us-east-1")]
)
def test_stage_deployed_elsewhere_is_refused(tmp_path, elsewhere):
    write_record(make_project(tmp_path), elsewhere)

    with pytest.raises(DeploymentError, match="was deployed to account"):
        read_record(tmp_path, "dev").check(STAGE)


def test_stage_deployed_here_may_be_deployed_again(tmp_path):
    write_record(make_project(tmp_path), STAGE)

    record = read_record(tmp_path, "dev")

    record.check(STAGE)
    assert record.function_arns == {"on_upload": STAGE.function_arn("on_upload")}


OUTPUT = """\
Creating deployment package.
Traceback (most recent call last):
  File "deployer.py", line 380, in deploy
    raise ChaliceDeploymentError(e)
chalice.deploy.deployer.ChaliceDeploymentError: ERROR - While deploying your chalice \
application, received the following error:

 An error occurred (AccessDenied) when calling the CreateRole
 operation: no
"""


def test_last_exception_is_the_reason():
    reason = find_reason(OUTPUT)

    assert reason.startswith("chalice.deploy.deployer.ChaliceDeploymentError: ERROR")
    assert reason.endswith("when calling the CreateRole operation: no")
    assert "\n" not in reason


@pytest.mark.parametrize(
    ("output", "reason"),
    [("No region configured.\n", "No region configured."), ("", "nothing")],
)
def test_last_line_is_the_reason_without_exception(output, reason):
    assert find_reason(output) == reason


def start_chalice(folder, *, app='"""Said to people."""\n'):
    (folder / ".chalice").mkdir()
    (folder / "app.py").write_text(app)
    return Chalice(folder, STAGE.region, None, os.environ).start("deploy", stage="dev")


def test_chalice_that_is_not_asked_to_go_on_does_nothing(tmp_path):
    with start_chalice(tmp_path):
        pass

    assert [path.name for path in tmp_path.rglob("*.json")] == []


@pytest.mark.parametrize(
    ("app", "reason"),
    [("", "is a chalice project"), ("def broken(:\n", "SyntaxError: invalid syntax")],
)
def test_chalice_says_why_it_could_not_go_on(tmp_path, app, reason):
    told = rf"`chalice deploy --stage dev` failed \(it said: .*{reason}"

    with (
        start_chalice(tmp_path, app=app) as finish,
        pytest.raises(DeploymentError, match=told),
    ):
        finish()
