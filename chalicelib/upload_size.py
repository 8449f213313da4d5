"""How large an upload is once it is unpacked, without bringing it here."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from chalicelib.keys import NO_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from chalicelib.store import Store

# Gives so many bytes of a file from a place on; fewer at its end.
Read = Callable[[int, int], bytes]

# CSV shrinks about tenfold, in whatever way it is packed.
SHRINKS = 10
# The list of an archive's members is read whole, and this is as much as Preprocess
# takes; one that is longer is refused there.
MOST_READ = 4 * 1024**2
_GZIP, _PARQUET, _ZIP = b"\x1f\x8b", b"PAR1", (b"PK\x03\x04", b"PK\x05\x06")
_DENSE = (".gz", ".parquet")
_NOT_THERE = {"NoSuchKey", "NoSuchVersion", "InvalidRange"}
_WRAP = 2**32


def find_unpacked_size(
    store: Store,
    upload: Mapping[str, Any],
    parts: Iterable[Mapping[str, Any]] | None = None,
) -> int:
    """Find how many bytes an upload unpacks to, by requests for parts of it.

    The size in the bucket where its content cannot be had, or says nothing of it.

    Parameters
    ----------
    upload
        The ``key``, ``version_id`` and ``size`` of an execution's input.
    parts
        The parts of a table, which are Parquet files, where it is a folder of them.
    """
    if parts is not None:
        return SHRINKS * sum(int(part["size"]) for part in parts)
    key, size = upload["key"], upload["size"]
    version = upload["version_id"]

    def read(start: int, length: int) -> bytes:
        return store.read_range(
            key, start, length, version_id=None if version == NO_VERSION else version
        )

    try:
        return measure(read, size)
    except ClientError as error:
        if error_code(error) in _NOT_THERE:
            return int(size)  # Preprocess says what became of it
        raise


def measure(read: Read, size: int) -> int:
    """Tell how many bytes a file of ``size`` bytes unpacks to."""
    start = read(0, 4) if size else b""
    if start in _ZIP:
        return max(_measure_archive(read, size), size)
    if start.startswith(_GZIP):
        return _measure_gzip(read, size)
    return size * SHRINKS if start == _PARQUET else size


def _measure_archive(read: Read, size: int) -> int:
    try:
        with zipfile.ZipFile(_RangedFile(read, size)) as archive:
            return sum(map(_measure_member, archive.infolist()))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return size  # Preprocess says what is wrong with it


def _measure_member(member: zipfile.ZipInfo) -> int:
    is_dense = member.filename.lower().endswith(_DENSE)
    return member.file_size * (SHRINKS if is_dense else 1)


def _measure_gzip(read: Read, size: int) -> int:
    """Take the length at the end of a file of gzip's, which wraps at 4 GiB.

    Where several lengths end so, it is the one next to what such a file usually has.
    """
    told = int.from_bytes(read(max(size - 4, 0), 4), "little")
    wraps = max(round((size * SHRINKS - told) / _WRAP), 0)
    return max(told + wraps * _WRAP, size)


class _RangedFile(io.RawIOBase):
    """A file of which only what is asked for is read."""

    def __init__(self, read: Read, size: int) -> None:
        self._read, self._size, self._at = read, size, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("a place before the file's beginning")
        self._at = base + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Read at most so many bytes, or all up to the end.

        Raises
        ------
        OSError
            When they are more than is read at once.
        """
        left = max(self._size - self._at, 0)
        wanted = left if size is None or size < 0 else min(size, left)
        if wanted > MOST_READ:
            raise OSError(f"{wanted} bytes at once are more than {MOST_READ}")
        data = self._read(self._at, wanted) if wanted else b""
        self._at += len(data)
        return data
