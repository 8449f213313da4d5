"""Whether an object of S3 holds the bytes of a file, by its ETag."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from client.multipart import PART_BYTES, choose_part_length, cut


def has_content(etag: str, path: Path, part_bytes: int = PART_BYTES) -> bool:
    """Tell whether an object's ETag is that of a file's bytes.

    The ETag is the MD5 of what came whole, and that of the MD5s of what came in parts;
    of what S3 encrypts with a key of KMS it is neither, and nothing has such content.

    Parameters
    ----------
    etag
        Without quotes.
    part_bytes
        The least length of the parts that this program sends.
    """
    length = choose_part_length(path.stat().st_size, part_bytes)
    digests = [_hash([body]) for _, body in cut(path, length)]
    whole, dash, count = etag.partition("-")
    if not dash:
        return len(digests) <= 1 and whole == b"".join(digests or [_hash([])]).hex()
    return count == str(len(digests)) and whole == _hash(digests).hex()


def _hash(blocks: Iterable[bytes]) -> bytes:
    digest = hashlib.md5(usedforsecurity=False)
    for block in blocks:
        digest.update(block)
    return digest.digest()
