"""The Glue scripts in the bucket, under a folder that is named by their content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deployment.errors import DeploymentError
from deployment.review import Fix, Review

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mypy_boto3_s3 import S3Client


# Scripts, and what the report's page is made of, by the ends of their names.
_CONTENT_TYPES = {
    ".py": "text/x-python",
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
}


@dataclass(frozen=True)
class GlueCode:
    """The files of ``glue/`` and those of the chart library, by name."""

    files: Mapping[str, bytes]

    @property
    def sha256(self) -> str:
        """The hash of all names and contents."""
        digest = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()

    @property
    def prefix(self) -> str:
        """The folder in the bucket: a deploy never changes a script that runs."""
        return f"code/{self.sha256}/"

    @property
    def modules(self) -> list[str]:
        """The Python files, in order of their names."""
        return sorted(name for name in self.files if name.endswith(".py"))

    def uri(self, bucket: str, name: str) -> str:
        """Locate one file in a bucket."""
        return f"s3://{bucket}/{self.prefix}{name}"


def read_glue_code(
    folder: Path, chart_library: Mapping[str, bytes] | None = None
) -> GlueCode:
    """Read every script of the ``glue`` folder, and every part of the report's page.

    Parameters
    ----------
    folder
        Where they are.
    chart_library
        The scripts that the page needs beside its own, by name.

    Raises
    ------
    DeploymentError
        When there is none.
    """
    files = {
        path.name: path.read_bytes()
        for path in sorted(folder.glob("*"))
        if path.suffix in _CONTENT_TYPES
    }
    if not any(name.endswith(".py") for name in files):
        raise DeploymentError(
            f"no Glue scripts in {str(folder)!r} (needs preprocess.py, report.py); "
            "run deploy.py from the project's own folder"
        )
    return GlueCode({**files, **(chart_library or {})})


def review_glue_code(s3: S3Client, bucket: str, code: GlueCode) -> Review:
    """Compare the scripts in the bucket with ours.

    The bucket may be one that is still to be created.
    """
    found = _list_sizes(s3, bucket, code.prefix)
    fixes = [
        Fix(name, _put_file(s3, bucket, key=code.prefix + name, content=content))
        for name, content in sorted(code.files.items())
        if found.get(code.prefix + name) != len(content)
    ]
    return Review("Glue code", code.prefix.rstrip("/"), bool(found), tuple(fixes))


def _put_file(
    s3: S3Client, bucket: str, *, key: str, content: bytes
) -> Callable[[], object]:
    content_type = _CONTENT_TYPES["." + key.rsplit(".", 1)[1]]
    return lambda: s3.put_object(
        Bucket=bucket, Key=key, Body=content, ContentType=content_type
    )


def _list_sizes(s3: S3Client, bucket: str, prefix: str) -> dict[str, int]:
    try:
        pages = list(
            s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        )
    except s3.exceptions.NoSuchBucket:
        return {}
    return {
        item["Key"]: item["Size"] for page in pages for item in page.get("Contents", [])
    }
