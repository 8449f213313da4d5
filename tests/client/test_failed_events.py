"""Events that no function could handle are sent again, each once."""

import json

import boto3
import pytest
from moto import mock_aws

from client.failed_events import count_events, replay_events
from tests.building.scripted_run import STAGE

UPLOAD = {"Records": [{"s3": {"object": {"key": "raw/a.zip"}}}]}
ENDING = {"detail": {"name": "run-1"}}


@pytest.fixture
def sqs():
    with mock_aws():
        client = boto3.client("sqs")
        client.create_queue(QueueName=STAGE.queue)
        yield client


class FakeLambda:
    def __init__(self):
        self.invoked = []

    def invoke(self, FunctionName, InvocationType, Payload):
        self.invoked.append((FunctionName, InvocationType, json.loads(Payload)))


def keep(sqs, function, payload, stage=STAGE):
    record = {
        "requestContext": {"functionArn": f"{stage.function_arn(function)}:$LATEST"},
        "requestPayload": payload,
    }
    put(sqs, json.dumps(record))


def put(sqs, body):
    url = sqs.get_queue_url(QueueName=STAGE.queue)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=body)


def test_events_are_sent_again_and_leave_the_queue(sqs):
    keep(sqs, "on_upload", UPLOAD)
    keep(sqs, "on_execution_end", ENDING)
    functions = FakeLambda()

    replayed = list(replay_events(sqs, functions, STAGE))

    assert sorted(one.what for one in replayed) == ["raw/a.zip", "run-1"]
    assert all(one.sent for one in replayed)
    assert sorted(functions.invoked) == [
        (STAGE.resource("on_execution_end"), "Event", ENDING),
        (STAGE.resource("on_upload"), "Event", UPLOAD),
    ]
    assert count_events(sqs, STAGE) == 0


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        "[]",
        json.dumps({"requestPayload": {}}),
        json.dumps(
            {
                "requestContext": {"functionArn": "arn:aws:lambda:r:1:function:other"},
                "requestPayload": {},
            }
        ),
        json.dumps({"requestContext": {"functionArn": "x"}, "requestPayload": {}}),
    ],
)
def test_strange_message_is_left_and_sent_nowhere(sqs, body):
    put(sqs, body)
    functions = FakeLambda()

    (replayed,) = replay_events(sqs, functions, STAGE)

    assert not replayed.sent
    assert replayed.problem
    assert functions.invoked == []
    assert count_events(sqs, STAGE) == 1


def test_many_events_are_all_sent(sqs):
    for number in range(23):
        keep(sqs, "on_execution_end", {"detail": {"name": f"run-{number}"}})

    assert len(list(replay_events(sqs, FakeLambda(), STAGE))) == 23


def test_event_that_fails_again_is_sent_once_more_only(sqs):
    keep(sqs, "on_upload", UPLOAD)

    class FailingLambda(FakeLambda):
        def invoke(self, FunctionName, InvocationType, Payload):
            keep(sqs, "on_upload", json.loads(Payload))

    replayed = list(replay_events(sqs, FailingLambda(), STAGE))

    assert len(replayed) == 1
    assert count_events(sqs, STAGE) == 1
