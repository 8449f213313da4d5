"""Who may send to a stage's topic and queue besides its roles, and how.

From https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html and
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chalicelib.stages import Stage

_WITHOUT_TLS = {"Bool": {"aws:SecureTransport": "false"}}


def build_topic_policy(stage: Stage) -> dict[str, Any]:
    """Build the topic's policy: the stage's alarm may publish, and all by TLS only.

    It takes the place of SNS's own, which lets every principal of the account in; who
    has a policy of their own needs no other.
    """
    topic = stage.arn("sns", stage.topic)
    alarm = {
        "StringEquals": {"aws:SourceAccount": stage.account},
        "ArnLike": {"aws:SourceArn": stage.arn("cloudwatch", f"alarm:{stage.queue}")},
    }
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "LetAlarmTellPeople",
                "Effect": "Allow",
                "Principal": {"Service": "cloudwatch.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": topic,
                "Condition": alarm,
            },
            _deny_without_tls("sns:Publish", topic),
        ],
    }


def build_queue_policy(stage: Stage) -> dict[str, Any]:
    """Build the queue's policy: it answers over TLS only."""
    return {
        "Version": "2012-10-17",
        "Statement": [_deny_without_tls("sqs:*", stage.arn("sqs", stage.queue))],
    }


def _deny_without_tls(action: str, resource: str) -> dict[str, Any]:
    return {
        "Sid": "DenyWithoutTls",
        "Effect": "Deny",
        # As the services spell everybody when they give a policy back.
        "Principal": {"AWS": "*"},
        "Action": action,
        "Resource": resource,
        "Condition": _WITHOUT_TLS,
    }


def is_policy(text: str | None, wanted: dict[str, Any]) -> bool:
    """Tell whether what a service gave back is a policy, in whatever spelling."""
    return bool(text) and json.loads(text or "") == wanted
