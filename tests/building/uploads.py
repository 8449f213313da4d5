"""Builders of uploads: tables, archives, and the small S3 that the jobs see."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from glue import preparation
from glue.findings.codes import CODES
from glue.settings.layers import Layer

DEFAULT_START = 2020


def months(count, start_year=DEFAULT_START):
    """Name the first days of so many months."""
    return [f"{start_year + n // 12}-{n % 12 + 1:02d}-01" for n in range(count)]


def value_of(item, step):
    """Give a value that varies from item to item and from step to step."""
    places = sum(place * ord(letter) for place, letter in enumerate(item))
    return 100 + 10 * (sum(map(ord, item)) % 7) + places % 89 + (step * 37) % 11


def make_csv(header, rows, delimiter=",", newline="\n"):
    """Write rows as CSV text, without any quoting."""
    lines = [header, *rows]
    return "".join(delimiter.join(map(str, line)) + newline for line in lines)


def make_rows(items=("A", "B"), steps=24, stamps=None):
    """Make the rows of a monthly table, or of one at other timestamps."""
    stamps = stamps or months(steps)
    return [
        (item, stamp, value_of(item, step))
        for item in items
        for step, stamp in enumerate(stamps)
    ]


HEADER = ("item_id", "timestamp", "target_value")


def make_tts(items=("A", "B"), steps=24, **others):
    """Make the text of a clean TTS.csv."""
    return make_csv(HEADER, make_rows(items, steps, **others))


def make_zip(files, compression=zipfile.ZIP_DEFLATED):
    """Pack texts or bytes into an archive, the same bytes at any time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = 0o600 << 16
            archive.writestr(member, content, compression)
    return buffer.getvalue()


def as_bytes(content):
    """Encode a text; leave bytes as they are."""
    return content.encode() if isinstance(content, str) else content


class Prepared:
    """A preparation with its files read, so that its folder may go."""

    def __init__(self, made):
        self.made = made
        self.findings = list(made.findings)
        self.codes = sorted({found.code for found in self.findings})
        self.accepted = made.accepted
        self.job = made.job
        self.table = made.table
        files = made.files
        self.train = files.train.read_text() if files else None
        self.transform = [path.read_text() for path in files.transform] if files else []

    def finding(self, code):
        """Give the one finding of a code."""
        (found,) = [found for found in self.findings if found.code == code]
        return found


def prepare(content, key="raw/data.zip", settings=None, **options):
    """Prepare an upload given as bytes, text or a dict of files."""
    content = make_zip(content) if isinstance(content, dict) else as_bytes(content)
    layer = None
    if settings is not None:
        text = settings if isinstance(settings, str) else json.dumps(settings)
        layer = Layer("config/default.json", text)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "upload").write_bytes(content)
        (folder / "work").mkdir()
        made = preparation.prepare_upload(
            folder / "upload",
            key,
            folder / "work",
            bucket_settings=layer,
            options=preparation.Options(**options),
        )
        return Prepared(made)


@dataclass(frozen=True)
class Case:
    """An upload with the exact codes that are found in it.

    ``train`` and ``transform`` are the forecast input that it must become.
    """

    name: str
    content: Any
    codes: tuple[str, ...] = ()
    settings: Any = None
    key: str = "raw/data.zip"
    options: dict[str, Any] = field(default_factory=dict)
    train: str | None = None
    transform: str | None = None

    @property
    def accepted(self):
        """Whether none of the codes is an error."""
        return all(CODES[code].level != "error" for code in self.codes)

    def prepare(self):
        """Run the preparation on it."""
        options = self.options
        return prepare(self.content, self.key, self.settings, **options)


def as_zip(tts, **files):
    """Pack a TTS.csv with other files: rts, metadata, config."""
    names = {"rts": "RTS.csv", "metadata": "metadata.csv", "config": "config.json"}
    packed = {"TTS.csv": tts}
    for role, content in files.items():
        text = content if isinstance(content, (str, bytes)) else json.dumps(content)
        packed[names[role]] = text
    return make_zip(packed)


class NoSuchKey(ClientError, KeyError):
    """What S3 says of an object that is not there."""


class FakeS3:
    """A bucket in memory, with the few calls that the Glue jobs make."""

    def __init__(self, objects=None):
        self.objects = {key: as_bytes(body) for key, body in (objects or {}).items()}
        self.versions = {}

    def get_object(self, **request):
        version = request.get("VersionId")
        if version is not None:
            body = self.versions[request["Key"], version]
        elif request["Key"] in self.objects:
            body = self.objects[request["Key"]]
        else:
            error = {
                "Code": "NoSuchKey",
                "Message": "The specified key does not exist.",
            }
            raise NoSuchKey({"Error": error}, "GetObject")
        start, end = (request.get("Range") or "bytes=0-").partition("=")[2].split("-")
        return {"Body": _Body(body[int(start) : int(end) + 1 if end else None])}

    def head_object(self, **request):
        return {"ContentLength": len(self.objects[request["Key"]])}

    def put_object(self, **request):
        self.objects[request["Key"]] = as_bytes(request["Body"])

    def upload_file(self, path, _, key, **_options):
        self.objects[key] = Path(path).read_bytes()

    def download_file(self, _, key, path):
        Path(path).write_bytes(self.objects[key])

    def list_objects_v2(self, **request):
        keys = [key for key in self.objects if key.startswith(request["Prefix"])]
        return {"Contents": [{"Key": key} for key in keys]}

    def get_paginator(self, _):
        return self

    def paginate(self, **request):
        return [self.list_objects_v2(**request)]

    def read_json(self, key):
        return json.loads(self.objects[key])


class _Body(io.BytesIO):
    def iter_chunks(self, size):
        return iter(lambda: self.read(size), b"")
