from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.endings import read_ending
from chalicelib.sweep import (
    TAKES_OVER,
    Span,
    build_ending_event,
    build_event,
    find_untold_ends,
    is_told,
)
from chalicelib.uploads import read_listed, read_upload

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SPAN = Span(NOW, timedelta(hours=1))
ARN = "arn:aws:states:us-east-1:123456789012:execution:machine:run"
ENDED = {
    "executionArn": ARN,
    "stateMachineArn": "machine",
    "name": "run",
    "status": "FAILED",
    "input": "{}",
    "error": "Broken",
    "cause": "it broke",
    "redriveCount": 1,
    "redriveStatus": "REDRIVABLE",
    "startDate": NOW - timedelta(hours=5),
    "stopDate": NOW - timedelta(hours=2, milliseconds=1),
}
TOLD = {
    "status": "FAILED",
    "complete": True,
    "redrive_count": 1,
    "notice": {"request_id": "r", "sent_at": "2026"},
}


def test_swept_upload_reads_as_its_event_would():
    listed = {
        "Key": "raw/ä b.zip",
        "VersionId": "v",
        "ETag": '"e"',
        "Size": 3,
        "LastModified": NOW,
    }
    upload = read_listed("bucket", listed)

    (record,) = build_event(upload)["Records"]

    assert read_upload(record) == upload
    assert upload.event_time == "2026-11-26T12:00:00+00:00"


def test_swept_end_reads_as_its_event_would():
    event = build_ending_event(ENDED, TOLD)

    ending = read_ending(event["detail"])

    assert (ending.status, ending.redrive_count) == ("FAILED", 1)
    assert ending.ended_at == "2026-11-26T09:59:59.999000+00:00"
    assert event[TAKES_OVER] == "r"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, True),
        ({"complete": False}, False),
        ({"redrive_count": 0}, False),
        ({"status": "SUCCEEDED"}, False),
        ({"notice": {"sent_at": None}}, False),
        ({"notice": None}, False),
    ],
)
def test_end_is_told_when_people_know_it(changes, told):
    assert is_told({**TOLD, **changes}, ENDED) is told


@pytest.mark.parametrize("status", [None, [], "text"])
def test_end_without_a_status_is_untold(status):
    assert not is_told(status, ENDED)


class FakeStepFunctions:
    """One ended execution."""

    def __init__(self, **changes):
        self.execution = {**ENDED, **changes}
        self.exhausted = False

    def get_paginator(self, operation):
        assert operation == "list_executions"
        return self

    def paginate(self, stateMachineArn, statusFilter):
        found = self.execution
        yield {"executions": [found] if found["status"] == statusFilter else []}

    def describe_execution(self, executionArn):
        assert executionArn == ARN
        return self.execution


class FakeStore:
    """A bucket without documents."""

    def find_json(self, key):
        assert key == "runs/run/status.json"


@pytest.mark.parametrize(
    ("ago", "found"),
    [
        (timedelta(minutes=30), 0),
        (timedelta(hours=2), 1),
        (timedelta(days=2), 1),
        (timedelta(days=5), 0),
    ],
)
def test_end_is_looked_at_in_its_time(ago, found):
    stepfunctions = FakeStepFunctions(stopDate=NOW - ago, startDate=NOW - ago)

    ends = list(find_untold_ends(stepfunctions, "machine", FakeStore(), SPAN))

    assert len(ends) == found
