"""Objects that are larger than memory: moto 5.2.5 reads and joins each as a whole.

A request for a few bytes of an object reads all of them; a multipart upload is joined
in memory, several times over. As in ``moto_mends``, the test beside each says what
upstream does and fails once it does no more.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import moto.s3.models as moto_buckets
import moto.s3.responses as moto_s3
from moto.s3.exceptions import EntityTooSmall, InvalidPart, MalformedXML
from moto.settings import S3_UPLOAD_PART_MIN_SIZE

from localaws.patches import Patches

_CHUNK = 1024**2
# Of an object in memory: what is larger has an open file, of which there may be a
# thousand, and few runs have any.
_MOST_IN_MEMORY = 1024**2


def install(patches: Patches) -> None:
    """Mend everything."""
    keep_less_in_memory(patches)
    read_what_is_asked_for(patches)
    join_uploads_on_disk(patches)


def keep_less_in_memory(patches: Patches) -> None:
    """Keep objects on disk that are not small."""
    patches.replace(
        moto_buckets, "get_s3_default_key_buffer_size", lambda: _MOST_IN_MEMORY
    )


class StoredBody:
    """The bytes of an object that lies on disk, of which some are read at a time.

    Parameters
    ----------
    key
        moto's object; its file stays open here, should it be deleted meanwhile.
    """

    def __init__(self, key: Any) -> None:
        with key.lock:
            key._value_buffer.flush()
            copied = os.dup(key._value_buffer.fileno())
        self._file, self._size = os.fdopen(copied, "rb"), key.contentsize

    def __len__(self) -> int:
        return int(self._size)

    def __getitem__(self, asked: slice) -> bytes:
        start, stop, _ = asked.indices(len(self))
        return b"".join(self._read(start, stop))

    def __iter__(self) -> Iterator[bytes]:
        return self._read(0, len(self))

    def _read(self, start: int, stop: int) -> Iterator[bytes]:
        while start < stop:
            chunk = os.pread(self._file.fileno(), min(_CHUNK, stop - start), start)
            yield chunk
            start += len(chunk)


def read_what_is_asked_for(patches: Patches) -> None:
    """Read no more of an object than is asked for, and send it as it is read."""
    answering = threading.local()
    value: Any = moto_buckets.FakeKey.value

    @patches.wrap(moto_s3.S3Response, "get_object")
    def get(original: Callable[[Any], Any], response: Any) -> Any:
        answering.now = True
        try:
            return original(response)
        finally:
            answering.now = False

    def read(key: Any) -> Any:
        is_on_disk = key.contentsize > key._max_buffer_size
        if is_on_disk and getattr(answering, "now", False):
            return StoredBody(key)
        return value.fget(key)

    patches.replace(moto_buckets.FakeKey, "value", property(read, value.fset))


class JoinedBody:
    """The parts of an upload in one file, each let go of once it is there."""

    def __init__(self, parts: Sequence[Any]) -> None:
        self.file = tempfile.SpooledTemporaryFile(parts[0]._max_buffer_size)  # noqa: SIM115 - moto's object has and closes it
        self.size = sum(part.contentsize for part in parts)
        for part in parts:
            self.file.write(part.value)
            part.dispose()


def join_uploads_on_disk(patches: Patches) -> None:
    """Join the parts of an upload one after the other, in the file that is kept."""
    value: Any = moto_buckets.FakeKey.value

    @patches.wrap(moto_buckets.FakeMultipart, "complete")
    def complete(_: Callable[..., Any], upload: Any, body: Iterable[Any]) -> Any:
        parts = _find_parts(upload, body)
        digests = b"".join(bytes.fromhex(_plain(part.etag)) for part in parts)
        etag = hashlib.md5(digests, usedforsecurity=False).hexdigest()
        checksum = _sum_up(upload.metadata, parts)
        return JoinedBody(parts), f"{etag}-{len(parts)}", checksum

    def write(key: Any, new: Any) -> None:
        if isinstance(new, JoinedBody):
            key._value_buffer.close()
            key._value_buffer, key.contentsize = new.file, new.size
        else:
            value.fset(key, new)

    patches.replace(moto_buckets.FakeKey, "value", property(value.fget, write))


def _find_parts(upload: Any, asked: Iterable[tuple[int, str]]) -> Sequence[Any]:
    """Find the parts that a request names, as S3 does.

    Raises
    ------
    S3ClientError
        When one is not there, or is too small.
    """
    parts = []
    for number, etag in asked:
        part = upload.parts.get(number)
        if part is None or _plain(part.etag) != _plain(etag):
            raise InvalidPart
        parts.append(part)
    if not parts:
        raise MalformedXML
    least = S3_UPLOAD_PART_MIN_SIZE
    if any(part.contentsize < least for part in parts[:-1]):
        raise EntityTooSmall
    return parts


def _sum_up(metadata: Any, parts: Iterable[Any]) -> Any:
    """Give the checksum that the upload was begun with; none was asked for without."""
    algorithm = metadata.get("x-amz-checksum-algorithm")
    if algorithm is None:
        return None
    kind = metadata.get("x-amz-checksum-type")
    builder = moto_buckets.MultipartChecksumBuilder(algorithm, kind)
    for part in parts:
        builder.addPart(part.value)
    return builder.build()


def _plain(etag: str) -> str:
    return etag.replace('"', "")
