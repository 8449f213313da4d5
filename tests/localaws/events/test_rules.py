import json
import time

import pytest

from localaws import serve
from localaws.events.rules import build_input
from tests.building.local_resources import (
    client,
    let_in,
    make_function,
    name,
    read_function_log,
    wait_for,
)

SHOW = "import json\ndef handler(event, context):\n    print(json.dumps(event))\n"
EVENT = {
    "version": "0",
    "id": "1",
    "detail-type": "Something Happened",
    "source": "my.app",
    "account": "123456789012",
    "time": 1700000000.0,
    "region": "us-east-1",
    "resources": [],
    "detail": {"status": "DONE", "items": {"count": 2}},
    "ingestion-time": 1700000000.0,
}


@pytest.fixture(scope="module", autouse=True)
def local():
    with serve() as local:
        yield local


def make_rule(pattern, *, state="ENABLED"):
    """Make a rule with a function as its target; return the function."""
    function = make_function(SHOW)
    let_in(function, "events")
    events = client("events")
    rule = name("rule")
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern), State=state)
    events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": function}])
    return function


def put_event(detail):
    client("events").put_events(
        Entries=[
            {
                "Source": "my.app",
                "DetailType": "Something Happened",
                "Detail": json.dumps(detail),
            }
        ]
    )


def read_events(function):
    return [
        json.loads(line) for line in read_function_log(function) if line.startswith("{")
    ]


def test_matching_event_reaches_the_function():
    function = make_rule({"source": ["my.app"], "detail": {"status": ["DONE"]}})

    put_event({"status": "BEGUN"})
    put_event({"status": "DONE"})

    (event,) = wait_for(lambda: read_events(function))
    assert event["detail"] == {"status": "DONE"}
    assert event["detail-type"] == "Something Happened"
    assert event["time"].endswith("Z")


def test_disabled_rule_sends_nothing():
    enabled = make_rule({"source": ["my.app"]})
    disabled = make_rule({"source": ["my.app"]}, state="DISABLED")

    put_event({})

    wait_for(lambda: read_events(enabled))
    time.sleep(0.2)
    assert read_function_log(disabled) == []


def test_other_targets_still_get_the_event():
    queue = client("sqs").create_queue(QueueName=name("queue"))["QueueUrl"]
    arn = client("sqs").get_queue_attributes(
        QueueUrl=queue, AttributeNames=["QueueArn"]
    )["Attributes"]["QueueArn"]
    events = client("events")
    rule = name("rule")
    events.put_rule(Name=rule, EventPattern=json.dumps({"source": ["my.app"]}))
    events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": arn}])

    put_event({"a": 1})

    (message,) = client("sqs").receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(message["Body"])["detail"] == {"a": 1}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"Input": '{"fixed": 1}'}, {"fixed": 1}),
        ({"InputPath": "$.detail.items"}, {"count": 2}),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"status": "$.detail.status"},
                    "InputTemplate": '{"said": "<status>"}',
                }
            },
            {"said": "DONE"},
        ),
    ],
)
def test_target_may_shape_its_input(target, expected):
    assert build_input(target, EVENT) == expected


def test_plain_target_gets_the_whole_event():
    found = build_input({}, EVENT)

    assert found["time"] == "2023-11-14T22:13:20Z"
    assert found["detail"] == EVENT["detail"]
    assert "ingestion-time" not in found
