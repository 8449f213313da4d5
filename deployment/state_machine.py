"""The state machine, from the one ASL file and the ARNs that Chalice deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from deployment.errors import error_code
from deployment.placeholders import fill_exactly
from deployment.review import Fix, Review
from deployment.roles import once_role_is_known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_stepfunctions import SFNClient

    from deployment.target import Target

# The Lambdas that the machine calls, by the name of the state that does.
STATE_FUNCTIONS = {
    "PrepareRun": "prepare_run",
    "CreateAutopilotJob": "create_autopilot_job",
    "CheckAutopilotJob": "check_autopilot_job",
}


def build_definition(
    template: str, target: Target, function_arns: Mapping[str, str]
) -> str:
    """Fill the ASL file in for a stage.

    Raises
    ------
    DeploymentError
        When the file's placeholders are not the ones that the deployment fills.
    """
    arns = {
        f"{state}FunctionArn": function_arns[function]
        for state, function in STATE_FUNCTIONS.items()
    }
    return fill_exactly(
        template,
        {
            **arns,
            "PreprocessJobName": target.name("preprocess"),
            "ReportJobName": target.name("report"),
            "SageMakerRoleArn": target.role_arn("sagemaker"),
        },
    )


def review_state_machine(sfn: SFNClient, target: Target, definition: str) -> Review:
    """Compare the stage's state machine with what it should be."""
    role_arn = target.role_arn("states")
    found = _find_state_machine(sfn, target.state_machine_arn)
    if found is None:
        create = Fix(
            "state machine",
            lambda: once_role_is_known(
                lambda: sfn.create_state_machine(
                    name=target.state_machine,
                    definition=definition,
                    roleArn=role_arn,
                    type="STANDARD",
                    tags=_build_tags(target),
                )
            ),
        )
        return Review("state machine", target.state_machine, False, (create,))
    differences = [
        aspect
        for aspect, is_right in {
            "definition": found["definition"] == definition,
            "role": found["roleArn"] == role_arn,
        }.items()
        if not is_right
    ]
    fixes = []
    if differences:
        update = Fix(
            ", ".join(differences),
            lambda: once_role_is_known(
                lambda: sfn.update_state_machine(
                    stateMachineArn=target.state_machine_arn,
                    definition=definition,
                    roleArn=role_arn,
                )
            ),
        )
        fixes.append(update)
    fixes += _review_tags(sfn, target)
    return Review("state machine", target.state_machine, True, tuple(fixes))


def _find_state_machine(sfn: SFNClient, arn: str) -> Any | None:
    try:
        return sfn.describe_state_machine(stateMachineArn=arn)
    except ClientError as error:
        if error_code(error) == "StateMachineDoesNotExist":
            return None
        raise


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
