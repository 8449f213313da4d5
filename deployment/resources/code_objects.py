"""Files of code in the bucket, held to their content by S3's own checksums."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from deployment.patience import insist

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

    from chalicelib.stages import Stage

# HeadObject has no body to say more in.
_MISSING = {"404", "NoSuchKey", "NoSuchBucket", "NotFound"}


def put_file(
    s3: S3Client, stage: Stage, *, key: str, content: bytes
) -> Callable[[], object]:
    """Give what writes a file of code."""
    content_type = "text/x-python" if key.endswith(".py") else "application/zip"

    def put() -> object:
        return s3.put_object(
            Bucket=stage.bucket,
            ExpectedBucketOwner=stage.account,
            Key=key,
            Body=content,
            ContentType=content_type,
            # S3 refuses other bytes, keeps it, and gives no object another's.
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=spell_digest(content),
        )

    # Another deployer's policy may still stand for some seconds.
    return lambda: insist(put, attempts=4, also={"AccessDenied"})


def find_digest(s3: S3Client, stage: Stage, key: str) -> str | None:
    """Read an object's digest; None without one, empty when S3 was never asked for it.

    Nobody but S3 can say what it is: it is computed over what was written.
    """
    try:
        found = s3.head_object(
            Bucket=stage.bucket,
            ExpectedBucketOwner=stage.account,
            Key=key,
            ChecksumMode="ENABLED",
        )
    except ClientError as error:
        if error_code(error) in _MISSING:
            return None
        raise
    return found.get("ChecksumSHA256", "")


def spell_digest(content: bytes) -> str:
    """Spell the hash of a content as S3 does."""
    return b64encode(hashlib.sha256(content).digest()).decode()
