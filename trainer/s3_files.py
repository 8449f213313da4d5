"""What the jobs' own processes do with S3."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.config import Config

# A job that was paid for does not end because S3 was busy for some seconds.
PATIENT = Config(retries={"mode": "standard", "max_attempts": 8})


@dataclass(frozen=True)
class Location:
    """An object, or a prefix of keys."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, uri: str) -> Location:
        """Read an ``s3://`` URI."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return cls(bucket, key)

    def below(self, name: str) -> Location:
        """Go down from a prefix."""
        return Location(self.bucket, f"{self.key.rstrip('/')}/{name}".lstrip("/"))

    @property
    def uri(self) -> str:
        """Give the URI again."""
        return f"s3://{self.bucket}/{self.key}"


def list_objects(s3: Any, prefix: Location) -> Iterator[Location]:
    """List every object whose key begins with a prefix, but for folder markers."""
    pages = s3.get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=prefix.bucket, Prefix=prefix.key):
        for found in page.get("Contents", []):
            if not found["Key"].endswith("/"):
                yield Location(prefix.bucket, found["Key"])


def read_object(s3: Any, location: Location) -> bytes:
    """Read an object."""
    body: bytes = s3.get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
    return body


def write_object(s3: Any, location: Location, body: bytes) -> None:
    """Write an object."""
    s3.put_object(Bucket=location.bucket, Key=location.key, Body=body)
