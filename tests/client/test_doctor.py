"""Each look at a stage is a sign of its own, and fails alone."""

from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws

from client.connection import Connection
from client.doctor import OK, UNKNOWN, WRONG, Doctor, is_well
from client.patience import Patience
from client.session import Clients
from tests.building.scripted_run import STAGE, FakeStates, make_error, make_execution


class FakeService:
    """Answers each operation with a value, or raises it."""

    def __init__(self, **answers):
        self._answers = answers
        self.meta = SimpleNamespace(region_name=STAGE.region)

    def __getattr__(self, name):
        answer = self._answers.get(name, make_error("ResourceNotFoundException"))

        def call(**_request):
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


class States(FakeStates):
    def describe_state_machine(self, stateMachineArn):
        return {"status": "ACTIVE"}


@pytest.fixture
def s3():
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=STAGE.bucket)
        yield client


def look(s3, executions=(), **services):
    made = {
        "lambda": FakeService(get_function_configuration={"State": "Active"}),
        "glue": FakeService(get_job={"Job": {}}),
        "sqs": FakeService(
            get_queue_url={"QueueUrl": "q"},
            get_queue_attributes={"Attributes": {"ApproximateNumberOfMessages": "2"}},
        ),
        "service-quotas": FakeService(
            get_service_quota={"Quota": {"Value": 0.0, "QuotaCode": "L-1"}}
        ),
        **services,
    }
    clients = Clients(
        s3=s3,
        once=s3,
        sfn=States(executions),
        sagemaker=None,
        logs=None,
        patience=Patience(),
    )
    signs = list(Doctor(Connection(STAGE, clients, made.__getitem__)).look())
    return signs, {sign.name: sign for sign in signs}


def test_each_part_has_its_sign(s3):
    s3.put_bucket_versioning(
        Bucket=STAGE.bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    s3.put_object(Bucket=STAGE.bucket, Key="raw/lost.zip", Body=b"x")

    signs, named = look(s3, [make_execution("FAILED", name="silent")])

    assert named["state machine"].level == OK
    assert named["bucket"].level == OK
    assert named["trigger"].level == WRONG
    assert named["function on_upload"].level == OK
    assert named["Glue job report"].level == OK
    assert named["quotas"].level == WRONG
    assert "request-service-quota-increase" in named["quotas"].remedy
    assert named["failed events"].what.startswith("2 events that no function could")
    assert "doctor --replay --stage dev" in named["failed events"].remedy
    assert "silent" in named["runs"].what
    assert named["uploads"].what == "started no run: raw/lost.zip"
    assert not is_well(signs)


def test_missing_part_and_forbidden_look_are_told_apart(s3):
    functions = FakeService(
        get_function_configuration=make_error("AccessDeniedException")
    )

    _, named = look(s3, glue=FakeService(), **{"lambda": functions})

    assert named["Glue job preprocess"].level == WRONG
    assert "python deploy.py --stage dev" in named["Glue job preprocess"].remedy
    assert named["function on_upload"].level == UNKNOWN


def test_stage_that_is_not_there_is_all_wrong():
    with mock_aws():
        signs, named = look(boto3.client("s3"))

    assert named["bucket"].level == WRONG
    assert not is_well(signs)
