"""The stage's bucket as the report sees it: JSON, lists of keys, files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Stored:
    """An object that is there, and when it was written, where that is known."""

    key: str
    modified: datetime | None = None


@dataclass(frozen=True)
class BucketStore:
    """One bucket, and a folder of this machine to bring its objects to."""

    s3: S3Client
    bucket: str
    folder: Path

    def list_objects(self, prefix: str) -> list[Stored]:
        """List the objects below a prefix, by key."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix
        )
        found = [
            Stored(item["Key"], item.get("LastModified"))
            for page in pages
            for item in page.get("Contents", [])
        ]
        return sorted(found, key=lambda stored: stored.key)

    def download(self, key: str, name: str) -> Path:
        """Bring an object to a file of the folder."""
        path = self.folder / name
        self.s3.download_file(self.bucket, key, str(path))
        return path

    def upload(self, path: Path, key: str, content_type: str) -> None:
        """Write a file to the bucket."""
        self.s3.upload_file(
            str(path), self.bucket, key, ExtraArgs={"ContentType": content_type}
        )

    def read_bytes(self, key: str) -> bytes:
        """Read an object that must be there."""
        body: bytes = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return body

    def read_json(self, key: str) -> dict[str, Any]:
        """Read a JSON object that must be there."""
        content: dict[str, Any] = json.loads(self.read_bytes(key))
        return content

    def write_json(self, key: str, content: Mapping[str, Any]) -> None:
        """Write a JSON object, readable to people too."""
        text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
        self.s3.put_object(
            Bucket=self.bucket,
            Key=key,
            Body=text.encode("utf-8", "replace"),
            ContentType="application/json",
        )


def split_uri(uri: str) -> tuple[str, str]:
    """Split an S3 address into its bucket and its key."""
    bucket, _, key = uri[len("s3://") :].partition("/")
    return bucket, key
