"""A large file in parts of S3's own: what arrived before is not sent again."""

from __future__ import annotations

import hashlib
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import is_denied
from client.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

    Part = CompletedPartTypeDef

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html: parts of 5 MiB to
# 5 GiB, at most 10,000 of them, and 48.8 TiB in all.
PART_BYTES = 64 * 1024**2
_MOST_PARTS = 10_000


@dataclass(frozen=True)
class PartedUpload:
    """The way of one large file to one key.

    S3 keeps the parts of an upload that broke off, until the bucket's lifecycle rule
    removes them; each part is known again by its checksum.
    """

    s3: S3Client
    once: S3Client
    bucket: str
    key: str
    content_type: str
    part_bytes: int = PART_BYTES

    def send(
        self, path: Path, progress: Callable[[int], None]
    ) -> tuple[int, Callable[[], Mapping[str, Any]]]:
        """Send all parts; give their number, and the call that makes them one object.

        Parameters
        ----------
        progress
            Is told how many bytes have arrived.
        """
        size = path.stat().st_size
        length = choose_part_length(size, self.part_bytes)
        upload_id, there = self._find_begun()
        if upload_id is None:
            upload_id, there = self._begin(), {}
        parts, arrived = [], 0
        for number, body in cut(path, length):
            part = there.get(number)
            if part is None or not _is_same(part, body):
                part = self._send_part(upload_id, number, body)
            parts.append(_describe(number, part))
            arrived += len(body)
            progress(arrived)
        if arrived != size:
            raise SourceError(
                f"{str(path)!r} changed while it was uploaded (found {arrived:,} "
                f"bytes, needs {size:,}); upload it again"
            )

        def finish() -> Mapping[str, Any]:
            return self.once.complete_multipart_upload(
                Bucket=self.bucket,
                Key=self.key,
                UploadId=upload_id,
                MultipartUpload={"Parts": parts},
            )

        return len(parts), finish

    def _begin(self) -> str:
        begun = self.s3.create_multipart_upload(
            Bucket=self.bucket,
            Key=self.key,
            ContentType=self.content_type,
            ChecksumAlgorithm="CRC32",
        )
        return begun["UploadId"]

    def _send_part(self, upload_id: str, number: int, body: bytes) -> Mapping[str, Any]:
        return self.s3.upload_part(
            Bucket=self.bucket,
            Key=self.key,
            UploadId=upload_id,
            PartNumber=number,
            Body=body,
            ChecksumAlgorithm="CRC32",
        )

    def _find_begun(self) -> tuple[str | None, dict[int, Mapping[str, Any]]]:
        """Find the newest upload of the key that broke off, and its parts by number."""
        try:
            listed = self.s3.list_multipart_uploads(Bucket=self.bucket, Prefix=self.key)
            begun = [u for u in listed.get("Uploads", []) if u["Key"] == self.key]
            if not begun:
                return None, {}
            upload_id = max(begun, key=lambda u: u["Initiated"])["UploadId"]
            pages = self.s3.get_paginator("list_parts").paginate(
                Bucket=self.bucket, Key=self.key, UploadId=upload_id
            )
            parts = [part for page in pages for part in page.get("Parts", [])]
            return upload_id, {part["PartNumber"]: part for part in parts}
        except ClientError as error:
            if is_denied(error):
                return None, {}  # it is sent from the start
            raise


def choose_part_length(size: int, least: int = PART_BYTES) -> int:
    """Choose the bytes of a part, so that there are not too many."""
    return max(least, -(-size // _MOST_PARTS))


def cut(path: Path, length: int) -> Iterator[tuple[int, bytes]]:
    """Cut a file into parts of so many bytes, each with its number from 1 on."""
    with path.open("rb") as file:
        number = 1
        while body := file.read(length):
            yield number, body
            number += 1


def _is_same(part: Mapping[str, Any], body: bytes) -> bool:
    """Tell whether a part that S3 has holds these bytes."""
    if part["Size"] != len(body):
        return False
    if "ChecksumCRC32" in part:
        checksum = zlib.crc32(body).to_bytes(4, "big")
        return bool(part["ChecksumCRC32"] == b64encode(checksum).decode())
    # The MD5 of the bytes, unless S3 encrypts them with a key of KMS.
    digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
    return bool(part["ETag"].strip('"') == digest)


def _describe(number: int, part: Mapping[str, Any]) -> Part:
    described: Part = {"PartNumber": number, "ETag": part["ETag"]}
    if "ChecksumCRC32" in part:
        described["ChecksumCRC32"] = part["ChecksumCRC32"]
    return described
