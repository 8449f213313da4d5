"""A run that waits for a quota says so, once, and no more when it goes on."""

import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from chalicelib.notices import build_notice
from chalicelib.store import Store
from chalicelib.sweep import GRACE, Span
from chalicelib.waiting import find_wait, tell_of_waits
from tests.conftest import BUCKET

RUN_ID = "sales-261123012419-0123abcd-dev"
ARN = f"arn:aws:states:us-east-1:123456789012:execution:machine:{RUN_ID}"
BEGAN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
QUOTA = "SageMaker.ResourceLimitExceededException"
SAID = "The account-level service limit 'ml.m5.4xlarge for transform job usage' is 1"
KEY = f"runs/{RUN_ID}/status.json"


def entered(state, minutes=0):
    return {
        "type": "TaskStateEntered",
        "timestamp": BEGAN + timedelta(minutes=minutes),
        "stateEnteredEventDetails": {"name": state},
    }


def refused(error=QUOTA, cause=SAID, kind="TaskSubmitFailed"):
    key = f"{kind[0].lower()}{kind[1:]}EventDetails"
    return {"type": kind, "timestamp": BEGAN, key: {"error": error, "cause": cause}}


def happened(kind):
    return {"type": kind, "timestamp": BEGAN}


class Machine:
    """A Step Functions with one run, which has a history."""

    def __init__(self, *events):
        self.events = events

    def get_paginator(self, operation):
        return Pages(self, operation)

    def describe_execution(self, *, executionArn):
        return {
            "name": RUN_ID,
            "executionArn": executionArn,
            "startDate": BEGAN,
            "status": "RUNNING",
            "input": json.dumps({"dataset": "sales"}),
        }


class Pages:
    def __init__(self, machine, operation):
        self._machine, self._operation = machine, operation

    def paginate(self, **_):
        if self._operation == "list_executions":
            return [{"executions": [{"name": RUN_ID, "executionArn": ARN}]}]
        newest = list(reversed(self._machine.events))
        return [{"events": newest[:2]}, {"events": newest[2:]}]


WAITING = (entered("Preprocess"), entered("BatchTransform", 5), refused(), refused())


def test_wait_is_found_with_its_state_and_words():
    wait = find_wait(Machine(*WAITING), ARN)

    assert (wait.state, wait.since) == ("BatchTransform", BEGAN + timedelta(minutes=5))
    assert wait.words == (
        f"waits in BatchTransform for a quota of the account since 2026-11-23 01:05 "
        f"UTC: {SAID}"
    )


@pytest.mark.parametrize(
    "events",
    [
        (),
        (entered("BatchTransform"),),
        (entered("BatchTransform"), refused("SageMaker.SdkClientException")),
        (*WAITING, happened("TaskSubmitted")),
        (*WAITING, entered("Report")),
        (*WAITING, happened("TaskSucceeded"), happened("TaskStateExited")),
    ],
)
def test_run_at_work_waits_for_nothing(events):
    assert find_wait(Machine(*events), ARN) is None


def test_lambda_s_word_is_dug_out():
    cause = json.dumps({"errorType": "AutopilotBusy", "errorMessage": "4 of 4 jobs"})
    events = (
        entered("CreateAutopilotJob"),
        refused("AutopilotBusy", cause, "TaskFailed"),
    )

    assert find_wait(Machine(*events), ARN).said == "4 of 4 jobs"


@pytest.fixture
def store():
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        yield Store(s3, BUCKET)


def sweep(store, *events, after):
    told = []
    tell_of_waits(
        store,
        Machine(*events),
        "machine",
        span=Span(BEGAN + after, GRACE),
        publish=told.append,
    )
    return told


EARLY = GRACE - timedelta(minutes=1)
LATE = GRACE + timedelta(minutes=10)


def test_status_says_what_is_waited_for_at_once(store):
    told = sweep(store, *WAITING, after=EARLY)

    status = store.find_json(KEY)
    assert told == []
    assert (status["status"], status["complete"]) == ("RUNNING", False)
    assert (status["step"], status["remedy"]) == ("BatchTransform", None)
    assert SAID in status["reason"]


def test_people_are_told_once_after_an_hour(store):
    told = [
        status
        for after in (EARLY, LATE, 2 * LATE, 3 * LATE)
        for status in sweep(store, *WAITING, after=after)
    ]

    (status,) = told
    notice = build_notice(status, stage="dev")
    assert notice.subject.endswith("waits for a quota")
    assert SAID in notice.text
    assert "python deploy.py --check" in notice.text
    assert store.find_json(KEY)["notice"]["sent_at"]


def test_message_that_failed_is_sent_by_the_next_sweep(store):
    def fail(status):
        raise OSError("no route")

    with pytest.raises(OSError, match="no route"):
        tell_of_waits(
            store,
            Machine(*WAITING),
            "machine",
            span=Span(BEGAN + LATE, GRACE),
            publish=fail,
        )

    assert len(sweep(store, *WAITING, after=LATE)) == 1


def test_run_that_goes_on_waits_no_more(store):
    sweep(store, *WAITING, after=LATE)

    sweep(store, *WAITING, happened("TaskSubmitted"), after=2 * LATE)

    status = store.find_json(KEY)
    assert (status["status"], status["step"], status["reason"]) == (
        "RUNNING",
        None,
        None,
    )


def test_run_that_never_waits_leaves_no_status(store):
    sweep(store, entered("Preprocess"), after=LATE)

    assert store.find_json(KEY) is None


def test_next_state_that_waits_is_told_too(store):
    sweep(store, *WAITING, after=LATE)

    told = sweep(store, *WAITING, entered("Report", 90), refused(), after=3 * LATE)

    assert [status["step"] for status in told] == ["Report"]
