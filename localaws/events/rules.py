"""EventBridge: events of services, and rules whose targets are functions."""

from __future__ import annotations

import copy
import json
import uuid
from datetime import UTC, datetime
from typing import Any

import moto.events.models as moto_events
from moto.core.utils import unix_time
from moto.events.utils import EventTemplateParser

from localaws.lambda_functions.backend import queue_event
from localaws.lambda_functions.permissions import Source


def publish(
    detail_type: str,
    detail: dict[str, Any],
    *,
    source: str,
    resources: list[str],
    region: str,
    account: str,
) -> None:
    """Send an event of an AWS service to the default bus of an account."""
    event: Any = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": account,
        "time": unix_time(),
        "region": region,
        "resources": resources,
        "detail": detail,
        "ingestion-time": unix_time(),
    }
    bus = moto_events.events_backends[account][region].event_buses["default"]
    for rule in list(bus.rules.values()):
        rule.send_to_targets(event, transform_input=False)


def send_to_functions(rule: Any, event: Any) -> Any:
    """Send an event to a rule's functions; return the rule with its other targets."""
    others = copy.copy(rule)
    others.targets = []
    for target in list(rule.targets):
        if target["Arn"].split(":")[2] == "lambda":
            source = Source("events.amazonaws.com", rule.arn, rule.account_id)
            queue_event(target["Arn"], build_input(target, event), source=source)
        else:
            others.targets.append(target)
    return others


def build_input(target: dict[str, Any], event: dict[str, Any]) -> Any:
    """Build what a target gets: the event, or what the target makes of it."""
    whole = {**event, "time": _spell_time(event["time"])}
    ingested = whole.pop("ingestion-time", None)
    if "Input" in target:
        return json.loads(target["Input"])
    if "InputPath" in target:
        return _follow(target["InputPath"], whole)
    if "InputTransformer" in target:
        transformer = target["InputTransformer"]
        complete: Any = {**whole, "ingestion-time": ingested}
        return EventTemplateParser.parse(
            input_template=transformer["InputTemplate"],
            input_paths_map=transformer.get("InputPathsMap", {}),
            event=complete,
        )
    return whole


def _follow(path: str, event: Any) -> Any:
    for name in path.removeprefix("$").split("."):
        event = event[name] if name else event
    return event


def _spell_time(time: Any) -> str:
    moment = datetime.fromtimestamp(float(time), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
