"""What is deployed is read off the state machine and the policies."""

import json

import boto3
import pytest
from moto import mock_aws

import app
from deployment.apply import deploy
from deployment.chalice.record import read_record
from deployment.errors import DeploymentError
from deployment.pipeline import Pipeline, map_glue_jobs
from tests.building.made_up_deployment import (
    STAGE,
    copy_small_project,
    make_deployment,
)
from tests.building.paths import ROOT

PIPELINE = Pipeline(ROOT)
NEW = "approve_forecast"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "TellPeople",
            "Effect": "Allow",
            "Action": ["sns:Publish"],
            "Resource": ["arn:${Partition}:sns:${Region}:${Account}:${Topic}"],
        }
    ],
}


def add_state(project):
    """Put a state that calls a new function before the report."""
    path = project / "statemachine.asl.json"
    machine = json.loads(path.read_text())
    states = machine["States"]
    states["ApproveForecast"] = {
        **states["PrepareRun"],
        "Parameters": {"FunctionName": "${ApproveForecastFunctionArn}"},
        "Next": "Report",
    }
    states["BatchTransform"]["Next"] = "ApproveForecast"
    path.write_text(json.dumps(machine))


def add_policy(project):
    path = project / ".chalice" / "policies" / f"{NEW}.json"
    path.write_text(json.dumps(POLICY))


@pytest.fixture
def project(tmp_path):
    return copy_small_project(tmp_path)


@pytest.fixture
def extended(project):
    add_state(project)
    add_policy(project)
    return project


@pytest.fixture
def deployed(extended, no_policies_on_buckets):
    """A stage whose state machine has one state more, and its project."""
    with mock_aws():
        deploy(make_deployment(extended), lambda line: None)
        yield extended


def client(service):
    return boto3.client(service, region_name=STAGE.region)


def test_new_state_gets_its_function(deployed):
    machine = client("stepfunctions").describe_state_machine(
        stateMachineArn=STAGE.state_machine_arn
    )

    state = json.loads(machine["definition"])["States"]["ApproveForecast"]
    assert state["Parameters"] == {"FunctionName": STAGE.function_arn(NEW)}


def test_machine_may_call_the_new_function(deployed):
    name = STAGE.resource("states")
    found = client("iam").get_role_policy(RoleName=name, PolicyName=name)

    statements = {s["Sid"]: s for s in found["PolicyDocument"]["Statement"]}
    assert statements["CallLambdas"]["Resource"] == [
        STAGE.function_arn(function) for function in (*PIPELINE.state_functions, NEW)
    ]


def test_new_function_has_its_own_role_and_log(deployed):
    name = STAGE.resource(NEW)
    found = client("iam").get_role_policy(RoleName=name, PolicyName=name)
    groups = client("logs").describe_log_groups()["logGroups"]

    (statement,) = found["PolicyDocument"]["Statement"]
    assert statement["Resource"] == [STAGE.arn("sns", STAGE.topic)]
    assert f"/aws/lambda/{name}" in [group["logGroupName"] for group in groups]


def test_chalice_deploys_the_new_function(deployed):
    record = read_record(deployed, "dev")

    assert record.function_arns[NEW] == STAGE.function_arn(NEW)


def test_state_without_function_is_refused(project):
    add_state(project)

    with pytest.raises(DeploymentError, match=f"found {NEW}"):
        list(Pipeline(project).functions)


def test_function_that_no_state_calls_is_an_event_s(project):
    add_policy(project)

    assert Pipeline(project).event_functions == (NEW, *PIPELINE.event_functions)


def test_glue_job_of_a_state_is_found():
    definition = '"${TrainModelJobName}" "${PreprocessJobName}" "${TrainModelJobName}"'

    assert map_glue_jobs(definition) == {
        "TrainModelJobName": "train_model",
        "PreprocessJobName": "preprocess",
    }


def test_app_policies_and_states_name_the_same_functions():
    handlers = set(app.app.handler_map)

    assert handlers == set(PIPELINE.functions)
    assert set(PIPELINE.event_functions) == {"on_upload", "on_execution_end", "sweep"}


def test_every_glue_job_has_its_script():
    jobs = {"preprocess", "preprocess_on_spark", "train", "compare_models", "report"}

    assert set(PIPELINE.glue_jobs) == jobs
    assert all((ROOT / "glue" / f"{job}.py").exists() for job in jobs - {"train"})
    assert (ROOT / "trainer" / "train.py").exists()
