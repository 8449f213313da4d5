"""A shelf in the bucket, which every machine of a Spark job reaches."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class BucketShelf:
    """Files under a prefix of the bucket, each on this machine while it is in use.

    ``connect`` gives the client of the machine that it is called on.
    """

    connect: Callable[[], S3Client]
    bucket: str
    prefix: str

    @contextmanager
    def fetch(self, name: str) -> Iterator[Path]:
        """Bring a file here."""
        with tempfile.TemporaryDirectory(prefix="shelf-") as folder:
            path = Path(folder) / name
            self.connect().download_file(self.bucket, self._key(name), str(path))
            yield path

    @contextmanager
    def keep(self, name: str) -> Iterator[Path]:
        """Send a file to the bucket, once it is written."""
        with tempfile.TemporaryDirectory(prefix="shelf-") as folder:
            path = Path(folder) / name
            yield path
            self.connect().upload_file(str(path), self.bucket, self._key(name))

    def divide(self, name: str) -> BucketShelf:
        """Give a part of it as a shelf of its own."""
        return replace(self, prefix=f"{self.prefix}{name}/")

    def drop(self) -> None:
        """Leave the files, which the bucket's lifecycle takes after a day."""

    def _key(self, name: str) -> str:
        return f"{self.prefix}{name}"
