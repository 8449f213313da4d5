"""What the bucket is like: private, encrypted, versioned, and when objects expire."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from deployment.resources.code_writers import build_code_statement, list_writers
from deployment.review import pair_tags, unpair_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from mypy_boto3_s3 import S3Client

    from chalicelib.stages import Stage
    from deployment.options import Options

# What S3 answers for an aspect that was never set.
_ABSENT = {
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
}
_ALL_BLOCKED: Any = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
_OWNER_ENFORCED: Any = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
# Days. A run reads its version of the upload for at most a week, and can be redriven
# for two weeks more.
_OLD_VERSIONS = 30
_CLEAN_DATA = 90
_RUN_RECORDS = 400
_TICKETS = 2
_PARTS = 1
_UNFINISHED_UPLOADS = 7


@dataclass(frozen=True)
class Aspect:
    """One setting of a bucket: what it should be, how to read and to write it."""

    name: str
    wanted: Any
    read_found: Callable[[], Any]
    write: Callable[[], object]

    def is_right(self) -> bool:
        """Compare the bucket that is there with what it should be."""
        return bool(_read_or(None, self.read_found) == self.wanted)


def _read_or(default: Any, read: Callable[[], Any]) -> Any:
    """Read a setting; the default where it was never set."""
    try:
        return read()
    except ClientError as error:
        if error_code(error) in _ABSENT:
            return default
        raise


def list_aspects(
    s3: S3Client, stage: Stage, options: Options, *, caller: str
) -> list[Aspect]:
    """List every setting of the stage's bucket, deployed by ``caller``."""
    writers = list_writers(caller, options.deployers)
    owned = {"Bucket": stage.bucket, "ExpectedBucketOwner": stage.account}
    return [
        _build_public_access_aspect(s3, owned),
        _build_ownership_aspect(s3, owned),
        _build_versioning_aspect(s3, owned),
        _build_encryption_aspect(s3, owned, build_default_encryption(options)),
        _build_policy_aspect(s3, owned, build_bucket_policy(stage, writers)),
        _build_lifecycle_aspect(s3, owned, build_lifecycle()),
        _build_tags_aspect(s3, owned, stage.tags),
    ]


def build_bucket_policy(stage: Stage, writers: Collection[str]) -> dict[str, Any]:
    """Build the bucket's policy, which refuses and gives nobody a permission.

    No request may come that is not encrypted on its way, and only ``writers`` may
    write what Glue will run; anybody, where there are none.
    """
    arn = f"arn:{stage.partition}:s3:::{stage.bucket}"
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
            },
            *([build_code_statement(stage, writers)] if writers else []),
        ],
    }


def build_default_encryption(options: Options) -> dict[str, Any]:
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


def build_lifecycle() -> list[dict[str, Any]]:
    """Build the bucket's lifecycle rules.

    No rule touches ``autopilot-output/``, where models that may still be used lie,
    nor ``code/``, which running jobs read; uploads and forecasts stay, their
    overwritten versions do not.
    """
    return [
        _expire("input/", days=_CLEAN_DATA),
        _expire("runs/", days=_RUN_RECORDS),
        _expire("waiting/", days=_TICKETS),
        _expire("parts/", days=_PARTS, old=_PARTS),
        *(
            _expire(prefix, days=None)
            for prefix in ("raw", "config/", "output-forecasted-data/")
        ),
        {
            "ID": "unfinished-uploads",
            "Filter": {"Prefix": ""},
            "Status": "Enabled",
            "AbortIncompleteMultipartUpload": {
                "DaysAfterInitiation": _UNFINISHED_UPLOADS
            },
        },
    ]


def _expire(
    prefix: str, *, days: int | None, old: int = _OLD_VERSIONS
) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "ID": prefix.rstrip("/"),
        "Filter": {"Prefix": prefix},
        "Status": "Enabled",
        "NoncurrentVersionExpiration": {"NoncurrentDays": old},
    }
    if days is not None:
        rule["Expiration"] = {"Days": days}
    return rule


def _build_public_access_aspect(s3: S3Client, owned: Any) -> Aspect:
    return Aspect(
        "public access",
        _ALL_BLOCKED,
        lambda: s3.get_public_access_block(**owned)["PublicAccessBlockConfiguration"],
        lambda: s3.put_public_access_block(
            **owned, PublicAccessBlockConfiguration=_ALL_BLOCKED
        ),
    )


def _build_ownership_aspect(s3: S3Client, owned: Any) -> Aspect:
    return Aspect(
        "ownership",
        _OWNER_ENFORCED,
        lambda: s3.get_bucket_ownership_controls(**owned)["OwnershipControls"],
        lambda: s3.put_bucket_ownership_controls(
            **owned, OwnershipControls=_OWNER_ENFORCED
        ),
    )


def _build_versioning_aspect(s3: S3Client, owned: Any) -> Aspect:
    return Aspect(
        "versioning",
        "Enabled",
        lambda: s3.get_bucket_versioning(**owned).get("Status"),
        lambda: s3.put_bucket_versioning(
            **owned, VersioningConfiguration={"Status": "Enabled"}
        ),
    )


def _build_encryption_aspect(s3: S3Client, owned: Any, wanted: Any) -> Aspect:
    return Aspect(
        "encryption",
        _plain_encryption(wanted),
        lambda: _plain_encryption(
            s3.get_bucket_encryption(**owned)["ServerSideEncryptionConfiguration"]
        ),
        lambda: s3.put_bucket_encryption(
            **owned, ServerSideEncryptionConfiguration=wanted
        ),
    )


def _build_policy_aspect(s3: S3Client, owned: Any, wanted: Any) -> Aspect:
    return Aspect(
        "policy",
        wanted,
        lambda: json.loads(s3.get_bucket_policy(**owned)["Policy"]),
        lambda: s3.put_bucket_policy(**owned, Policy=json.dumps(wanted)),
    )


def _build_lifecycle_aspect(s3: S3Client, owned: Any, wanted: Any) -> Aspect:
    return Aspect(
        "lifecycle",
        _sort(wanted),
        lambda: _sort(s3.get_bucket_lifecycle_configuration(**owned)["Rules"]),
        lambda: s3.put_bucket_lifecycle_configuration(
            **owned, LifecycleConfiguration={"Rules": wanted}
        ),
    )


def _build_tags_aspect(s3: S3Client, owned: Any, wanted: dict[str, str]) -> Aspect:
    def read_all() -> dict[str, str]:
        return unpair_tags(s3.get_bucket_tagging(**owned)["TagSet"])

    def read_ours() -> dict[str, str]:
        return {key: value for key, value in read_all().items() if key in wanted}

    def write() -> None:
        # The call replaces the whole set, in which an organisation may have its own.
        others = _read_or({}, read_all)
        s3.put_bucket_tagging(**owned, Tagging={"TagSet": pair_tags(others | wanted)})

    return Aspect("tags", wanted, read_ours, write)


def _sort(rules: Any) -> list[Any]:
    # S3 keeps the rules, but does not promise their order.
    return sorted(rules, key=lambda rule: str(rule.get("ID")))


def _plain_encryption(configuration: Any) -> list[dict[str, Any]]:
    # S3 adds keys of its own over the years; these are the ones that we decide.
    return [
        {
            **rule["ApplyServerSideEncryptionByDefault"],
            "BucketKeyEnabled": rule.get("BucketKeyEnabled", False),
        }
        for rule in configuration["Rules"]
    ]
