"""The uploaded file: an archive or a bare CSV, unpacked within strict limits."""

from __future__ import annotations

import lzma
import posixpath
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from glue.findings.finding import Example as Place
from glue.findings.finding import (
    FileRejected,
    Finding,
    Tally,
    list_some,
    make_finding,
    shorten,
)

ROLES = {
    "tts.csv": "TTS",
    "rts.csv": "RTS",
    "metadata.csv": "metadata",
    "config.json": "config",
}
_JUNK_NAMES = {".ds_store", "thumbs.db", "desktop.ini", "__macosx"}
_ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".bz2", ".xz")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    struct.error,
)
COPY_BYTES = 1024 * 1024


@dataclass(frozen=True)
class ArchiveLimits:
    """How much an upload may hold; sizes in bytes.

    Glue Python shell has about 14 GiB of free disk, and the data is written
    there three times at most: unpacked, in partitions, and as forecast input.
    """

    members: int = 1_000
    directory: int = 4 * 1024**2
    total: int = 3 * 1024**3
    ratio: int = 100
    ratio_from: int = 64 * 1024**2


@dataclass
class Upload:
    """The files of an upload that are understood, by role, as paths on disk."""

    files: dict[str, Path] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    listing: list[dict[str, object]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def open_upload(
    path: Path, key: str, folder: Path, *, limits: ArchiveLimits | None = None
) -> Upload:
    """Unpack an upload into ``folder``, under names of our own.

    Parameters
    ----------
    path
        The upload on disk.
    key
        Its name in the bucket; the content decides what it is, the name only
        what is said about it.
    folder
        An empty folder; nothing is written outside it.
    limits
        How much the upload may hold.
    """
    limits = limits or ArchiveLimits()
    upload = Upload()
    try:
        with path.open("rb") as file:
            start = file.read(4)
        if start[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
            _open_archive(upload, path, folder, limits)
        else:
            _open_table(upload, path, key, limits)
    except FileRejected as rejected:
        upload.findings.append(rejected.finding)
    return upload


def _open_table(upload: Upload, path: Path, key: str, limits: ArchiveLimits) -> None:
    """Take a file that is no archive as the TTS.csv."""
    name = posixpath.basename(key)
    size = path.stat().st_size
    if name.casefold().endswith(".zip"):
        what = f"{name!r} is no zip archive" if size else f"{name!r} is empty"
        raise FileRejected(make_finding("zip-unreadable", what))
    if size > limits.total:
        raise FileRejected(_too_large(size, limits))
    upload.files["TTS"], upload.names["TTS"] = path, name
    upload.listing.append({"name": name, "bytes": size, "read_as": "TTS"})


def _open_archive(
    upload: Upload, path: Path, folder: Path, limits: ArchiveLimits
) -> None:
    check_directory(path, limits)
    try:
        with zipfile.ZipFile(path) as archive:
            members = _choose_members(upload, archive.infolist(), limits)
            for role, member in members.items():
                target = folder / f"upload-{role.lower()}"
                _unpack(archive, member, target)
                upload.files[role] = target
    except _BROKEN as error:
        upload.files.clear()
        what = f"the zip archive cannot be read ({shorten(str(error), 120)})"
        raise FileRejected(make_finding("zip-unreadable", what)) from error


def check_directory(path: Path, limits: ArchiveLimits) -> None:
    """Refuse an archive whose list of members would not fit into memory.

    zipfile reads the whole list before anything can be checked, so its size is
    taken from the end record first (APPNOTE.TXT 4.3.14 to 4.3.16).

    Raises
    ------
    FileRejected
        When the list is longer than allowed.
    """
    with path.open("rb") as file:
        file.seek(0, 2)
        tail_size = min(file.tell(), 66_000 + 76)
        file.seek(-tail_size, 2)
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return  # zipfile says what is wrong with it
    members, size = struct.unpack_from("<HI", tail, at + 10)
    wide = tail.rfind(b"PK\x06\x06")
    if wide >= 0 and len(tail) >= wide + 56:
        members, size = struct.unpack_from("<QQ", tail, wide + 32)
    if members > limits.members or size > limits.directory:
        raise FileRejected(_too_many(members, limits))


def _choose_members(
    upload: Upload, members: list[zipfile.ZipInfo], limits: ArchiveLimits
) -> dict[str, zipfile.ZipInfo]:
    """Pick the files that are read, or reject what is unsafe or unclear."""
    if len(members) > limits.members:
        raise FileRejected(_too_many(len(members), limits))
    upload.findings += check_members(members, limits)
    chosen: dict[str, zipfile.ZipInfo] = {}
    ignored = Tally()
    for member in members:
        if member.is_dir() or is_junk(member.filename):
            continue
        role = ROLES.get(posixpath.basename(member.filename).casefold())
        if role is None:
            ignored.add([Place(shorten(member.filename))])
        elif role in chosen:
            both = f"{shorten(chosen[role].filename)!r}, {shorten(member.filename)!r}"
            what = f"the archive holds more than one {role} file (found {both})"
            upload.findings.append(make_finding("file-twice", what))
        else:
            chosen[role] = member
            upload.names[role] = shorten(member.filename)
        upload.listing.append(
            {
                "name": shorten(member.filename),
                "bytes": member.file_size,
                "read_as": role,
            }
        )
    if ignored.count:
        what = f"{ignored.count} file(s) in the archive are not read"
        upload.findings.append(ignored.as_finding("file-ignored", what))
    if "TTS" not in chosen:
        upload.findings.append(_no_tts(members))
    unusable = any(found.level == "error" for found in upload.findings)
    return {} if unusable else chosen


def is_junk(name: str) -> bool:
    """Say whether an operating system left the file there by itself."""
    parts = [part.casefold() for part in name.split("/")]
    return any(part in _JUNK_NAMES or part.startswith("._") for part in parts)


def check_members(
    members: Iterable[zipfile.ZipInfo], limits: ArchiveLimits
) -> list[Finding]:
    """List what is hostile about an archive's members, from their headers alone."""
    members = list(members)
    groups = {
        "zip-unsafe-path": [m for m in members if _is_unsafe(m)],
        "zip-link": [m for m in members if stat.S_ISLNK(m.external_attr >> 16)],
        "zip-encrypted": [m for m in members if m.flag_bits & 0x1],
        "zip-nested": [m for m in members if _is_archive(m)],
        "zip-bomb": [m for m in members if _is_bomb(m, limits)],
    }
    findings = [_about(code, bad) for code, bad in groups.items() if bad]
    names = Counter(member.filename for member in members)
    twice = sorted(name for name, count in names.items() if count > 1)
    if twice:
        what = f"the archive holds {len(twice)} name(s) more than once"
        places = [Place(shorten(name)) for name in twice]
        count = len(twice)
        findings.append(
            make_finding("zip-duplicate-name", what, count=count, examples=places)
        )
    total = sum(member.file_size for member in members)
    if total > limits.total:
        findings.append(_too_large(total, limits))
    return findings


_WORDS = {
    "zip-unsafe-path": "{} member(s) of the archive have a path that leaves the folder",
    "zip-link": "{} member(s) of the archive are symbolic links",
    "zip-encrypted": "{} member(s) of the archive are encrypted",
    "zip-nested": "{} member(s) of the archive are archives themselves",
    "zip-bomb": "{} member(s) of the archive unpack to far more than they hold",
}


def _about(code: str, members: list[zipfile.ZipInfo]) -> Finding:
    tally = Tally()
    tally.add([Place(shorten(member.filename)) for member in members])
    return tally.as_finding(code, _WORDS[code].format(len(members)))


def _is_unsafe(member: zipfile.ZipInfo) -> bool:
    # zipfile cuts names at NUL and turns the system's own separator into "/".
    name = member.orig_filename.replace("\\", "/")
    absolute = name.startswith("/") or re.match(r"[A-Za-z]:", name) is not None
    return absolute or ".." in name.split("/") or "\0" in name


def _is_archive(member: zipfile.ZipInfo) -> bool:
    return not is_junk(member.filename) and member.filename.casefold().endswith(
        _ARCHIVES
    )


def _is_bomb(member: zipfile.ZipInfo, limits: ArchiveLimits) -> bool:
    ratio = member.file_size / max(member.compress_size, 1)
    return member.file_size > limits.ratio_from and ratio > limits.ratio


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    with archive.open(member) as source, target.open("wb") as sink:
        _copy(source, sink, member.file_size)


def _copy(source: IO[bytes], sink: IO[bytes], size: int) -> None:
    """Copy at most what the header promised."""
    left = size
    while left > 0:
        block = source.read(min(COPY_BYTES, left))
        if not block:
            raise EOFError("a member ends too early")
        left -= len(block)
        sink.write(block)
    if source.read(1):
        raise zipfile.BadZipFile("a member is longer than its header says")


def _no_tts(members: list[zipfile.ZipInfo]) -> Finding:
    names = [m.filename for m in members if not m.is_dir() and not is_junk(m.filename)]
    found = f"found {list_some(names)}" if names else "the archive is empty"
    tables = [name for name in names if name.casefold().endswith((".csv", ".txt"))]
    remedy = f"rename {shorten(tables[0])!r} to TTS.csv" if len(tables) == 1 else None
    what = f"the archive holds no TTS.csv ({found})"
    return make_finding("tts-missing", what, remedy=remedy)


def _too_many(count: int, limits: ArchiveLimits) -> Finding:
    what = f"the archive lists {count} members (at most {limits.members})"
    return make_finding("zip-too-many-members", what, count=count)


def _too_large(size: int, limits: ArchiveLimits) -> Finding:
    most = limits.total / 1024**3
    what = f"the upload unpacks to {size / 1024**3:.1f} GiB (at most {most:.1f} GiB)"
    return make_finding("upload-too-large", what)
