"""The events that no function could handle: counted, and sent again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

    from chalicelib.stages import Stage

_BATCH = 10
# Time enough to send one batch; what is not sent by then comes back.
_HIDDEN_SECONDS = 60


@dataclass(frozen=True)
class Replay:
    """One event that was sent again, or why it was not."""

    function: str
    what: str
    sent: bool
    problem: str = ""


def count_events(sqs: SQSClient, stage: Stage) -> int:
    """Count the events that are kept, about."""
    found = sqs.get_queue_attributes(
        QueueUrl=_find_url(sqs, stage),
        AttributeNames=[
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
        ],
    )
    return sum(int(value) for value in found["Attributes"].values())


def replay_events(
    sqs: SQSClient, functions: LambdaClient, stage: Stage
) -> Iterator[Replay]:
    """Send each event that is kept now to its function again.

    One that fails again comes back as a new message, and is left for the next time.
    Each function may get an event more than once, so that one whose message could not
    be deleted does no harm. What cannot be read stays in the queue.
    """
    url, seen = _find_url(sqs, stage), set[str]()
    kept = count_events(sqs, stage)
    while len(seen) < kept:
        got = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(_BATCH, kept - len(seen)),
            VisibilityTimeout=_HIDDEN_SECONDS,
            WaitTimeSeconds=1,
        )
        fresh = [m for m in got.get("Messages", []) if m["MessageId"] not in seen]
        if not fresh:
            return
        for message in fresh:
            seen.add(message["MessageId"])
            replay = _send(functions, stage, message)
            if replay.sent:
                handle = message["ReceiptHandle"]
                sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
            yield replay


def _send(functions: LambdaClient, stage: Stage, message: MessageTypeDef) -> Replay:
    try:
        # https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records
        kept = json.loads(message["Body"])
        arn, payload = kept["requestContext"]["functionArn"], kept["requestPayload"]
    except (ValueError, KeyError, TypeError):
        return Replay("?", message["MessageId"], False, "it is no record of Lambda's")
    # It ends in the version that was called.
    known = {stage.function_arn(name): name for name in _HANDLERS}
    function = known.get(":".join(str(arn).split(":")[:7]))
    if function is None:
        return Replay("?", message["MessageId"], False, "it is of no handler of ours")
    functions.invoke(
        FunctionName=stage.resource(function),
        InvocationType="Event",
        Payload=json.dumps(payload).encode(),
    )
    return Replay(function, _describe(payload), True)


_HANDLERS = ("on_upload", "on_execution_end")


def _describe(payload: Any) -> str:
    """Name what an event is about: an upload's key, or a run."""
    if not isinstance(payload, dict):
        return "an event"
    records = payload.get("Records") or []
    try:
        keys = [str(record["s3"]["object"]["key"]) for record in records]
    except (KeyError, TypeError):
        keys = []
    name = (payload.get("detail") or {}).get("name")
    return ", ".join(keys) or str(name or "an event")


def _find_url(sqs: SQSClient, stage: Stage) -> str:
    return sqs.get_queue_url(QueueName=stage.queue)["QueueUrl"]
