"""What an S3 event says was uploaded, and whether that starts a run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from chalicelib.bucket import BARE_UPLOAD_KEY, NO_VERSION, UPLOAD_FOLDER, upload_key

SUFFIXES = (".zip", ".csv", ".parquet")
NEEDED_KEYS = " or ".join(upload_key(f"<name>{suffix}") for suffix in SUFFIXES)


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


def read_uploads(event: Mapping[str, Any]) -> Iterator[Upload]:
    """Read every record of an S3 event; S3's own test event has none."""
    for record in event.get("Records", []):
        s3 = record["s3"]
        yield Upload(
            bucket=s3["bucket"]["name"],
            key=unquote_plus(s3["object"]["key"]),
            version_id=s3["object"].get("versionId") or NO_VERSION,
            etag=s3["object"].get("eTag", ""),
            size=s3["object"].get("size", 0),
            event_time=record["eventTime"],
            sequencer=s3["object"].get("sequencer", ""),
        )


def starts_run(key: str) -> bool:
    """Tell whether an object with this key is an upload."""
    if key == BARE_UPLOAD_KEY:
        return True
    return key.startswith(UPLOAD_FOLDER) and key.lower().endswith(SUFFIXES)


def explain_ignored(key: str) -> str:
    """Say why ``key`` starts nothing, and what would."""
    return (
        f"{key!r} starts no run (needs {NEEDED_KEYS}); upload the data under such a key"
    )
