"""EventBridge: events of services, and rules whose targets are functions."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import moto.events.models as moto_events
from moto.core.utils import unix_time
from moto.events.utils import EventTemplateParser

from localaws.lambdas import queue_event
from localaws.patches import Patches


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
    event = {
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
        rule.send_to_targets(event, transform_input=False)  # type: ignore[arg-type]  # moto's TypedDict has this very shape


def install(patches: Patches) -> None:
    """Give moto's rules the target that they lack."""
    send_to_others = moto_events.Rule.send_to_targets

    def send_to_targets(
        rule: moto_events.Rule, original_event: Any, transform_input: bool = True
    ) -> None:
        # moto sends to the targets of a disabled rule too, and knows no functions.
        if rule.state != "ENABLED" or not rule.event_pattern.matches_event(
            original_event
        ):
            return
        targets = list(rule.targets)
        functions = [t for t in targets if t["Arn"].split(":")[2] == "lambda"]
        for target in functions:
            queue_event(target["Arn"], _build_input(target, original_event))
        others = [target for target in targets if target not in functions]
        if others:
            rule_for_others = _copy_rule(rule, others)
            send_to_others(rule_for_others, original_event, transform_input)

    patches.replace(moto_events.Rule, "send_to_targets", send_to_targets)


def _copy_rule(rule: Any, targets: list[dict[str, Any]]) -> Any:
    copied = object.__new__(type(rule))
    copied.__dict__.update(rule.__dict__, targets=targets)
    return copied


def _build_input(target: dict[str, Any], event: dict[str, Any]) -> Any:
    moment = datetime.fromtimestamp(float(event["time"]), UTC)
    whole = {
        **{k: v for k, v in event.items() if k != "ingestion-time"},
        "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if "Input" in target:
        return json.loads(target["Input"])
    if "InputPath" in target:
        found: Any = whole
        for name in target["InputPath"].removeprefix("$").split("."):
            found = found[name] if name else found
        return found
    if "InputTransformer" in target:
        transformer = target["InputTransformer"]
        return EventTemplateParser.parse(
            input_template=transformer["InputTemplate"],
            input_paths_map=transformer.get("InputPathsMap", {}),
            event={**event, "time": whole["time"]},  # type: ignore[arg-type]  # as above
        )
    return whole
