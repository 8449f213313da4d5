"""Asynchronous invocations: how often they are tried, and where a failed one goes."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from localaws.iam.roles import RoleClients

log = logging.getLogger(__name__)
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
_RETRIES = 2
_RETRY_SECONDS = (60.0, 120.0)


def count_retries(settings: Mapping[str, Any]) -> int:
    """Say how often a failed invocation is repeated, by the function's settings."""
    return int(settings.get("MaximumRetryAttempts", _RETRIES))


def pause_before(attempt: int) -> float:
    """Give the seconds that AWS waits before an attempt; the first is number 0."""
    return 0.0 if attempt == 0 else _RETRY_SECONDS[attempt - 1]


@dataclass(frozen=True)
class Invocation:
    """An event that a function failed on for the last time."""

    function_arn: str
    role_arn: str
    region: str
    request_id: str
    event: str
    answer: str
    attempts: int


def report_failure(
    failed: Invocation, settings: Mapping[str, Any], clients: RoleClients
) -> None:
    """Send a failed event to its on-failure destination, if it has one."""
    destinations = settings.get("DestinationConfig") or {}
    arn = (destinations.get("OnFailure") or {}).get("Destination")
    if not arn:
        return
    service = arn.split(":")[2]
    client = clients.get(
        service,
        role_arn=failed.role_arn,
        principal="lambda.amazonaws.com",
        region=failed.region,
    )
    try:
        _send(client, service, arn, json.dumps(build_record(failed)))
    except ClientError as error:
        # AWS counts these in a metric; here a person is likely to look at the screen.
        log.error("cannot send a failed event to %s: %s", arn, error)


def build_record(failed: Invocation) -> dict[str, Any]:
    """Build the invocation record that a destination gets.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    moment = datetime.now(UTC).isoformat(timespec="milliseconds")
    return {
        "version": "1.0",
        "timestamp": moment.replace("+00:00", "Z"),
        "requestContext": {
            "requestId": failed.request_id,
            "functionArn": f"{failed.function_arn}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": failed.attempts,
        },
        "requestPayload": json.loads(failed.event),
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "responsePayload": json.loads(failed.answer),
    }


def _send(client: Any, service: str, arn: str, record: str) -> None:
    if service == "sqs":
        # The role may send, and no more: it cannot ask for the queue's URL.
        url = "/".join([client.meta.endpoint_url, *arn.split(":")[-2:]])
        client.send_message(QueueUrl=url, MessageBody=record)
    elif service == "sns":
        client.publish(TopicArn=arn, Message=record)
    elif service == "lambda":
        client.invoke(FunctionName=arn, InvocationType="Event", Payload=record)
    else:
        log.error("cannot send a failed event to %s: no such destination here", arn)
