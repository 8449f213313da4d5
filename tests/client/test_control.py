"""A run is stopped with all that is paid for, and goes on where that can help."""

import boto3
import pytest
from moto import mock_aws

from chalicelib.keys import run_key
from client.control import Control
from client.errors import WrongStateError
from client.follow import NoSuchRunError
from client.patience import Patience
from client.session import Clients
from tests.building.scripted_run import (
    RUN_ID,
    STAGE,
    FakeEndings,
    FakeStates,
    make_error,
)

ARN = STAGE.execution_arn(RUN_ID)


class SwitchedStates(FakeEndings):
    def __init__(self, status, **fields):
        super().__init__([status], **fields)
        self.asked = []

    def stop_execution(self, **request):
        self.asked.append(("stop", request))

    def redrive_execution(self, executionArn, clientToken):
        self.asked.append(("redrive", executionArn))


class SwitchedSageMaker:
    def __init__(self, *, trains=True, transforms=(), denied=False):
        self._trains, self._transforms, self._denied = trains, transforms, denied
        self.stopped = []

    def stop_auto_ml_job(self, AutoMLJobName):
        if self._denied:
            raise make_error("AccessDeniedException")
        if not self._trains:
            raise make_error("ResourceNotFound")
        self.stopped.append(AutoMLJobName)

    def list_transform_jobs(self, NameContains, StatusEquals):
        if self._denied:
            raise make_error("AccessDeniedException")
        jobs = [{"TransformJobName": name} for name in self._transforms]
        return {"TransformJobSummaries": jobs}

    def stop_transform_job(self, TransformJobName):
        self.stopped.append(TransformJobName)


@pytest.fixture
def s3():
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=STAGE.bucket)
        yield client


def make_control(states, sagemaker=None, s3=None):
    clients = Clients(
        s3=s3,
        once=s3,
        sfn=states,
        sagemaker=sagemaker or SwitchedSageMaker(),
        logs=None,
        patience=Patience(),
    )
    return Control(clients, STAGE)


def test_run_is_stopped_with_its_jobs_and_a_reason():
    states = SwitchedStates("RUNNING")
    sagemaker = SwitchedSageMaker(transforms=[f"{RUN_ID}-1"])

    stopped = make_control(states, sagemaker).cancel(RUN_ID, "wrong file")

    assert stopped == ["the run", "its training", "its transform"]
    assert sagemaker.stopped == [RUN_ID, f"{RUN_ID}-1"]
    ((_, request),) = states.asked
    assert request == {
        "executionArn": ARN,
        "error": "Cancelled",
        "cause": "wrong file",
    }


@pytest.mark.parametrize(
    "sagemaker", [SwitchedSageMaker(trains=False), SwitchedSageMaker(denied=True)]
)
def test_run_is_stopped_without_jobs_to_reach(sagemaker):
    stopped = make_control(SwitchedStates("RUNNING"), sagemaker).cancel(RUN_ID, "x")

    assert stopped == ["the run"]


def test_run_that_has_ended_is_not_stopped():
    states = SwitchedStates("SUCCEEDED")

    with pytest.raises(WrongStateError, match="has ended"):
        make_control(states).cancel(RUN_ID, "x")

    assert states.asked == []


def test_run_that_is_not_there_is_said():
    with pytest.raises(NoSuchRunError):
        make_control(FakeStates()).cancel(RUN_ID, "x")


@pytest.mark.parametrize("status", [None, b'{"remedy": "redrive"}'])
def test_failed_run_goes_on(s3, status):
    if status:
        key = run_key(RUN_ID, "status.json")
        s3.put_object(Bucket=STAGE.bucket, Key=key, Body=status)
    states = SwitchedStates("FAILED", redriveStatus="REDRIVABLE")

    make_control(states, s3=s3).resume(RUN_ID)

    assert states.asked == [("redrive", ARN)]


@pytest.mark.parametrize(
    ("status", "fields", "complaint"),
    [
        ("RUNNING", {}, "goes on; follow it with"),
        ("SUCCEEDED", {}, "has succeeded; see"),
        (
            "FAILED",
            {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": "too old"},
            r"cannot go on \(too old\); only a new upload helps",
        ),
        ("FAILED", {}, r"cannot go on \(no TTS.csv in it\); only a new upload helps"),
    ],
)
def test_run_that_cannot_go_on_says_why(s3, status, fields, complaint):
    ended = b'{"remedy": "upload", "reason": "no TTS.csv\\nin it"}'
    s3.put_object(Bucket=STAGE.bucket, Key=run_key(RUN_ID, "status.json"), Body=ended)
    states = SwitchedStates(status, **fields)

    with pytest.raises(WrongStateError, match=complaint):
        make_control(states, s3=s3).resume(RUN_ID)

    assert states.asked == []
