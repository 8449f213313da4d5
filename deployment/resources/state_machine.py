"""The state machine: its definition, its role and what it logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from deployment.patience import insist
from deployment.resources.logs import state_machine_log_group
from deployment.review import Fix, Review, review_removal, review_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_stepfunctions import SFNClient

    from chalicelib.stages import Stage


def review_state_machine(sfn: SFNClient, stage: Stage, definition: str) -> Review:
    """Compare the stage's state machine with what it should be."""
    wanted = {
        "definition": definition,
        "roleArn": stage.role_arn("states"),
        "loggingConfiguration": build_logging(stage),
    }
    found = _find_state_machine(sfn, stage.state_machine_arn)
    if found is None:
        create = Fix("state machine", lambda: _create(sfn, stage, wanted))
        return Review("state machine", stage.state_machine, False, (create,))
    differences = [
        _SPELLINGS[key] for key, value in wanted.items() if found.get(key) != value
    ]
    fixes = []
    if differences:
        update = Fix(", ".join(differences), lambda: _update(sfn, stage, wanted))
        fixes.append(update)
    fixes += _review_machine_tags(sfn, stage)
    return Review("state machine", stage.state_machine, True, tuple(fixes))


_SPELLINGS = {
    "definition": "definition",
    "roleArn": "role",
    "loggingConfiguration": "logging",
}


def build_logging(stage: Stage) -> dict[str, Any]:
    """Build what is logged: every error, with the data that led to it."""
    group = stage.arn("logs", f"log-group:{state_machine_log_group(stage)}:*")
    return {
        "level": "ERROR",
        "includeExecutionData": True,
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}],
    }


def review_state_machine_removal(sfn: SFNClient, stage: Stage) -> Review:
    """Review a state machine that should not be there."""
    arn = stage.state_machine_arn
    return review_removal(
        "state machine",
        stage.state_machine,
        exists=_find_state_machine(sfn, arn) is not None,
        remove=lambda: sfn.delete_state_machine(stateMachineArn=arn),
    )


def list_running(sfn: SFNClient, stage: Stage) -> list[str]:
    """List the ARNs of the executions that run; none without a state machine."""
    if _find_state_machine(sfn, stage.state_machine_arn) is None:
        return []
    pages = sfn.get_paginator("list_executions").paginate(
        stateMachineArn=stage.state_machine_arn, statusFilter="RUNNING"
    )
    return [item["executionArn"] for page in pages for item in page["executions"]]


def _create(sfn: SFNClient, stage: Stage, wanted: Any) -> None:
    insist(
        lambda: sfn.create_state_machine(
            name=stage.state_machine,
            type="STANDARD",
            tags=_spell_tags(stage.tags),
            **wanted,
        )
    )


def _update(sfn: SFNClient, stage: Stage, wanted: Any) -> None:
    insist(
        lambda: sfn.update_state_machine(
            stateMachineArn=stage.state_machine_arn, **wanted
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


def _review_machine_tags(sfn: SFNClient, stage: Stage) -> list[Fix]:
    arn = stage.state_machine_arn
    return review_tags(
        lambda: _read_tags(sfn, arn),
        lambda tags: sfn.tag_resource(resourceArn=arn, tags=_spell_tags(tags)),
        stage.tags,
    )


def _read_tags(sfn: SFNClient, arn: str) -> dict[str, str]:
    pairs = sfn.list_tags_for_resource(resourceArn=arn)["tags"]
    return {pair["key"]: pair["value"] for pair in pairs}


def _spell_tags(tags: Mapping[str, str]) -> Any:
    # In lower case, as no other service of ours does.
    return [{"key": key, "value": value} for key, value in tags.items()]
