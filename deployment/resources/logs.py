"""Log groups that forget: of the Lambda functions and of the state machine.

Chalice can set a retention too, but then it can no longer render itself for Terraform.
The groups of Glue and SageMaker belong to the whole account and are left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployment.review import Fix, Review, review_removal, review_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import LogGroupTypeDef

    from chalicelib.stages import Stage
    from deployment.options import Options

RETENTION_DAYS = 30


def list_log_groups(stage: Stage, functions: Iterable[str]) -> list[str]:
    """Name the stage's own log groups: of its functions and of the state machine."""
    groups = [f"/aws/lambda/{stage.resource(function)}" for function in functions]
    return [*groups, state_machine_log_group(stage)]


def state_machine_log_group(stage: Stage) -> str:
    """Name the state machine's log group.

    Under this prefix, log delivery needs no resource policy of its own for each group:
    docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html.
    """
    return f"/aws/vendedlogs/states/{stage.state_machine}"


def review_log_group(
    logs: CloudWatchLogsClient, stage: Stage, name: str, *, options: Options
) -> Review:
    """Compare one of the stage's log groups with what it should be."""
    found = _find_log_group(logs, name)
    retain = Fix(
        "retention",
        lambda: logs.put_retention_policy(
            logGroupName=name, retentionInDays=RETENTION_DAYS
        ),
    )
    if found is None:
        encryption: Any = {"kmsKeyId": options.kms_key} if options.kms_key else {}
        create = Fix(
            "log group",
            lambda: logs.create_log_group(
                logGroupName=name, tags=stage.tags, **encryption
            ),
        )
        return Review("log group", name, False, (create, retain))
    fixes = [] if found.get("retentionInDays") == RETENTION_DAYS else [retain]
    if found.get("kmsKeyId") != options.kms_key:
        fixes.append(Fix("encryption", _encrypt(logs, name, options.kms_key)))
    arn = stage.arn("logs", f"log-group:{name}")
    fixes += review_tags(
        lambda: logs.list_tags_for_resource(resourceArn=arn)["tags"],
        lambda tags: logs.tag_resource(resourceArn=arn, tags=tags),
        stage.tags,
    )
    return Review("log group", name, True, tuple(fixes))


def _encrypt(
    logs: CloudWatchLogsClient, name: str, key: str | None
) -> Callable[[], object]:
    # What was written before stays as it was encrypted then.
    if key is None:
        return lambda: logs.disassociate_kms_key(logGroupName=name)
    return lambda: logs.associate_kms_key(logGroupName=name, kmsKeyId=key)


def review_log_group_removal(logs: CloudWatchLogsClient, name: str) -> Review:
    """Review a log group that should not be there."""
    return review_removal(
        "log group",
        name,
        exists=_find_log_group(logs, name) is not None,
        remove=lambda: logs.delete_log_group(logGroupName=name),
    )


def _find_log_group(logs: CloudWatchLogsClient, name: str) -> LogGroupTypeDef | None:
    pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    for page in pages:
        for group in page["logGroups"]:
            if group["logGroupName"] == name:
                return group
    return None
