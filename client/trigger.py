"""Whether S3 tells the stage of uploads, by the bucket's own notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import is_denied
from client.errors import NoRunError
from client.program import spell_deploy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_s3 import S3Client

    from chalicelib.stages import Stage

_CREATED = ("s3:ObjectCreated:*", "s3:ObjectCreated:Put")


def check_trigger(s3: S3Client, stage: Stage, key: str) -> None:
    """See that an upload under a key starts a run, before it is made.

    Raises
    ------
    NoRunError
        When the bucket tells the stage of no such upload.
    """
    if not is_told(s3, stage, key):
        raise NoRunError(
            f"uploads start no run: the bucket {stage.bucket} does not tell on_upload "
            f"of {key!r} (found no notification for it); nothing was uploaded; run "
            f"`{spell_deploy(stage.name)}` to mend the trigger"
        )


def is_told(s3: S3Client, stage: Stage, key: str) -> bool:
    """Tell whether the trigger hears of an upload, as far as one may look."""
    try:
        found = s3.get_bucket_notification_configuration(Bucket=stage.bucket)
    except ClientError as error:
        if is_denied(error):
            return True
        raise
    function = stage.function_arn("on_upload")
    return any(
        one.get("LambdaFunctionArn") == function and _covers(one, key)
        for one in found.get("LambdaFunctionConfigurations", [])
    )


def _covers(notification: Mapping[str, Any], key: str) -> bool:
    if not set(_CREATED) & set(notification.get("Events", [])):
        return False
    rules = (notification.get("Filter") or {}).get("Key", {}).get("FilterRules", [])
    # S3 takes and gives the names of the rules in any case.
    wanted = {rule["Name"].lower(): rule["Value"] for rule in rules}
    starts, ends = wanted.get("prefix", ""), wanted.get("suffix", "")
    return key.startswith(starts) and key.endswith(ends)
