"""The stage's bucket: there, this account's, in this region, and as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from deployment.errors import DeploymentError
from deployment.patience import insist
from deployment.resources.bucket_aspects import list_aspects
from deployment.review import Fix, Review

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from chalicelib.stages import Stage
    from deployment.options import Options

_ELSEWHERE = {"301", "PermanentRedirect"}
_MISSING = {"404", "NoSuchBucket", "NotFound"}


def review_bucket(
    s3: S3Client, stage: Stage, options: Options, *, caller: str
) -> Review:
    """Compare the stage's bucket with what it should be when ``caller`` deploys.

    Raises
    ------
    DeploymentError
        When the name belongs to another account.
    """
    exists = bucket_exists(s3, stage)
    fixes = [
        Fix(aspect.name, aspect.write)
        for aspect in list_aspects(s3, stage, options, caller=caller)
        if not exists or not aspect.is_right()
    ]
    if not exists:
        fixes.insert(0, Fix("bucket", lambda: _create(s3, stage)))
    return Review("bucket", stage.bucket, exists, tuple(fixes))


def bucket_exists(s3: S3Client, stage: Stage) -> bool:
    """Tell whether the stage's bucket is there.

    Raises
    ------
    DeploymentError
        When the name belongs to another account, or stands in another region: the
        stage was deployed there, and the names of its roles have no region either.
    """
    try:
        found = s3.head_bucket(Bucket=stage.bucket, ExpectedBucketOwner=stage.account)
    except ClientError as error:
        if error_code(error) in _MISSING:
            return False
        if error_code(error) in _ELSEWHERE:
            raise _elsewhere(stage, "another region") from error
        if error_code(error) in {"403", "AccessDenied"}:
            raise _taken(stage) from error
        raise
    region = found.get("BucketRegion", stage.region)
    if region != stage.region:
        raise _elsewhere(stage, region)
    return True


def _create(s3: S3Client, stage: Stage) -> None:
    # us-east-1 alone refuses to be named.
    options: Any = (
        {}
        if stage.region == "us-east-1"
        else {"CreateBucketConfiguration": {"LocationConstraint": stage.region}}
    )
    try:
        insist(
            lambda: s3.create_bucket(
                Bucket=stage.bucket, ObjectOwnership="BucketOwnerEnforced", **options
            )
        )
    except ClientError as error:
        if error_code(error) == "BucketAlreadyExists":
            raise _taken(stage) from error
        # Read as missing a moment ago, so an earlier try of this very call made it.
        if error_code(error) != "BucketAlreadyOwnedByYou":
            raise


def _elsewhere(stage: Stage, region: str) -> DeploymentError:
    return DeploymentError(
        f"stage {stage.name!r} was deployed to {region} (found its bucket "
        f"{stage.bucket!r} there, received {stage.region}); choose another stage, "
        "or destroy it there first"
    )


def _taken(stage: Stage) -> DeploymentError:
    return DeploymentError(
        f"bucket {stage.bucket!r} is not this account's to use (needs an owner "
        f"{stage.account} and s3 permissions); choose another stage, or use "
        "credentials that may"
    )
