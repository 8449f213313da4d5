"""What is left of Chalice's part when its own ``delete`` did not or could not run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from deployment.chalice.functions import RULED, rule_name
from deployment.chalice.record import read_record
from deployment.resources.roles import review_role_removal
from deployment.review import review_removal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_lambda import LambdaClient

    from chalicelib.stages import Stage
    from deployment.clients import Clients
    from deployment.deployment import Deployment
    from deployment.review import Review


def review_chalice_removal(deployment: Deployment) -> Iterator[Review]:
    """Review the triggers, the functions and the record of a stage, by name.

    Chalice knows only what its record names, and the record may be on the machine of
    whoever deployed.
    """
    stage, clients = deployment.stage, deployment.clients
    yield _review_notification(clients, stage)
    for function in RULED:
        yield _review_rule(clients, stage, function)
    for function in deployment.pipeline.functions:
        yield _review_function(clients.functions, stage.resource(function))
        yield review_role_removal(clients.iam, stage.resource(function))
    path = read_record(deployment.project, stage.name).path
    name = path.relative_to(deployment.project).as_posix()
    yield review_removal("file", name, exists=path.exists(), remove=path.unlink)


def _review_function(functions: LambdaClient, name: str) -> Review:
    try:
        functions.get_function_configuration(FunctionName=name)
        exists = True
    except functions.exceptions.ResourceNotFoundException:
        exists = False
    return review_removal(
        "function",
        name,
        exists=exists,
        remove=lambda: functions.delete_function(FunctionName=name),
    )


def _review_rule(clients: Clients, stage: Stage, function: str) -> Review:
    events, name = clients.events, rule_name(stage, function)
    try:
        ids = [item["Id"] for item in events.list_targets_by_rule(Rule=name)["Targets"]]
        exists = True
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":
            raise
        ids, exists = [], False

    def remove() -> None:
        if ids:
            events.remove_targets(Rule=name, Ids=ids)
        events.delete_rule(Name=name)

    return review_removal("rule", name, exists=exists, remove=remove)


def _review_notification(clients: Clients, stage: Stage) -> Review:
    owned: Any = {"Bucket": stage.bucket, "ExpectedBucketOwner": stage.account}
    try:
        found: Any = clients.s3.get_bucket_notification_configuration(**owned)
    except clients.s3.exceptions.NoSuchBucket:
        found = {}
    found.pop("ResponseMetadata", None)
    key = "LambdaFunctionConfigurations"
    arn = stage.function_arn("on_upload")
    others = [c for c in found.get(key, []) if c["LambdaFunctionArn"] != arn]
    without_ours: Any = {**found, key: others}
    return review_removal(
        "trigger of bucket",
        stage.bucket,
        exists=len(others) < len(found.get(key, [])),
        remove=lambda: clients.s3.put_bucket_notification_configuration(
            **owned, NotificationConfiguration=without_ours
        ),
    )
