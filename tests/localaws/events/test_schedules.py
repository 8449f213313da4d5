import time

import pytest

from localaws import serve
from localaws.events import schedules
from localaws.lambda_functions.backend import is_at_work
from tests.building.local_resources import (
    client,
    let_in,
    make_function,
    name,
    read_function_log,
    wait_for,
)

SLOW = "import time\ndef handler(event, context):\n    print('on')\n    time.sleep(4)\n"
PRINT_SOURCE = 'def handler(event, context):\n    print("from", event["source"])\n'


@pytest.mark.parametrize(
    ("expression", "pause"),
    [
        ("rate(1 hour)", 36.0),
        ("rate(2 days)", 1728.0),
        ("rate(1 minute)", 30.0),
        ("cron(0 12 * * ? *)", None),
    ],
)
def test_rate_goes_by_the_machine_s_clock(expression, pause):
    assert schedules.find_pause(expression, 100.0) == pause


def test_scheduled_rule_calls_its_function(monkeypatch):
    monkeypatch.setattr(schedules, "_SHORTEST_SECONDS", 1.0)
    with serve():
        function, rule = make_function(PRINT_SOURCE), name("rule")
        let_in(function, "events")
        events = client("events")
        events.put_rule(Name=rule, ScheduleExpression="rate(1 minute)")
        events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": function}])

        heard = wait_for(lambda: read_function_log(function))

    assert "from aws.events" in heard


def test_next_event_waits_for_the_last(monkeypatch):
    monkeypatch.setattr(schedules, "_SHORTEST_SECONDS", 0.1)
    with serve():
        function, rule = make_function(SLOW), name("rule")
        let_in(function, "events")
        events = client("events")
        events.put_rule(Name=rule, ScheduleExpression="rate(1 minute)")
        events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": function}])

        wait_for(lambda: is_at_work(function))
        time.sleep(2.5)
        events.disable_rule(Name=rule)
        wait_for(lambda: not is_at_work(function))

        assert read_function_log(function).count("on") == 1
