"""The names and ARNs of everything that one stage of the pipeline owns."""

import re

from chalicelib.errors import StageError

APP_NAME = "automl-ts-mlops-pipeline"
# With a stage this long the bucket's name has the 63 characters that S3 allows.
MAX_STAGE_LENGTH = 9
_STAGE = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


def check_stage(stage: str) -> str:
    """Return ``stage`` if it can be part of every name.

    Raises
    ------
    StageError
        When S3, IAM or Chalice would refuse a name made with it.
    """
    if len(stage) > MAX_STAGE_LENGTH or not _STAGE.fullmatch(stage):
        raise StageError(
            f"stage {stage!r} cannot be part of a bucket's name (needs at most "
            f"{MAX_STAGE_LENGTH} of a-z, 0-9 and inner hyphens); choose another, "
            "such as 'dev'"
        )
    return stage


def bucket_name(stage: str, account: str) -> str:
    """Name the stage's bucket; the account makes it unique in the world."""
    check_stage(stage)
    middle = "" if stage == "dev" else f"{stage}-"
    return f"{APP_NAME}-resource-bucket-{middle}{account}"


def resource_name(stage: str, part: str) -> str:
    """Name a part of the stage, such as its role ``states``."""
    return f"{APP_NAME}-{check_stage(stage)}-{part}"


def state_machine_name(stage: str) -> str:
    """Name the state machine of a stage."""
    return f"{APP_NAME}-{check_stage(stage)}"


def state_machine_arn(stage: str, region: str, account: str) -> str:
    """Build the ARN that the state machine has before it is created."""
    partition = partition_of(region)
    name = state_machine_name(stage)
    return f"arn:{partition}:states:{region}:{account}:stateMachine:{name}"


def partition_of(region: str) -> str:
    """Name the partition that a region belongs to."""
    if region.startswith("cn-"):
        return "aws-cn"
    if region.startswith("us-gov-"):
        return "aws-us-gov"
    return "aws"
