"""The queue that keeps events which no function could handle, and its alarm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from deployment.patience import insist
from deployment.resources.message_policies import build_queue_policy, is_policy
from deployment.review import Fix, Review, pair_tags, review_removal, review_tags

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient

    from chalicelib.stages import Stage
    from deployment.options import Options

# Seconds; 14 days are the longest that SQS keeps a message.
_RETENTION = "1209600"
_MISSING_QUEUE = {
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
}


def review_queue(sqs: SQSClient, stage: Stage, options: Options) -> Review:
    """Compare the stage's queue of failed events with what it should be."""
    wanted, policy = build_queue_attributes(options), build_queue_policy(stage)
    attributes = {**wanted, "Policy": json.dumps(policy)}
    url = _find_queue(sqs, stage)
    if url is None:
        create = Fix(
            "queue",
            lambda: insist(
                lambda: sqs.create_queue(
                    QueueName=stage.queue,
                    Attributes=attributes,
                    tags=stage.tags,
                )
            ),
        )
        return Review("queue", stage.queue, False, (create,))
    fixes = []
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    same = all(found.get(name, "") == value for name, value in wanted.items())
    if not same or not is_policy(found.get("Policy"), policy):
        put = Fix(
            "attributes",
            lambda: sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes),
        )
        fixes.append(put)
    fixes += review_tags(
        lambda: sqs.list_queue_tags(QueueUrl=url).get("Tags", {}),
        lambda tags: sqs.tag_queue(QueueUrl=url, Tags=tags),
        stage.tags,
    )
    return Review("queue", stage.queue, True, tuple(fixes))


def build_queue_attributes(options: Options) -> Any:
    """Build how long the queue keeps events, and what it encrypts them with."""
    key = options.kms_key or ""
    return {
        "MessageRetentionPeriod": _RETENTION,
        # One or the other; an empty key is none.
        "KmsMasterKeyId": key,
        "SqsManagedSseEnabled": "false" if key else "true",
    }


def review_queue_removal(sqs: SQSClient, stage: Stage) -> Review:
    """Review a queue that should not be there."""
    url = _find_queue(sqs, stage) or ""
    return review_removal(
        "queue",
        stage.queue,
        exists=bool(url),
        remove=lambda: sqs.delete_queue(QueueUrl=url),
    )


def review_failure_destination(
    functions: LambdaClient, stage: Stage, function: str
) -> Review:
    """Compare where a function's failed events go with where they should.

    The function may be one that is still to be created.
    """
    name = stage.resource(function)
    wanted = build_event_invoke_config(stage)
    found = _find_event_invoke_config(functions, name)
    put = Fix(
        "destination, retries",
        lambda: insist(
            lambda: functions.put_function_event_invoke_config(
                FunctionName=name, **wanted
            )
        ),
    )
    fixes = () if found is not None and _keeps_events(found, wanted) else (put,)
    return Review("on-failure destination of", name, found is not None, fixes)


def _keeps_events(found: Any, wanted: Any) -> bool:
    # Lambda answers with an empty OnSuccess that nobody gave it.
    places = [c.get("DestinationConfig", {}).get("OnFailure") for c in (found, wanted)]
    limits = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds")
    return places[0] == places[1] and all(
        found.get(limit) == wanted[limit] for limit in limits
    )


def build_event_invoke_config(stage: Stage) -> Any:
    """Build what is done with an event that a function fails on."""
    return {
        "MaximumRetryAttempts": 2,
        "MaximumEventAgeInSeconds": 21600,
        "DestinationConfig": {
            "OnFailure": {"Destination": stage.arn("sqs", stage.queue)}
        },
    }


def review_alarm(cloudwatch: CloudWatchClient, stage: Stage) -> Review:
    """Compare the alarm on failed events with what it should be."""
    name = stage.queue
    wanted = build_alarm(stage)
    found = _find_alarm(cloudwatch, name)
    put = Fix(
        "settings",
        lambda: cloudwatch.put_metric_alarm(
            AlarmName=name,
            Tags=pair_tags(stage.tags),
            **wanted,
        ),
    )
    right = found is not None and all(found.get(k) == v for k, v in wanted.items())
    return Review("alarm", name, found is not None, () if right else (put,))


def build_alarm(stage: Stage) -> Any:
    """Build the alarm that rings when an event could not be handled."""
    return {
        "AlarmDescription": (
            f"An event of stage {stage.name} could not be handled; it waits in the "
            f"queue {stage.queue}"
        ),
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateNumberOfMessagesVisible",
        "Dimensions": [{"Name": "QueueName", "Value": stage.queue}],
        "Statistic": "Maximum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": 0.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [stage.arn("sns", stage.topic)],
    }


def review_alarm_removal(cloudwatch: CloudWatchClient, stage: Stage) -> Review:
    """Review an alarm that should not be there."""
    return review_removal(
        "alarm",
        stage.queue,
        exists=_find_alarm(cloudwatch, stage.queue) is not None,
        remove=lambda: cloudwatch.delete_alarms(AlarmNames=[stage.queue]),
    )


def _find_queue(sqs: SQSClient, stage: Stage) -> str | None:
    try:
        return sqs.get_queue_url(QueueName=stage.queue)["QueueUrl"]
    except ClientError as error:
        if error_code(error) in _MISSING_QUEUE:
            return None
        raise


def _find_event_invoke_config(functions: LambdaClient, name: str) -> Any | None:
    try:
        return functions.get_function_event_invoke_config(FunctionName=name)
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return None
        raise


def _find_alarm(cloudwatch: CloudWatchClient, name: str) -> Any | None:
    found = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return found[0] if found else None
