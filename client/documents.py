"""Read the JSON documents that a run leaves in the bucket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from chalicelib.keys import build_uri, run_key
from client.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MISSING = {"NoSuchKey", "404"}


def find_document(s3: S3Client, bucket: str, key: str) -> dict[str, Any] | None:
    """Read a JSON object; None when it is not there."""
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error_code(error) in _MISSING:
            return None
        raise
    try:
        document = json.loads(body)
    except ValueError as error:
        raise CommandError(
            f"{build_uri(bucket, key)} is not JSON ({error}); upload the data again"
        ) from error
    return document if isinstance(document, dict) else None


def find_run_document(
    s3: S3Client, bucket: str, run_id: str, name: str
) -> dict[str, Any] | None:
    """Read one of a run's own documents, such as ``status.json``."""
    return find_document(s3, bucket, run_key(run_id, name))
