"""The stage's bucket as both jobs see it: the one map of its keys, JSON, files."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO, cast

from botocore.config import Config
from botocore.exceptions import HTTPClientError, IncompleteReadError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# The version of the keys in each document that the jobs write.
SCHEMAS = {
    "data-report.json": 1,
    "settings.json": 1,
    "report.json": 1,
    "report-warnings.json": 1,
    "score.json": 1,
    "comparison.json": 1,
    "summary.json": 1,
}
DEFAULT_SETTINGS = "config/default.json"
_BLOCK_BYTES = 1024 * 1024
# What is asked for at a time of an object that this machine has no room for, and how
# often again where the connection breaks in the midst of it.
_RANGE_BYTES, _TRIES = 16 * 1024 * 1024, 5
_LONGEST_NAME = 60  # characters of a part's name, of up to four bytes each
# A job does not end because S3 was busy for some seconds.
PATIENT = Config(retries={"mode": "standard", "max_attempts": 8})


@dataclass(frozen=True)
class RunKeys:
    """The keys of one run's objects; a folder's ends in a slash."""

    run_id: str

    @property
    def documents(self) -> str:
        """The folder of the run's JSON documents."""
        return f"runs/{self.run_id}/"

    @property
    def run(self) -> str:
        """What was uploaded, and with which settings of the bucket."""
        return f"{self.documents}run.json"

    @property
    def data_report(self) -> str:
        """What was found in the upload."""
        return f"{self.documents}data-report.json"

    @property
    def settings(self) -> str:
        """The settings as resolved."""
        return f"{self.documents}settings.json"

    @property
    def candidates(self) -> str:
        """What was trained, by the engine that the report is about."""
        return f"{self.documents}candidates.json"

    @property
    def embedded_output(self) -> str:
        """The prefix of what the embedded engine's training leaves."""
        return f"autopilot-output/{self.run_id}/embedded"

    @property
    def embedded_candidates(self) -> str:
        """What the embedded engine trained beside Autopilot."""
        return f"{self.documents}candidates-embedded.json"

    @property
    def score(self) -> str:
        """How the champion's last forecasts came true."""
        return f"{self.documents}score.json"

    @property
    def model(self) -> str:
        """Whose model forecasts, and why."""
        return f"{self.documents}model.json"

    @property
    def comparison(self) -> str:
        """The trained model beside the champion."""
        return f"{self.documents}comparison.json"

    @property
    def report_warnings(self) -> str:
        """What the report found."""
        return f"{self.documents}report-warnings.json"

    @property
    def input(self) -> str:
        """The folder of the forecast input."""
        return f"input/{self.run_id}/"

    @property
    def train_folder(self) -> str:
        """The folder that Autopilot takes all training data from."""
        return f"{self.input}train/"

    @property
    def train(self) -> str:
        """The training data."""
        return f"{self.train_folder}train.csv"

    @property
    def transform_folder(self) -> str:
        """The folder of what the batch transform reads."""
        return f"{self.input}transform/"

    @property
    def work_folder(self) -> str:
        """The folder of what several machines hand each other while they prepare."""
        return f"parts/{self.run_id}/"

    def results(self, dataset: str) -> str:
        """The folder of what people read of the run."""
        return f"{dataset_folder(dataset)}{self.run_id}/"

    def raw_folder(self, dataset: str) -> str:
        """The folder of the raw forecasts: the batch transform's own output."""
        return f"{self.results(dataset)}raw/"

    def embedded_raw_folder(self, dataset: str) -> str:
        """The folder of what the embedded engine forecast beside Autopilot."""
        return f"{self.results(dataset)}raw-embedded/"


def dataset_folder(dataset: str) -> str:
    """Name the folder of the results of all runs of a dataset."""
    return f"output-forecasted-data/{dataset}/"


def expect_owner(s3: S3Client, account: str) -> S3Client:
    """Make every call of a client say whose the bucket has to be.

    Its name can be guessed, and taken by a stranger while there is none.
    """

    def add_owner(params: dict[str, Any], model: Any, **_event: Any) -> None:
        shape = model.input_shape
        if shape is not None and "ExpectedBucketOwner" in shape.members:
            params.setdefault("ExpectedBucketOwner", account)

    s3.meta.events.register("before-parameter-build.s3", add_owner)
    return s3


@dataclass(frozen=True)
class Stored:
    """An object that is there, and when it was written, where that is known."""

    key: str
    modified: datetime | None = None


@dataclass(frozen=True)
class Bucket:
    """One bucket, and a folder of this machine to bring its objects to."""

    s3: S3Client
    name: str
    folder: Path

    def list_objects(self, prefix: str) -> list[Stored]:
        """List the objects below a prefix, by key."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=prefix
        )
        found = [
            Stored(item["Key"], item.get("LastModified"))
            for page in pages
            for item in page.get("Contents", [])
        ]
        return sorted(found, key=lambda stored: stored.key)

    def download(self, key: str, name: str | None = None) -> Path:
        """Bring an object to a file of the folder, by its own name or another."""
        path = self.folder / (name or key.rpartition("/")[2])
        self.s3.download_file(self.name, key, str(path))
        return path

    def open(self, key: str, at_a_time: int = _RANGE_BYTES) -> BinaryIO:
        """Open an object to read it from its beginning, without room for all of it."""
        file = io.BufferedReader(_RangedObject(self.s3, self.name, key), at_a_time)
        return cast("BinaryIO", file)

    def download_upload(self, upload: Mapping[str, Any]) -> Path:
        """Bring the very version that was uploaded, a block at a time.

        Parameters
        ----------
        upload
            The ``key``, ``version_id`` and ``etag`` of run.json.
        """
        return self._download(upload, self.folder / "upload")

    def download_parts(self, parts: Iterable[Mapping[str, Any]]) -> Path:
        """Bring the very versions of the parts of a table, into a folder.

        Parameters
        ----------
        parts
            The ``key``, ``version_id`` and ``etag`` of each, as in run.json.
        """
        folder = self.folder / "upload"
        folder.mkdir()
        for number, part in enumerate(parts):
            name = part["key"].rpartition("/")[2][-_LONGEST_NAME:]
            self._download(part, folder / f"{number:05d}-{name}")
        return folder

    def _download(self, upload: Mapping[str, Any], path: Path) -> Path:
        which: dict[str, Any] = {"Bucket": self.name, "Key": upload["key"]}
        if upload["version_id"] in (None, "null"):
            # An unversioned bucket: at least the content must still be the same.
            which["IfMatch"] = upload["etag"]
        else:
            which["VersionId"] = upload["version_id"]
        body = self.s3.get_object(**which)["Body"]
        with path.open("wb") as file:
            for block in body.iter_chunks(_BLOCK_BYTES):
                file.write(block)
        return path

    def upload(self, path: Path, key: str, content_type: str | None = None) -> None:
        """Write a file to the bucket."""
        if content_type is None:
            self.s3.upload_file(str(path), self.name, key)
            return
        self.s3.upload_file(
            str(path), self.name, key, ExtraArgs={"ContentType": content_type}
        )

    def write_text(
        self, key: str, content_type: str, write: Callable[[TextIO], Any]
    ) -> None:
        """Write a text that does not have to fit into memory, by way of a file."""
        path = self.folder / key.rpartition("/")[2]
        with path.open("w", encoding="utf-8", newline="\n") as file:
            write(file)
        self.upload(path, key, content_type)
        path.unlink()

    def read_json(self, key: str) -> dict[str, Any]:
        """Read a JSON object that must be there."""
        body = self.s3.get_object(Bucket=self.name, Key=key)["Body"].read()
        content: dict[str, Any] = json.loads(body)
        return content

    def find_json(self, key: str) -> dict[str, Any] | None:
        """Read a JSON object; None where there is none."""
        if not any(stored.key == key for stored in self.list_objects(key)):
            return None
        return self.read_json(key)

    def write_json(self, key: str, content: Mapping[str, Any]) -> None:
        """Write a JSON object, readable to people too."""
        text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
        self.s3.put_object(
            Bucket=self.name,
            Key=key,
            Body=text.encode("utf-8", "replace"),
            ContentType="application/json",
        )


class _RangedObject(io.RawIOBase):
    """An object of which some is read at a time."""

    def __init__(self, s3: S3Client, bucket: str, key: str) -> None:
        self._s3, self._which, self._at = s3, {"Bucket": bucket, "Key": key}, 0
        self._size = s3.head_object(Bucket=bucket, Key=key)["ContentLength"]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        end = min(self._at + len(buffer), self._size)
        if end == self._at:
            return 0
        body = self._read(f"bytes={self._at}-{end - 1}")
        buffer[: len(body)] = body
        self._at += len(body)
        return len(body)

    def _read(self, wanted: str) -> bytes:
        which: Any = {**self._which, "Range": wanted}
        for _ in range(_TRIES - 1):
            with suppress(HTTPClientError, IncompleteReadError):
                return self._s3.get_object(**which)["Body"].read()
        return self._s3.get_object(**which)["Body"].read()


def split_uri(uri: str) -> tuple[str, str]:
    """Split an S3 address into its bucket and its key."""
    bucket, _, key = uri[len("s3://") :].partition("/")
    return bucket, key
