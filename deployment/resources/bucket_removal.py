"""The end of a bucket: what a deploy put there, and, only if asked, people's data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from deployment.errors import DeploymentError
from deployment.patience import insist
from deployment.resources.bucket import bucket_exists
from deployment.resources.bucket_aspects import build_bucket_policy
from deployment.review import Outcome, Review, review_removal

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from chalicelib.stages import Stage

_CODE = "code/"


def review_bucket_removal(
    s3: S3Client, stage: Stage, *, delete_data: bool
) -> Review | Outcome:
    """Review a bucket that should not be there.

    A bucket that holds anything but our code is kept as it is, with all versions,
    unless the data are to be deleted too.
    """
    exists = bucket_exists(s3, stage)
    if exists and not delete_data and holds_data(s3, stage):
        reason = "it holds data; --delete-data deletes them for good"
        return Outcome("bucket", stage.bucket, "kept", (reason,))
    return review_removal(
        "bucket", stage.bucket, exists=exists, remove=lambda: _remove(s3, stage)
    )


def holds_data(s3: S3Client, stage: Stage) -> bool:
    """Tell whether the bucket holds any version of anything but our code."""
    return any(
        not item["Key"].startswith(_CODE)
        for page in _list_versions(s3, stage)
        for item in page
    )


def _remove(s3: S3Client, stage: Stage) -> None:
    # Whoever destroys need not be who deployed, and could not delete its code.
    s3.put_bucket_policy(
        Bucket=stage.bucket,
        ExpectedBucketOwner=stage.account,
        Policy=json.dumps(build_bucket_policy(stage, ())),
    )
    # What was still at work may write a last object into the emptied bucket.
    insist(lambda: _empty_and_delete(s3, stage))


def _empty_and_delete(s3: S3Client, stage: Stage) -> None:
    for items in _list_versions(s3, stage):
        if items:
            _delete(s3, stage, items)
    s3.delete_bucket(Bucket=stage.bucket, ExpectedBucketOwner=stage.account)


def _list_versions(s3: S3Client, stage: Stage) -> Any:
    pages = s3.get_paginator("list_object_versions").paginate(
        Bucket=stage.bucket, ExpectedBucketOwner=stage.account
    )
    for page in pages:
        items = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        yield [{"Key": i["Key"], "VersionId": i["VersionId"]} for i in items]


def _delete(s3: S3Client, stage: Stage, items: Any) -> None:
    # A page has at most the thousand keys that one request may name.
    answer = s3.delete_objects(
        Bucket=stage.bucket,
        ExpectedBucketOwner=stage.account,
        Delete={"Objects": items, "Quiet": True},
    )
    for error in answer.get("Errors", []):
        raise DeploymentError(
            f"{error.get('Key')!r} in {stage.bucket!r} cannot be deleted (received "
            f"{error.get('Code')}: {error.get('Message')}); fix the problem and "
            "run it again"
        )
