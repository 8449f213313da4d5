"""Uploads whose archive is odd, bad or hostile, each with a near miss."""

import io
import stat
import struct
import warnings
import zipfile

from glue.reading.archive import ArchiveLimits
from tests.building.uploads import Case, as_zip, make_tts, make_zip

TTS = make_tts()
GOOD = as_zip(TTS)


def with_member(name, content=b"x", change=None):
    """Pack a good TTS.csv and one more member."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore")  # zipfile warns of a name that is twice there
        archive.writestr("TTS.csv", TTS)
        member = zipfile.ZipInfo(name)
        if change:
            change(member)
        archive.writestr(member, content)
    return buffer.getvalue()


def as_link(member):
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    member.create_system = 3


def with_flag(bit):
    """Set a bit of the member's flags in both of the headers; 1 needs a password."""
    data = bytearray(GOOD)
    data[6] |= bit
    data[data.index(b"PK\x01\x02") + 8] |= bit
    return bytes(data)


def with_notes(*names):
    """Pack a good TTS.csv and some notes."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore")  # zipfile warns of a name that is twice there
        for name in ("TTS.csv", *names):
            archive.writestr(name, TTS)
    return buffer.getvalue()


def with_zeros(count):
    """Pack a good TTS.csv and zeros, which take no room in an archive."""
    return make_zip({"TTS.csv": TTS, "x": b"0" * count})


def with_bad_checksum():
    data = bytearray(make_zip({"TTS.csv": TTS}, zipfile.ZIP_STORED))
    at = data.index(b"A,2020-01-01,") + 13
    data[at] = ord("9") if data[at] != ord("9") else ord("8")
    return bytes(data)


def with_size(size):
    """Let the list of members say another size than the member has."""
    data = bytearray(make_zip({"TTS.csv": TTS}, zipfile.ZIP_STORED))
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<II", data, at + 20, size, size)
    return bytes(data)


def with_directory_of(members):
    """Let the end record promise so many members."""
    data = bytearray(GOOD)
    at = data.rindex(b"PK\x05\x06")
    struct.pack_into("<HH", data, at + 8, members, members)
    return bytes(data)


def with_method(method):
    data = bytearray(GOOD)
    struct.pack_into("<H", data, data.index(b"PK\x01\x02") + 10, method)
    struct.pack_into("<H", data, 8, method)
    return bytes(data)


def many(count):
    return make_zip({"TTS.csv": TTS, **{f"__MACOSX/{n}": "" for n in range(count)}})


SMALL = {"limits": ArchiveLimits(ratio_from=1_000, ratio=50)}
TIGHT = {"limits": ArchiveLimits(total=len(TTS) + 100)}

CASES = [
    Case("plain archive", GOOD, train=TTS, transform=TTS),
    Case("text named zip", TTS, ("zip-unreadable",)),
    Case("no bytes", b"", ("zip-unreadable",)),
    Case("truncated archive", GOOD[:-40], ("zip-unreadable",)),
    Case("half an archive", GOOD[: len(GOOD) // 2], ("zip-unreadable",)),
    Case("bad checksum", with_bad_checksum(), ("zip-unreadable",)),
    Case("member shorter than promised", with_size(10**6), ("zip-unreadable",)),
    Case("member longer than promised", with_size(100), ("zip-unreadable",)),
    Case("unknown compression", with_method(97), ("zip-unreadable",)),
    Case("stored members", make_zip({"TTS.csv": TTS}, zipfile.ZIP_STORED), train=TTS),
    Case("bzip2 members", make_zip({"TTS.csv": TTS}, zipfile.ZIP_BZIP2), train=TTS),
    Case("lzma members", make_zip({"TTS.csv": TTS}, zipfile.ZIP_LZMA), train=TTS),
    Case("bytes before the archive", b"MZ" + GOOD, ("zip-unreadable",)),
    Case("bytes after the archive", GOOD + b"\n\n", train=TTS),
    Case("encrypted", with_flag(1), ("zip-encrypted",)),
    Case("empty archive", make_zip({}), ("tts-missing",)),
    Case("folder only", make_zip({"data/": ""}), ("tts-missing",)),
    Case(
        "another name",
        make_zip({"north.csv": TTS, "south.csv": TTS}),
        ("file-ignored", "tts-missing"),
    ),
    Case("upper case name", make_zip({"TTS.CSV": TTS}), train=TTS),
    Case("lower case name", make_zip({"tts.csv": TTS}), train=TTS),
    Case("nested folder", make_zip({"data/": "", "data/TTS.csv": TTS}), train=TTS),
    Case("deep folder", make_zip({"a/b/c/TTS.csv": TTS}), train=TTS),
    Case(
        "junk of systems",
        make_zip(
            {
                "data/TTS.csv": TTS,
                "__MACOSX/data/._TTS.csv": b"\x00\x05\x16\x07",
                ".DS_Store": b"\x00",
                "data/Thumbs.db": b"\x00",
            }
        ),
        train=TTS,
    ),
    Case("other files", with_member("notes.txt"), ("file-ignored",), train=TTS),
    Case(
        "history twice",
        make_zip({"TTS.csv": TTS, "old/tts.csv": TTS}),
        ("file-twice",),
    ),
    Case("a name twice", with_member("TTS.csv"), ("file-twice", "zip-duplicate-name")),
    Case(
        "notes twice",
        with_notes("notes.txt", "notes.txt"),
        ("file-ignored", "zip-duplicate-name"),
    ),
    Case(
        "path to a parent", with_member("../x.csv"), ("file-ignored", "zip-unsafe-path")
    ),
    Case("absolute path", with_member("/etc/x"), ("file-ignored", "zip-unsafe-path")),
    Case("drive letter", with_member("C:/x.csv"), ("file-ignored", "zip-unsafe-path")),
    Case(
        "path of Windows",
        with_member("..\\x.csv"),
        ("file-ignored", "zip-unsafe-path"),
    ),
    Case("dots in a name", with_member("a..b.txt"), ("file-ignored",), train=TTS),
    Case(
        "symbolic link",
        with_member("x", b"/etc", as_link),
        ("file-ignored", "zip-link"),
    ),
    Case(
        "archive inside", with_member("more.zip", GOOD), ("file-ignored", "zip-nested")
    ),
    Case(
        "only an archive inside",
        make_zip({"data.zip": GOOD}),
        ("file-ignored", "zip-nested"),
    ),
    Case("bomb", with_member("x", b""), ("file-ignored",), options=SMALL, train=TTS),
    Case(
        "bomb by ratio",
        with_zeros(500_000),
        ("file-ignored", "zip-bomb"),
        options=SMALL,
    ),
    Case(
        "smallest bomb",
        with_zeros(SMALL["limits"].ratio_from + 1),
        ("file-ignored", "zip-bomb"),
        options=SMALL,
    ),
    Case(
        "one byte more than allowed",
        with_member("x", b"0" * 101),
        ("file-ignored", "upload-too-large"),
        options=TIGHT,
    ),
    Case("total size that fits", GOOD, options=TIGHT, train=TTS),
    Case(
        "table too large",
        TTS + " " * 200,
        ("upload-too-large",),
        key="raw/a.csv",
        options=TIGHT,
    ),
    Case("thousands of members", many(1_000), ("zip-too-many-members",)),
    Case("a thousand members", many(999), train=TTS),
    Case(
        "promise of many members", with_directory_of(60_000), ("zip-too-many-members",)
    ),
    Case("bare table", TTS, key="raw/sales.csv", train=TTS),
    Case("table named raw", TTS, key="raw", train=TTS),
    Case("archive named csv", GOOD, key="raw/sales.csv", train=TTS),
    Case("empty bare table", b"", ("csv-empty",), key="raw/sales.csv"),
]
