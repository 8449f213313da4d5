"""Download what a run has left: forecast, leaderboard, report and documents."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from chalicelib.keys import TRANSFORM_FOLDER, forecast_key, run_key
from client.errors import CommandError, SourceError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from client.patience import Patience


@dataclass(frozen=True)
class Results:
    """The files of a run on this machine."""

    folder: Path
    files: tuple[Path, ...]

    def find(self, name: str) -> Path | None:
        """Return the path of a file; None when the run has not left one."""
        path = self.folder / name
        return path if path in self.files else None


def read_file(results: Results, name: str) -> dict[str, Any] | None:
    """Read a downloaded JSON file; None when the run has not left it."""
    path = results.find(name)
    if path is None:
        return None
    document = json.loads(path.read_text(encoding="utf-8"))
    return document if isinstance(document, dict) else None


def download_results(
    s3: S3Client,
    bucket: str,
    folder: Path,
    *,
    dataset: str,
    run_id: str,
    patience: Patience,
) -> Results:
    """Download a run's results and documents into ``folder``.

    The raw output of the transform comes along only when there is no forecast made of
    it. A file appears under its name when it is complete.
    """
    found = dict(_list_objects(s3, bucket, run_key(run_id, "")))
    results = dict(_list_objects(s3, bucket, forecast_key(dataset, run_id, "")))
    if "forecast.csv" in results:
        # It holds what the transform wrote, in order.
        results = {
            name: key
            for name, key in results.items()
            if not name.startswith(TRANSFORM_FOLDER)
        }
    found |= results
    files = []
    for name, key in sorted(found.items()):
        path = folder / _inside(name)
        _download(s3, bucket, key, path, patience=patience)
        files.append(path)
    return Results(folder=folder, files=tuple(files))


def check_output(folder: Path) -> None:
    """See that results can be written into a folder, before they are paid for.

    Raises
    ------
    SourceError
        When they cannot.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        for path in made:
            path.rmdir()
    except OSError as error:
        raise SourceError(
            f"results cannot be written to {str(folder)!r} ({error.strerror}); give "
            "another --output"
        ) from error


def _list_objects(s3: S3Client, bucket: str, prefix: str) -> Iterator[tuple[str, str]]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        for item in page.get("Contents", []):
            name = item["Key"][len(prefix) :]
            if name and not name.endswith("/"):
                yield name, item["Key"]


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise CommandError(
            f"the results hold a file that would leave their folder (found {name!r}); "
            "find out who wrote it, and delete it from the bucket"
        )
    return path


def _download(
    s3: S3Client, bucket: str, key: str, path: Path, *, patience: Patience
) -> None:
    partial = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        patience.persist(lambda: s3.download_file(bucket, key, str(partial)))
        partial.replace(path)
    except OSError as error:
        raise SourceError(
            f"{str(path)!r} cannot be written ({error.strerror}); make room, or give "
            "another --output"
        ) from error
