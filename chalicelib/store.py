"""The stage's bucket, read and written as text and JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from botocore.model import StructureShape

from chalicelib.aws_errors import error_code
from chalicelib.keys import NO_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.model import OperationModel
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import (
        GetObjectRequestTypeDef,
        ObjectTypeDef,
        ObjectVersionTypeDef,
    )

_WRITTEN_BY_ANOTHER = {
    "ConditionalRequestConflict",
    "NoSuchKey",
    "PreconditionFailed",
}


def expect_owner(s3: S3Client, account: str) -> S3Client:
    """Make every call of a client say whose the bucket has to be.

    A bucket's name can be guessed, and taken by a stranger before a stage is deployed
    or after it is destroyed: https://docs.aws.amazon.com/AmazonS3/latest/userguide/
    bucket-owner-condition.html.
    """

    def add_owner(
        params: dict[str, Any], model: OperationModel, **_event: object
    ) -> None:
        # All but those that list buckets and create one.
        shape = model.input_shape
        if isinstance(shape, StructureShape) and "ExpectedBucketOwner" in shape.members:
            params.setdefault("ExpectedBucketOwner", account)

    s3.meta.events.register("before-parameter-build.s3", add_owner)
    return s3


@dataclass(frozen=True)
class StoredText:
    """An object's text, and which version and content it was read from."""

    text: str
    version_id: str
    etag: str


@dataclass(frozen=True)
class Store:
    """One bucket and the client to reach it with."""

    s3: S3Client
    bucket: str

    def find_text(self, key: str) -> StoredText | None:
        """Read an object's newest version; None where there is none."""
        try:
            got = self.s3.get_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error_code(error) == "NoSuchKey":
                return None
            raise
        text = got["Body"].read().decode("utf-8-sig", errors="replace")
        return StoredText(text, got.get("VersionId", NO_VERSION), got["ETag"])

    def read_range(
        self, key: str, start: int, length: int, *, version_id: str | None = None
    ) -> bytes:
        """Read so many bytes of an object, or of one version of it, from a place on."""
        which: GetObjectRequestTypeDef = {
            "Bucket": self.bucket,
            "Key": key,
            "Range": f"bytes={start}-{start + length - 1}",
        }
        if version_id is not None:
            which["VersionId"] = version_id
        return self.s3.get_object(**which)["Body"].read()

    def list_versions(self, prefix: str) -> Iterator[ObjectVersionTypeDef]:
        """List all versions of all objects, by their keys, the newest of each first."""
        pages = self.s3.get_paginator("list_object_versions").paginate(
            Bucket=self.bucket, Prefix=prefix
        )
        for page in pages:
            yield from page.get("Versions", [])

    def find_version(self, key: str, version_id: str) -> ObjectVersionTypeDef | None:
        """Find one version of an object as it is listed; None where it is not."""
        for listed in self.list_versions(key):
            if listed["Key"] != key:
                return None
            if listed["VersionId"] == version_id:
                return listed
        return None

    def list_objects(self, prefix: str) -> Iterator[ObjectTypeDef]:
        """List the newest versions of all objects below a prefix, by their keys."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix
        )
        for page in pages:
            yield from page.get("Contents", [])

    def list_folders(self, prefix: str) -> Iterator[str]:
        """List the folders below a prefix, each with a slash at its end."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix, Delimiter="/"
        )
        for page in pages:
            for folder in page.get("CommonPrefixes", []):
                yield folder["Prefix"]

    def list_keys(self, prefix: str) -> Iterator[str]:
        """List the keys of the objects below a prefix."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix
        )
        for page in pages:
            for found in page.get("Contents", []):
                yield found["Key"]

    def delete(self, key: str) -> None:
        """Delete an object's newest version, whether or not there is one."""
        self.s3.delete_object(Bucket=self.bucket, Key=key)

    def find_json(self, key: str) -> Any | None:
        """Read a JSON object; None where there is none."""
        stored = self.find_text(key)
        return None if stored is None else json.loads(stored.text)

    def read_json(self, key: str) -> Any:
        """Read a JSON object that must be there."""
        got = self.s3.get_object(Bucket=self.bucket, Key=key)
        return json.loads(got["Body"].read())

    def write_json(self, key: str, value: Mapping[str, Any]) -> None:
        """Write a JSON object, readable to people too."""
        self._put(key, value)

    def replace_json(
        self, key: str, value: Mapping[str, Any], *, etag: str | None
    ) -> str | None:
        """Write a JSON object if nobody else has since it was read.

        Parameters
        ----------
        etag
            Of what was read; None where nothing was there.

        Returns
        -------
        The new object's etag; None when somebody else has written.
        """
        try:
            if etag is None:
                return self._put(key, value, IfNoneMatch="*")
            return self._put(key, value, IfMatch=etag)
        except ClientError as error:
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
            if error_code(error) in _WRITTEN_BY_ANOTHER:
                return None
            raise

    def _put(self, key: str, value: Mapping[str, Any], **condition: Any) -> str:
        text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
        written = self.s3.put_object(
            Bucket=self.bucket,
            Key=key,
            Body=text.encode(),
            ContentType="application/json",
            **condition,
        )
        return written["ETag"]
