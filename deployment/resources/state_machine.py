"""The state machine: its definition, its role and what it logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from deployment.errors import error_code
from deployment.patience import insist
from deployment.resources.logs import state_machine_log_group
from deployment.review import Fix, Review, review_removal

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

    from deployment.target import Target


def review_state_machine(sfn: SFNClient, target: Target, definition: str) -> Review:
    """Compare the stage's state machine with what it should be."""
    wanted = {
        "definition": definition,
        "roleArn": target.role_arn("states"),
        "loggingConfiguration": build_logging(target),
    }
    found = _find_state_machine(sfn, target.state_machine_arn)
    if found is None:
        create = Fix("state machine", lambda: _create(sfn, target, wanted))
        return Review("state machine", target.state_machine, False, (create,))
    differences = [
        _SPELLINGS[key] for key, value in wanted.items() if found.get(key) != value
    ]
    fixes = []
    if differences:
        update = Fix(", ".join(differences), lambda: _update(sfn, target, wanted))
        fixes.append(update)
    fixes += _review_tags(sfn, target)
    return Review("state machine", target.state_machine, True, tuple(fixes))


_SPELLINGS = {
    "definition": "definition",
    "roleArn": "role",
    "loggingConfiguration": "logging",
}


def build_logging(target: Target) -> dict[str, Any]:
    """Build what is logged: every error, with the data that led to it."""
    group = target.arn("logs", f"log-group:{state_machine_log_group(target)}:*")
    return {
        "level": "ERROR",
        "includeExecutionData": True,
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}],
    }


def review_state_machine_removal(sfn: SFNClient, target: Target) -> Review:
    """Review a state machine that should not be there."""
    arn = target.state_machine_arn
    return review_removal(
        "state machine",
        target.state_machine,
        exists=_find_state_machine(sfn, arn) is not None,
        remove=lambda: sfn.delete_state_machine(stateMachineArn=arn),
    )


def list_running(sfn: SFNClient, target: Target) -> list[str]:
    """List the ARNs of the executions that run; none without a state machine."""
    if _find_state_machine(sfn, target.state_machine_arn) is None:
        return []
    pages = sfn.get_paginator("list_executions").paginate(
        stateMachineArn=target.state_machine_arn, statusFilter="RUNNING"
    )
    return [item["executionArn"] for page in pages for item in page["executions"]]


def _create(sfn: SFNClient, target: Target, wanted: Any) -> None:
    insist(
        lambda: sfn.create_state_machine(
            name=target.state_machine,
            type="STANDARD",
            tags=_build_tags(target),
            **wanted,
        )
    )


def _update(sfn: SFNClient, target: Target, wanted: Any) -> None:
    insist(
        lambda: sfn.update_state_machine(
            stateMachineArn=target.state_machine_arn, **wanted
        )
    )


def _find_state_machine(sfn: SFNClient, arn: str) -> Any | None:
    try:
        found: Any = sfn.describe_state_machine(stateMachineArn=arn)
    except ClientError as error:
        if error_code(error) == "StateMachineDoesNotExist":
            return None
        raise
    # It keeps its name until its last execution has ended.
    return None if found.get("status") == "DELETING" else found


def _review_tags(sfn: SFNClient, target: Target) -> list[Fix]:
    arn = target.state_machine_arn
    answer = sfn.list_tags_for_resource(resourceArn=arn)
    tags = {tag["key"]: tag["value"] for tag in answer["tags"]}
    if target.tags.items() <= tags.items():
        return []
    return [
        Fix(
            "tags",
            lambda: sfn.tag_resource(resourceArn=arn, tags=_build_tags(target)),
        )
    ]


def _build_tags(target: Target) -> Any:
    return [{"key": key, "value": value} for key, value in target.tags.items()]
