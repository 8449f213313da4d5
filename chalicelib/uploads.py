"""What an S3 event says was uploaded, and whether that starts a run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from chalicelib.errors import RecordError
from chalicelib.keys import (
    BARE_UPLOAD_KEY,
    FOLDER_MARK,
    NO_VERSION,
    UPLOAD_FOLDER,
    find_parts_folder,
    upload_key,
)

SUFFIXES = (".zip", ".csv", ".csv.gz", ".parquet")
_NAME, _ENDINGS = upload_key("<name>"), ", ".join(SUFFIXES[:-1])
NEEDED_KEYS = f"{_NAME}{_ENDINGS} or {SUFFIXES[-1]}, or {_NAME}/{FOLDER_MARK}"
# What Spark, Dask and others call the files of one table, in a folder of its own.
_PART = re.compile(rf"{UPLOAD_FOLDER}.+/part[-.]\d+[^/]*")
_CREATED = "ObjectCreated:"
_TOLD_LENGTH = 300


@dataclass(frozen=True)
class Upload:
    """One version of one object, as S3 announced it."""

    bucket: str
    key: str
    version_id: str
    etag: str
    size: int
    event_time: str
    sequencer: str


def list_records(event: Mapping[str, Any]) -> list[Any]:
    """List the records of an S3 event; S3's own test event has none."""
    return list(event.get("Records") or [])


def read_upload(record: Any) -> Upload:
    """Read what one record of an S3 event announces.

    Raises
    ------
    RecordError
        When the record is not of the form that S3 promises.
    """
    try:
        stored = record["s3"]["object"]
        # A run is named by the moment: one that is none is found here.
        datetime.fromisoformat(record["eventTime"])
        return Upload(
            bucket=record["s3"]["bucket"]["name"],
            key=unquote_plus(stored["key"]),
            version_id=stored.get("versionId") or NO_VERSION,
            etag=stored.get("eTag", ""),
            size=stored.get("size", 0),
            event_time=record["eventTime"],
            sequencer=stored.get("sequencer", ""),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise RecordError(
            f"a record of an S3 event cannot be read (found "
            f"{repr(record)[:_TOLD_LENGTH]}; needs eventTime, s3.bucket.name and "
            "s3.object.key); upload the data again if it was an upload"
        ) from error


def read_listed(bucket: str, listed: Mapping[str, Any]) -> Upload:
    """Read an upload from a listing of the bucket's versions."""
    return Upload(
        bucket=bucket,
        key=listed["Key"],
        version_id=listed["VersionId"],
        etag=listed["ETag"].strip('"'),
        size=listed["Size"],
        event_time=listed["LastModified"].isoformat(timespec="seconds"),
        sequencer="",
    )


def find_obstacle(record: Mapping[str, Any], upload: Upload, bucket: str) -> str | None:
    """Say why a record starts no run of the bucket's stage; None where it does."""
    event = record.get("eventName", _CREATED)
    if not event.startswith(_CREATED):
        return f"{upload.key!r} starts no run (found {event}; needs {_CREATED}*)"
    if upload.bucket != bucket:
        return (
            f"{upload.key!r} starts no run (found it in {upload.bucket!r}; needs "
            f"{bucket!r}); upload the data there"
        )
    return None if starts_run(upload.key) else explain_ignored(upload.key)


def starts_run(key: str) -> bool:
    """Tell whether an object with this key is an upload."""
    if key == BARE_UPLOAD_KEY or find_parts_folder(key):
        return True
    is_named = key.startswith(UPLOAD_FOLDER) and key.lower().endswith(SUFFIXES)
    return is_named and not is_part(key)


def is_part(key: str) -> bool:
    """Tell whether an object with this key is called as a part of a table."""
    return _PART.fullmatch(key) is not None


def explain_ignored(key: str) -> str:
    """Say why ``key`` starts nothing, and what would."""
    if is_part(key):
        return (
            f"{key!r} starts no run, as it is one part of a table; write "
            f"{key.rpartition('/')[0]}/{FOLDER_MARK} once all of them are there"
        )
    return (
        f"{key!r} starts no run (needs {NEEDED_KEYS}); upload the data under such a key"
    )
