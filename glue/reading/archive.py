"""The uploaded file: an archive or a bare CSV, unpacked within strict limits."""

from __future__ import annotations

import gzip
import lzma
import posixpath
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from glue.findings.finding import (
    Example,
    FileRejected,
    Findings,
    in_order,
    list_some,
    shorten,
)
from glue.limits import MAX_METADATA_BYTES, MAX_SETTINGS_BYTES
from glue.reading.twins import advise_twins, is_part

TABLE_SUFFIXES = (".csv", ".parquet")
ROLES = {"config.json": "config"} | {
    role.casefold() + suffix: role
    for role in ("TTS", "RTS", "metadata")
    for suffix in TABLE_SUFFIXES
}
_JUNK_NAMES = {".ds_store", "thumbs.db", "desktop.ini", "__macosx"}
_ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".bz2", ".xz")
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
# So many bytes show what a file begins with.
_START = 40
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
# What is read whole, or joined to everything, has a bound of its own.
_MOST_BYTES = {"config": MAX_SETTINGS_BYTES, "metadata": MAX_METADATA_BYTES}


@dataclass(frozen=True)
class ArchiveLimits:
    """How much an upload may hold; sizes in bytes.

    Glue Python shell has about 14 GiB of free disk, and a preparation takes three
    times what the upload unpacks to (benchmarks/one_machine.py), beside the upload.
    """

    members: int = 1_000
    directory: int = 4 * 1024**2
    total: int = 3 * 1024**3
    ratio: int = 100
    ratio_from: int = 16 * 1024**2


@dataclass
class Upload:
    """The files of an upload that are understood, by role, as paths on disk."""

    files: dict[str, Path] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    listing: list[dict[str, object]] = field(default_factory=list)
    dataset: str = "series"

    def drop(self, folder: Path) -> None:
        """Delete what was unpacked into a folder, once all of it was read."""
        for path in self.files.values():
            if path.parent == folder:
                path.unlink()


def open_upload(
    path: Path,
    key: str,
    folder: Path,
    findings: Findings,
    *,
    limits: ArchiveLimits | None = None,
) -> Upload:
    """Unpack an upload into ``folder``, under names of our own.

    Parameters
    ----------
    path
        The upload on disk; a folder, where it is the parts of one table.
    key
        Its name in the bucket; the content decides what it is, the name only
        what is said about it.
    folder
        An empty folder; nothing is written outside it.
    findings
        Takes what is wrong; an upload that cannot be read has no files.
    limits
        How much the upload may hold.
    """
    limits = limits or ArchiveLimits()
    upload = _open(path, key, folder, findings, limits=limits)
    upload.dataset = posixpath.basename(key).split(".")[0] or upload.dataset
    return upload


def _open(
    path: Path,
    key: str,
    folder: Path,
    findings: Findings,
    *,
    limits: ArchiveLimits,
) -> Upload:
    name = posixpath.basename(key)
    if path.is_dir():
        return _take_folder(path, name, findings, limits)
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(_GZIP) and not name.casefold().endswith(".zip"):
        return _take_gzip(path, name, folder, findings, limits=limits)
    if start not in (b"PK\x03\x04", b"PK\x05\x06"):
        return _take_table(path, name, findings, limits)
    upload = Upload()
    try:
        check_directory(path, limits, findings)
        _unpack_archive(upload, path, folder, findings, limits=limits, name=name)
    except FileRejected:
        upload.files.clear()
    return upload


def _take_table(
    path: Path, name: str, findings: Findings, limits: ArchiveLimits
) -> Upload:
    """Take a file that is no archive as the TTS.csv."""
    size = path.stat().st_size
    if name.casefold().endswith(".zip"):
        problem, remedy = _explain_no_zip(path, name)
        findings.add("zip-unreadable", remedy=remedy, problem=problem)
        return Upload()
    if size > limits.total:
        _note_size(size, limits, findings)
        return Upload()
    listing: list[dict[str, object]] = [{"name": name, "bytes": size, "read_as": "TTS"}]
    return Upload({"TTS": path}, {"TTS": name}, listing)


def _take_folder(
    path: Path, name: str, findings: Findings, limits: ArchiveLimits
) -> Upload:
    """Take a folder of parts as the TTS.csv."""
    size = sum(part.stat().st_size for part in path.iterdir())
    if size > limits.total:
        _note_size(size, limits, findings)
        return Upload()
    listing: list[dict[str, object]] = [{"name": name, "bytes": size, "read_as": "TTS"}]
    return Upload({"TTS": path}, {"TTS": name}, listing)


def _explain_no_zip(path: Path, name: str) -> tuple[str, str]:
    """Say what a file is that is called .zip and is none, and what to do."""
    with path.open("rb") as file:
        start = file.read(_START)
    if not start:
        return f"{name!r} is empty", "make the archive again, and upload it whole"
    if start.startswith(_GZIP):
        inner = b""
        with suppress(*_BROKEN), gzip.open(path) as source:
            inner = source.read(len(_ZIP))
        if inner == _ZIP:
            return (
                f"{name!r} is packed twice: it is a gzip file with the zip archive "
                "inside",
                "unpack it once, and upload the zip archive that comes out",
            )
        return (
            f"{name!r} is called .zip, and is a gzip file",
            "pack the tables as a zip archive, and upload that",
        )
    if start.isascii() and start.decode("ascii").isprintable():
        return (
            f"{name!r} is called .zip, and is a text that begins with "
            f"{shorten(start.decode('ascii'))!r}",
            "pack the tables as a zip archive; or, if it is the one table itself, call "
            "it .csv",
        )
    return (
        f"{name!r} is called .zip, and does not begin as zip files do",
        "make the archive again, and upload it whole",
    )


def _take_gzip(
    path: Path, name: str, folder: Path, findings: Findings, *, limits: ArchiveLimits
) -> Upload:
    """Take a table that is packed by gzip as the TTS.csv."""
    target = folder / "upload-tts"
    size = path.stat().st_size
    if not _gunzip(path, target, name, findings, most=_find_most(size, limits)):
        return Upload()
    is_named = name.casefold().endswith(".gz")
    return _take_table(
        target, name[: -len(".gz")] if is_named else name, findings, limits
    )


def _find_most(size: int, limits: ArchiveLimits) -> int:
    """Find how many bytes an upload of a size may unpack to, however it is packed."""
    return min(limits.total, max(limits.ratio * size, limits.ratio_from))


def _gunzip(
    path: Path, target: Path, name: str, findings: Findings, *, most: int
) -> bool:
    """Unpack a table of at most so many bytes; say what is wrong with it."""
    left = most
    try:
        with gzip.open(path) as source, target.open("wb") as sink:
            while block := source.read(COPY_BYTES):
                left -= len(block)
                if left < 0:
                    findings.add("zip-bomb", count=1, examples=[Example(shorten(name))])
                    return False
                sink.write(block)
    except _BROKEN as error:
        problem = f"{name!r} cannot be unpacked ({_explain_broken(error)})"
        findings.add("zip-unreadable", problem=problem)
        return False
    findings.add("csv-gzip", file=shorten(name))
    return True


def _unpack_archive(
    upload: Upload,
    path: Path,
    folder: Path,
    findings: Findings,
    *,
    limits: ArchiveLimits,
    name: str,
) -> None:
    reading = ""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > limits.members:
                raise _too_many(len(members), limits, findings)
            _check_workbook(path, members, findings)
            chosen = _choose_members(upload, archive, findings, limits)
            for role, member in chosen.items():
                reading = shorten(member.filename)
                target = folder / f"upload-{role.lower()}"
                _unpack(archive, member, target)
                if role != "config" and _is_gzip(target):
                    packed, target = target, folder / f"unpacked-{role.lower()}"
                    # Packed twice, it is the upload itself that may be tiny.
                    most = _find_most(path.stat().st_size, limits)
                    if not _gunzip(packed, target, reading, findings, most=most):
                        raise FileRejected(reading)
                    packed.unlink()
                upload.files[role] = target
    except _BROKEN as error:
        where = f", at {reading!r} in it" if reading else ""
        problem = f"the archive {shorten(name)!r} cannot be read{where}: "
        problem += _explain_broken(error)
        raise findings.reject("zip-unreadable", problem=problem) from error


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_GZIP)) == _GZIP


def _explain_broken(error: Exception) -> str:
    """Say in plain words why an archive cannot be read."""
    words = str(error)
    if isinstance(error, EOFError) or "not a zip file" in words:
        return "its end is missing, as where an upload or a download was cut short"
    if isinstance(error, (zlib.error, lzma.LZMAError)) or "CRC" in words:
        return "it is damaged there, as its bytes do not fit together"
    if isinstance(error, NotImplementedError):
        return "it is packed by a method that is not known; use the usual one, deflate"
    return shorten(words, 120)


def _check_workbook(
    path: Path, members: Iterable[zipfile.ZipInfo], findings: Findings
) -> None:
    """Refuse a workbook, which is an archive of its own kind."""
    names = {member.filename for member in members}
    if "[Content_Types].xml" in names and "xl/workbook.xml" in names:
        remedy = "open it in a spreadsheet, save the sheet as CSV in UTF-8, and upload "
        remedy += "that; or upload it with python forecast.py, which converts it"
        raise findings.reject(
            "csv-not-text",
            remedy=remedy,
            file="the upload",
            problem="it is an Excel workbook",
        )


def check_directory(path: Path, limits: ArchiveLimits, findings: Findings) -> None:
    """Refuse an archive whose list of members would not fit into memory.

    zipfile reads the whole list before anything can be checked, so its size is
    taken from the end record first.

    Raises
    ------
    FileRejected
        When the list is longer than allowed.
    """
    with path.open("rb") as file:
        try:
            # The very records that zipfile reads; looking for them anew would find
            # others, such as those that are hidden in the comment.
            found = zipfile._EndRecData(file)  # type: ignore[attr-defined]
        except _BROKEN:
            return  # zipfile says what is wrong with it
    if found is None:
        return
    members, size = max(found[3], found[4]), found[5]
    if members > limits.members or size > limits.directory:
        raise _too_many(members, limits, findings)


def _is_file(member: zipfile.ZipInfo) -> bool:
    """Tell a file of the user's from a folder, and from what systems add.

    Python 3.9's own ``is_dir`` fails where a damaged archive has an empty name.
    """
    return not member.filename.endswith("/") and not is_junk(member.filename)


def _choose_members(
    upload: Upload,
    archive: zipfile.ZipFile,
    findings: Findings,
    limits: ArchiveLimits,
) -> dict[str, zipfile.ZipInfo]:
    """Pick the files that are read; none of them when any is unsafe or unclear."""
    before, members = findings.errors, archive.infolist()
    check_members(members, limits, findings)
    is_safe = findings.errors == before
    chosen: dict[str, zipfile.ZipInfo] = {}
    ignored, twins = list[zipfile.ZipInfo](), list[zipfile.ZipInfo]()
    for member in members:
        if not _is_file(member):
            continue
        name = shorten(member.filename)
        role = _find_role(member, members)
        if role == "TTS" and _plain_name(member) not in ROLES:
            findings.add("tts-by-another-name", file=name)
        if role is None:
            ignored.append(member)
        elif role in chosen:
            readable = archive if is_safe else None
            _note_twins(role, (chosen[role], member), readable, findings)
        elif member.file_size > _MOST_BYTES.get(role, limits.total):
            _note_file(role, member, findings)
        else:
            chosen[role] = member
            upload.names[role] = name
        upload.listing.append(
            {"name": name, "bytes": member.file_size, "read_as": role}
        )
    if is_safe and "TTS" in chosen:
        twins = _find_twins(chosen["TTS"], ignored, archive)
        for member in twins:
            _note_twins("TTS", (chosen["TTS"], member), archive, findings)
    left = [Example(shorten(one.filename)) for one in ignored if one not in twins]
    if left:
        findings.add("file-ignored", count=len(left), examples=in_order(left))
    if "TTS" not in chosen:
        _note_missing(members, findings)
    return chosen if findings.errors == before else {}


def _find_twins(
    history: zipfile.ZipInfo,
    ignored: Iterable[zipfile.ZipInfo],
    archive: zipfile.ZipFile,
) -> list[zipfile.ZipInfo]:
    """List the tables of other names that hold another part of the history."""
    found = []
    for member in ignored:
        if _plain_name(member).endswith(".csv"):
            with suppress(*_BROKEN):
                found += [member] if is_part(archive, history, member) else []
    return found


def _note_twins(
    role: str,
    pair: tuple[zipfile.ZipInfo, zipfile.ZipInfo],
    archive: zipfile.ZipFile | None,
    findings: Findings,
) -> None:
    """Say that two files are of one kind, and what to do by what they hold.

    Without an archive, as one that is not safe to read, nothing is known of that.
    """
    first, second = (shorten(member.filename) for member in pair)
    remedy = None
    with suppress(*_BROKEN):
        remedy = advise_twins(archive, *pair) if archive else None
    findings.add("file-twice", role=role, remedy=remedy, first=first, second=second)


def _plain_name(member: zipfile.ZipInfo) -> str:
    # Some programs of Windows write its own separator.
    name = posixpath.basename(member.filename.replace("\\", "/")).casefold()
    return name[: -len(".gz")] if name.endswith(".csv.gz") else name


def _find_role(
    member: zipfile.ZipInfo, members: Iterable[zipfile.ZipInfo]
) -> str | None:
    """Tell a file by its name; the only table there is, is the history."""
    name = _plain_name(member)
    if name in ROLES or not name.endswith(TABLE_SUFFIXES):
        return ROLES.get(name)
    names = [_plain_name(m) for m in members if _is_file(m)]
    tables = [one for one in names if one.endswith(TABLE_SUFFIXES)]
    return "TTS" if len(tables) == 1 else None


def _note_file(role: str, member: zipfile.ZipInfo, findings: Findings) -> None:
    """Say that a file is larger than any of its role."""
    findings.add(
        "file-too-large",
        remedy="keep only settings in it"
        if role == "config"
        else "keep one row per item in it",
        file=shorten(member.filename),
        size=member.file_size,
        most=_MOST_BYTES[role],
    )


def is_junk(name: str) -> bool:
    """Say whether an operating system left the file there by itself."""
    parts = [part.casefold() for part in name.split("/")]
    return any(part in _JUNK_NAMES or part.startswith("._") for part in parts)


def check_members(
    members: Iterable[zipfile.ZipInfo], limits: ArchiveLimits, findings: Findings
) -> None:
    """Say what is hostile about an archive's members, from their headers alone."""
    members = list(members)
    hostile = {
        "zip-unsafe-path": [m for m in members if _is_unsafe(m)],
        "zip-link": [m for m in members if stat.S_ISLNK(m.external_attr >> 16)],
        "zip-encrypted": [m for m in members if m.flag_bits & 0x1],
        "zip-nested": [m for m in members if _is_archive(m)],
        "zip-bomb": [m for m in members if _is_bomb(m, limits)],
    }
    counts = Counter(member.filename for member in members)
    twice = [name for name, count in counts.items() if count > 1]
    names = {code: [m.filename for m in bad] for code, bad in hostile.items()}
    names["zip-duplicate-name"] = twice
    for code, bad in names.items():
        if bad:
            places = in_order(Example(shorten(name)) for name in bad)
            remedy = _advise_nested(members) if code == "zip-nested" else None
            findings.add(code, count=len(bad), examples=places, remedy=remedy)
    total = sum(member.file_size for member in members)
    if total > limits.total:
        _note_size(total, limits, findings)


def _advise_nested(members: Iterable[zipfile.ZipInfo]) -> str | None:
    """Say what to upload where an archive was only packed once more."""
    held = [m for m in members if _is_file(m)]
    if len(held) != 1:
        return None
    return (
        "it was packed twice, as it holds nothing else: unpack it once, and upload the "
        f"{shorten(posixpath.basename(held[0].filename))!r} that comes out"
    )


def _is_unsafe(member: zipfile.ZipInfo) -> bool:
    # zipfile cuts names at NUL and turns the system's own separator into "/".
    name = member.orig_filename.replace("\\", "/")
    absolute = name.startswith("/") or re.match(r"[A-Za-z]:", name) is not None
    return absolute or ".." in name.split("/") or "\0" in name


def _is_archive(member: zipfile.ZipInfo) -> bool:
    name = member.filename.casefold()
    packed_table = _plain_name(member) in ROLES
    return not is_junk(name) and name.endswith(_ARCHIVES) and not packed_table


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


def _note_missing(members: list[zipfile.ZipInfo], findings: Findings) -> None:
    names = [m.filename for m in members if _is_file(m)]
    contents = f"found {list_some(names)}" if names else "the archive is empty"
    suffixes = (*TABLE_SUFFIXES, ".txt")
    known = {one for one in names if posixpath.basename(one).casefold() in ROLES}
    tables = [
        one for one in names if one.casefold().endswith(suffixes) and one not in known
    ]
    books = [name for name in names if name.casefold().endswith((".xlsx", ".xls"))]
    remedy = _advise_name(tables[0]) if len(tables) == 1 else None
    if len(tables) > 1:
        remedy = "call the table with the history TTS.csv, and one with covariates of "
        remedy += "past and future RTS.csv"
    if books and not tables:
        remedy = f"open {shorten(books[0])!r}, save its sheet as CSV under the name "
        remedy += "TTS.csv, and put that into the archive"
    findings.add("tts-missing", found=contents, remedy=remedy)


def _advise_name(table: str) -> str:
    suffix = ".parquet" if table.casefold().endswith(".parquet") else ".csv"
    return f"rename {shorten(table)!r} to TTS{suffix}"


def _too_many(count: int, limits: ArchiveLimits, findings: Findings) -> FileRejected:
    return findings.reject("zip-too-many-members", count=count, most=limits.members)


def _note_size(size: int, limits: ArchiveLimits, findings: Findings) -> None:
    gibi = 1024**3
    findings.add("upload-too-large", size=size / gibi, most=limits.total / gibi)
