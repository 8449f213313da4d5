"""The stage's bucket: versioned, encrypted, private and reached over TLS only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from deployment.errors import DeploymentError, error_code
from deployment.lifecycle import build_lifecycle
from deployment.patience import insist
from deployment.review import Fix, Review

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

    from deployment.options import Options
    from deployment.target import Target

# What S3 answers for an aspect that was never set.
_ABSENT = {
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
}
_ELSEWHERE = {"301", "PermanentRedirect"}
_MISSING = {"404", "NoSuchBucket", "NotFound"}


@dataclass(frozen=True)
class _Aspect:
    name: str
    wanted: Any
    read: Callable[[], Any]
    write: Callable[[], object]


def review_bucket(s3: S3Client, target: Target, options: Options) -> Review:
    """Compare the stage's bucket with what it should be.

    Raises
    ------
    DeploymentError
        When the name belongs to another account.
    """
    exists = bucket_exists(s3, target)
    fixes = [
        Fix(aspect.name, aspect.write)
        for aspect in _list_aspects(s3, target, options)
        if not exists or _read(aspect) != aspect.wanted
    ]
    if not exists:
        fixes.insert(0, Fix("bucket", lambda: _create(s3, target)))
    return Review("bucket", target.bucket, exists, tuple(fixes))


def build_bucket_policy(target: Target) -> dict[str, Any]:
    """Build the policy that refuses every request that is not encrypted on its way."""
    arn = f"arn:{target.partition}:s3:::{target.bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OnlyOverTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [arn, f"{arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


def build_encryption(options: Options) -> dict[str, Any]:
    """Build the default encryption of the bucket's objects."""
    if options.kms_key is None:
        default = {"SSEAlgorithm": "AES256"}
    else:
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": options.kms_key}
    return {
        "Rules": [
            {
                "ApplyServerSideEncryptionByDefault": default,
                # One call of KMS serves many objects.
                "BucketKeyEnabled": options.kms_key is not None,
            }
        ]
    }


_ALL_BLOCKED: Any = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
_OWNER_ENFORCED: Any = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def _list_aspects(s3: S3Client, target: Target, options: Options) -> list[_Aspect]:
    owned: Any = {"Bucket": target.bucket, "ExpectedBucketOwner": target.account}
    policy = build_bucket_policy(target)
    encryption: Any = build_encryption(options)
    lifecycle: Any = build_lifecycle()
    tags = target.tags
    return [
        _Aspect(
            "public access",
            _ALL_BLOCKED,
            lambda: s3.get_public_access_block(**owned)[
                "PublicAccessBlockConfiguration"
            ],
            lambda: s3.put_public_access_block(
                **owned, PublicAccessBlockConfiguration=_ALL_BLOCKED
            ),
        ),
        _Aspect(
            "ownership",
            _OWNER_ENFORCED,
            lambda: s3.get_bucket_ownership_controls(**owned)["OwnershipControls"],
            lambda: s3.put_bucket_ownership_controls(
                **owned, OwnershipControls=_OWNER_ENFORCED
            ),
        ),
        _Aspect(
            "versioning",
            "Enabled",
            lambda: s3.get_bucket_versioning(**owned).get("Status"),
            lambda: s3.put_bucket_versioning(
                **owned, VersioningConfiguration={"Status": "Enabled"}
            ),
        ),
        _Aspect(
            "encryption",
            _plain_encryption(encryption),
            lambda: _plain_encryption(
                s3.get_bucket_encryption(**owned)["ServerSideEncryptionConfiguration"]
            ),
            lambda: s3.put_bucket_encryption(
                **owned, ServerSideEncryptionConfiguration=encryption
            ),
        ),
        _Aspect(
            "policy",
            policy,
            lambda: json.loads(s3.get_bucket_policy(**owned)["Policy"]),
            lambda: s3.put_bucket_policy(**owned, Policy=json.dumps(policy)),
        ),
        _Aspect(
            "lifecycle",
            _sort(lifecycle),
            lambda: _sort(s3.get_bucket_lifecycle_configuration(**owned)["Rules"]),
            lambda: s3.put_bucket_lifecycle_configuration(
                **owned, LifecycleConfiguration={"Rules": lifecycle}
            ),
        ),
        _Aspect(
            "tags",
            tags,
            lambda: {
                tag["Key"]: tag["Value"]
                for tag in s3.get_bucket_tagging(**owned)["TagSet"]
            },
            lambda: s3.put_bucket_tagging(
                **owned,
                Tagging={"TagSet": [{"Key": k, "Value": v} for k, v in tags.items()]},
            ),
        ),
    ]


def _sort(rules: Any) -> list[Any]:
    # S3 keeps the rules, but does not promise their order.
    return sorted(rules, key=lambda rule: str(rule["ID"]))


def _plain_encryption(configuration: Any) -> list[dict[str, Any]]:
    # S3 adds keys of its own over the years; these are the ones that we decide.
    return [
        {
            **rule["ApplyServerSideEncryptionByDefault"],
            "BucketKeyEnabled": rule.get("BucketKeyEnabled", False),
        }
        for rule in configuration["Rules"]
    ]


def _read(aspect: _Aspect) -> Any:
    try:
        return aspect.read()
    except ClientError as error:
        if error_code(error) in _ABSENT:
            return None
        raise


def bucket_exists(s3: S3Client, target: Target) -> bool:
    """Tell whether the stage's bucket is there.

    Raises
    ------
    DeploymentError
        When the name belongs to another account, or stands in another region: the
        stage was deployed there, and the names of its roles have no region either.
    """
    try:
        found = s3.head_bucket(Bucket=target.bucket, ExpectedBucketOwner=target.account)
    except ClientError as error:
        if error_code(error) in _MISSING:
            return False
        if error_code(error) in _ELSEWHERE:
            raise _elsewhere(target, "another region") from error
        if error_code(error) in {"403", "AccessDenied"}:
            raise _taken(target) from error
        raise
    region = found.get("BucketRegion", target.region)
    if region != target.region:
        raise _elsewhere(target, region)
    return True


def _create(s3: S3Client, target: Target) -> None:
    # us-east-1 alone refuses to be named.
    options: Any = (
        {}
        if target.region == "us-east-1"
        else {"CreateBucketConfiguration": {"LocationConstraint": target.region}}
    )
    try:
        insist(
            lambda: s3.create_bucket(
                Bucket=target.bucket, ObjectOwnership="BucketOwnerEnforced", **options
            )
        )
    except ClientError as error:
        if error_code(error) == "BucketAlreadyExists":
            raise _taken(target) from error
        # Read as missing a moment ago, so an earlier try of this very call made it.
        if error_code(error) != "BucketAlreadyOwnedByYou":
            raise


def _elsewhere(target: Target, region: str) -> DeploymentError:
    return DeploymentError(
        f"stage {target.stage!r} was deployed to {region} (found its bucket "
        f"{target.bucket!r} there, received {target.region}); choose another stage, "
        "or destroy it there first"
    )


def _taken(target: Target) -> DeploymentError:
    return DeploymentError(
        f"bucket {target.bucket!r} is not this account's to use (needs an owner "
        f"{target.account} and s3 permissions); choose another stage, or use "
        "credentials that may"
    )
