"""What Chalice deploys, as it is in the account and as Chalice would make it."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from deployment.review import Outcome, Review, pair_tags, review_tags, unpair_tags

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mypy_boto3_events import EventBridgeClient

    from chalicelib.stages import Stage
    from deployment.clients import Clients
    from deployment.deployment import Deployment

# What a function is, aspect by aspect; None where it does not exist.
Function = dict[str, Any]
# The functions that a rule of EventBridge calls, by events or by the clock.
RULED = ("on_execution_end", "sweep")


def rule_name(stage: Stage, function: str) -> str:
    """Name the rule by which Chalice connects a function."""
    return stage.resource(f"{function}-event")


def find_functions(deployment: Deployment) -> dict[str, Function | None]:
    """Read every function of the stage, with what triggers it."""
    return {
        function: _find(deployment.clients, deployment.stage, function)
        for function in deployment.pipeline.functions
    }


def read_package(folder: Path, stage: Stage) -> dict[str, Function | None]:
    """Read what Chalice would make from its own rendering for Terraform."""
    template = json.loads((folder / "chalice.tf.json").read_text())["resource"]
    digest = hashlib.sha256((folder / "deployment.zip").read_bytes()).digest()
    code = base64.b64encode(digest).decode()
    return {
        function: {
            "code": code,
            "runtime": wanted["runtime"],
            "handler": wanted["handler"],
            "memory": wanted["memory_size"],
            "timeout": wanted["timeout"],
            "variables": wanted["environment"]["variables"],
            "role": stage.role_arn(function),
            "tags": wanted["tags"],
            "trigger": _read_trigger(template, function, stage),
        }
        for function, wanted in template["aws_lambda_function"].items()
    }


def compare_functions(
    stage: Stage,
    before: Mapping[str, Function | None],
    after: Mapping[str, Function | None],
) -> list[Outcome]:
    """Say how each function changes, by hash, configuration, tags and trigger."""
    return [
        _compare(stage.resource(function), before[function], after[function])
        for function in before
    ]


def review_rule_tags(events: EventBridgeClient, stage: Stage, function: str) -> Review:
    """Compare the tags of a rule, which Chalice does not tag, with the stage's.

    The rule may be one that is still to be created.
    """
    name = rule_name(stage, function)
    arn = stage.arn("events", f"rule/{name}")
    tags = _find_rule_tags(events, arn)
    fixes = review_tags(
        lambda: tags,
        lambda wanted: events.tag_resource(ResourceARN=arn, Tags=pair_tags(wanted)),
        stage.tags,
    )
    return Review("tags of rule", name, bool(tags), tuple(fixes))


def _find_rule_tags(events: EventBridgeClient, arn: str) -> dict[str, str]:
    try:
        return unpair_tags(events.list_tags_for_resource(ResourceARN=arn)["Tags"])
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return {}
        raise


def _compare(name: str, before: Function | None, after: Function | None) -> Outcome:
    if before is None:
        return Outcome("function", name, "created")
    differences = tuple(
        aspect for aspect, value in (after or {}).items() if before.get(aspect) != value
    )
    if not differences:
        return Outcome("function", name, "unchanged")
    return Outcome("function", name, "updated", differences)


def _find(clients: Clients, stage: Stage, function: str) -> Function | None:
    try:
        found: Any = clients.functions.get_function(
            FunctionName=stage.resource(function)
        )
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return None
        raise
    configuration = found["Configuration"]
    return {
        "code": configuration["CodeSha256"],
        "runtime": configuration["Runtime"],
        "handler": configuration["Handler"],
        "memory": configuration["MemorySize"],
        "timeout": configuration["Timeout"],
        "variables": configuration.get("Environment", {}).get("Variables", {}),
        "role": configuration["Role"],
        "tags": found.get("Tags", {}),
        "trigger": _find_trigger(clients, stage, function),
    }


def _find_trigger(clients: Clients, stage: Stage, function: str) -> Any:
    if function == "on_upload":
        return _find_notifications(clients, stage)
    if function in RULED:
        return _find_rule(clients, stage, function)
    return None


def _find_notifications(clients: Clients, stage: Stage) -> Any:
    arn = stage.function_arn("on_upload")
    try:
        found: Any = clients.s3.get_bucket_notification_configuration(
            Bucket=stage.bucket, ExpectedBucketOwner=stage.account
        )
    except clients.s3.exceptions.NoSuchBucket:
        return []
    return [
        {
            "events": sorted(item["Events"]),
            "filter": {
                rule["Name"].lower(): rule["Value"]
                for rule in item.get("Filter", {}).get("Key", {}).get("FilterRules", [])
            },
        }
        for item in found.get("LambdaFunctionConfigurations", [])
        if item["LambdaFunctionArn"] == arn
    ]


def _find_rule(clients: Clients, stage: Stage, function: str) -> Any:
    name = rule_name(stage, function)
    try:
        rule = clients.events.describe_rule(Name=name)
        targets = clients.events.list_targets_by_rule(Rule=name)["Targets"]
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return None
        raise
    return {
        "pattern": json.loads(rule.get("EventPattern") or "null"),
        "schedule": rule.get("ScheduleExpression") or None,
        "enabled": rule["State"] == "ENABLED",
        "targets": [item["Arn"] for item in targets],
    }


def _read_trigger(template: Mapping[str, Any], function: str, stage: Stage) -> Any:
    if function == "on_upload":
        (notification,) = template["aws_s3_bucket_notification"].values()
        return [
            {
                "events": sorted(item["events"]),
                "filter": {"prefix": item["filter_prefix"]},
            }
            for item in notification["lambda_function"]
        ]
    if function in RULED:
        rule = template["aws_cloudwatch_event_rule"][f"{function}-event"]
        return {
            "pattern": json.loads(rule.get("event_pattern", "null")),
            "schedule": rule.get("schedule_expression"),
            "enabled": True,
            "targets": [stage.function_arn(function)],
        }
    return None
