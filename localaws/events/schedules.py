"""EventBridge: rules that go by the clock, as fast as the machine's."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterator
from typing import Any

import moto.events.models as moto_events
from moto.core.utils import unix_time

from localaws.events.rules import send_to_functions
from localaws.lambda_functions.backend import is_at_work
from localaws.machine import Machine
from localaws.waits import shorten

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
# A function that is called more often would keep a laptop busy.
_SHORTEST_SECONDS = 30.0
_LOOK_SECONDS = 1.0


def follow_schedules(machine: Machine) -> None:
    """Send rules with a rate their events, until the machine stops."""
    due: dict[str, float] = {}
    while machine.tasks.sleep(_LOOK_SECONDS):
        now = time.monotonic()
        for rule in list(_list_scheduled()):
            pause = find_pause(rule.scheduled_expression, machine.speedup)
            if pause is None or now < due.setdefault(rule.arn, now + pause):
                continue
            # What a function does takes what it takes, and its hour passes faster.
            if not any(is_at_work(target["Arn"]) for target in rule.targets):
                due[rule.arn] = now + pause
                send_to_functions(rule, build_event(rule))


def find_pause(expression: str, speedup: float) -> float | None:
    """Find the seconds between two events of a rate; None for all else."""
    found = _RATE.fullmatch(expression)
    if found is None:
        return None
    seconds = int(found[1]) * _SECONDS[found[2]]
    return max(shorten(seconds, speedup), _SHORTEST_SECONDS)


def build_event(rule: Any) -> dict[str, Any]:
    """Build the event that a scheduled rule sends."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": rule.account_id,
        "time": unix_time(),
        "region": rule.region_name,
        "resources": [rule.arn],
        "detail": {},
    }


def _list_scheduled() -> Iterator[Any]:
    for regions in list(moto_events.events_backends.values()):
        for backend in list(regions.values()):
            for bus in list(backend.event_buses.values()):
                for rule in list(bus.rules.values()):
                    if rule.scheduled_expression and rule.state == "ENABLED":
                        yield rule
