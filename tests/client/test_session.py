"""Results are collected whatever the run has left, and in whatever order."""

import json
import time
from contextlib import nullcontext
from datetime import UTC, datetime

import boto3
import pytest
from moto import mock_aws

from chalicelib.keys import run_key
from client.errors import CommandError, WrongStateError
from client.patience import Patience
from client.session import Clients, Session
from client.uploads import SentUpload
from tests.building.scripted_run import (
    RUN_ID,
    STAGE,
    FakeEndings,
    FakeSageMaker,
    FakeStates,
    RecordingDisplay,
)

REFUSED = {
    "outcome": "refused",
    "findings": [{"code": "a", "level": "error", "what": "no TTS", "remedy": "add"}],
}
LOG_GROUP = "/aws/lambda/automl-ts-mlops-pipeline-dev-on_upload"
GLUE_CAUSE = json.dumps({"ErrorMessage": "Command failed with exit code 1"})


class QuietDisplay(RecordingDisplay):
    def waiting(self, text):
        return nullcontext()

    def watching(self):
        return nullcontext()


@pytest.fixture
def s3():
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=STAGE.bucket)
        yield client


def put(s3, name, document):
    body = json.dumps(document)
    s3.put_object(Bucket=STAGE.bucket, Key=run_key(RUN_ID, name), Body=body)


def write_log(*messages):
    logs = boto3.client("logs")
    place = {"logGroupName": LOG_GROUP, "logStreamName": "one"}
    logs.create_log_group(logGroupName=LOG_GROUP)
    logs.create_log_stream(**place)
    now = round(time.time() * 1000)
    events = [{"timestamp": now, "message": message} for message in messages]
    logs.put_log_events(**place, logEvents=events)


def make_session(s3, states, output, sleep=lambda _: None):
    clients = Clients(
        s3=s3,
        once=s3,
        sfn=states,
        sagemaker=FakeSageMaker(),
        logs=boto3.client("logs"),
        patience=Patience(sleep=sleep),
    )
    display = QuietDisplay()
    return Session(clients, STAGE, output=output, display=display, sleep=sleep)


def test_late_status_is_waited_for(s3, tmp_path):
    states = FakeEndings(["FAILED"], cause=GLUE_CAUSE)
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            put(s3, "status.json", {"status": "FAILED", "reason": "the reason"})

    outcome = make_session(s3, states, tmp_path, sleep).watch(RUN_ID)

    assert outcome.reason == "the reason"


def test_missing_status_is_waited_for_only_so_long(s3, tmp_path):
    states = FakeEndings(["FAILED"], cause=GLUE_CAUSE)
    waits = []

    outcome = make_session(s3, states, tmp_path, waits.append).watch(RUN_ID)

    assert outcome.reason == "Command failed with exit code 1"
    assert 20 <= sum(waits) <= 25


def test_refusal_speaks_when_glue_does_not(s3, tmp_path):
    put(s3, "data-report.json", REFUSED)
    states = FakeEndings(["FAILED"], cause=GLUE_CAUSE)

    outcome = make_session(s3, states, tmp_path).watch(RUN_ID)

    assert "[a] no TTS; add" in outcome.reason
    assert not outcome.succeeded


def test_dataset_comes_from_whoever_knows(s3, tmp_path):
    put(s3, "run.json", {"dataset": "from-run"})
    put(s3, "status.json", {"status": "SUCCEEDED", "dataset": None})

    outcome = make_session(s3, FakeStates(), tmp_path).fetch(RUN_ID)

    assert outcome.dataset == "from-run"
    assert outcome.results.folder == tmp_path / "from-run" / RUN_ID


def test_old_run_is_fetched_without_its_execution(s3, tmp_path):
    put(s3, "status.json", {"status": "SUCCEEDED", "dataset": "sales"})

    outcome = make_session(s3, FakeStates(), tmp_path).fetch(RUN_ID)

    assert outcome.succeeded


def test_redriven_run_that_goes_on_is_not_fetched(s3, tmp_path):
    put(s3, "status.json", {"status": "FAILED", "dataset": "sales"})

    with pytest.raises(WrongStateError, match="is still going"):
        make_session(s3, FakeEndings(["RUNNING"]), tmp_path).fetch(RUN_ID)


def test_status_of_an_earlier_ending_is_not_believed(s3, tmp_path):
    put(s3, "status.json", {"status": "FAILED", "reason": "old", "redrive_count": 0})
    states = FakeEndings(["SUCCEEDED"], redriveCount=1)
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 4:
            put(s3, "status.json", {"status": "SUCCEEDED", "redrive_count": 1})

    outcome = make_session(s3, states, tmp_path, sleep).watch(RUN_ID)

    assert (outcome.status, outcome.reason) == ("SUCCEEDED", "")
    assert len(waits) == 4


def test_bare_status_is_waited_for_until_it_is_complete(s3, tmp_path):
    bare = {"status": "FAILED", "complete": False, "reason": "bare"}
    put(s3, "status.json", bare)
    whole = {**bare, "complete": True, "step": "Preprocess", "remedy": "upload"}
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            put(s3, "status.json", {**whole, "reason": "all of it"})

    outcome = make_session(s3, FakeEndings(["FAILED"]), tmp_path, sleep).watch(RUN_ID)

    assert (outcome.step, outcome.remedy) == ("Preprocess", "upload")
    assert outcome.reason == "all of it"


def test_bare_status_is_taken_when_nothing_follows(s3, tmp_path):
    put(s3, "status.json", {"status": "FAILED", "complete": False, "reason": "bare"})
    waits = []

    outcome = make_session(s3, FakeEndings(["FAILED"]), tmp_path, waits.append).watch(
        RUN_ID
    )

    assert outcome.reason == "bare"
    assert 20 <= sum(waits) <= 25


def test_going_run_is_not_fetched(s3, tmp_path):
    session = make_session(s3, FakeEndings(["RUNNING"]), tmp_path)

    with pytest.raises(CommandError, match=f"follow {RUN_ID} --stage dev"):
        session.fetch(RUN_ID)


def test_broken_document_is_one_clear_error(s3, tmp_path):
    s3.put_object(
        Bucket=STAGE.bucket, Key=run_key(RUN_ID, "status.json"), Body=b"{half"
    )

    with pytest.raises(CommandError, match=r"status.json is not JSON"):
        make_session(s3, FakeStates(), tmp_path).fetch(RUN_ID)


def test_trigger_that_failed_is_quoted(s3, tmp_path):
    write_log("START RequestId: 1", "[ERROR] AccessDenied\n  at x", "REPORT 1")
    upload = SentUpload("raw/x.zip", "v1", "e1", datetime.now(UTC))

    with pytest.raises(CommandError) as caught:
        make_session(s3, FakeStates(), tmp_path).find_run(upload)

    assert str(caught.value).splitlines()[1:] == [
        "  on_upload said:",
        "  [ERROR] AccessDenied",
    ]


def test_trigger_that_was_never_called_is_told(s3, tmp_path):
    upload = SentUpload("raw/x.zip", "v1", "e1", datetime.now(UTC))

    with pytest.raises(CommandError, match="has not been called since"):
        make_session(s3, FakeStates(), tmp_path).find_run(upload)
