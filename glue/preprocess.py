"""Glue entry point: checks the upload of a run and writes its forecast input."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from glue.documents import (
    build_data_report,
    build_failure_report,
    build_settings,
    input_prefix,
)
from glue.findings.finding import Findings, UploadRejected, list_some
from glue.preparation import Preparation, prepare_upload
from glue.reading.archive import COPY_BYTES
from glue.settings.layers import Layer

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def main(arguments: Sequence[str]) -> None:
    """Read the job's arguments and prepare the run; Glue adds its own ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--run_id", required=True)
    known, _ = parser.parse_known_args(arguments)
    with tempfile.TemporaryDirectory(prefix="preprocess-") as folder:
        preprocess(boto3.client("s3"), known.bucket, known.run_id, Path(folder))


def preprocess(s3: S3Client, bucket: str, run_id: str, folder: Path) -> None:
    """Check one run's upload; write its report, and its input when it is good.

    Raises
    ------
    UploadRejected
        When the upload cannot be forecast, after the report was written.
    """
    run = _read_json(s3, bucket, f"runs/{run_id}/run.json")
    upload = folder / "upload"
    _download(s3, run, upload)
    work = folder / "work"
    work.mkdir()
    try:
        made = prepare_upload(
            upload, run["upload"]["key"], work, bucket_settings=_bucket_layer(run)
        )
    except Exception as error:
        words = f"{type(error).__name__}: {error}"[:470]
        failure = Findings().add("internal-error", error=words)
        report = build_failure_report(run, [failure])
        _write_json(s3, bucket, f"runs/{run_id}/data-report.json", report)
        raise
    _check_folder(s3, bucket, run_id, made.findings)
    for found in made.findings:
        print(f"{found.level}: {found}")
    if made.accepted:
        _write_input(s3, run, made)
    report = build_data_report(run, made)
    _write_json(s3, bucket, f"runs/{run_id}/data-report.json", report)
    if not made.accepted:
        raise UploadRejected(made.findings)
    settings = build_settings(run, made)
    _write_json(s3, bucket, f"runs/{run_id}/settings.json", settings)


def _bucket_layer(run: Mapping[str, Any]) -> Layer | None:
    settings = run["settings"]
    if settings["text"] is None:
        return None
    return Layer(settings["source"], settings["text"])


def _download(s3: S3Client, run: Mapping[str, Any], target: Path) -> None:
    """Fetch the very version that was uploaded, a block at a time."""
    upload = run["upload"]
    which: dict[str, Any] = {"Bucket": run["bucket"], "Key": upload["key"]}
    if upload["version_id"] in (None, "null"):
        # An unversioned bucket: at least the content must still be the same.
        which["IfMatch"] = upload["etag"]
    else:
        which["VersionId"] = upload["version_id"]
    body = s3.get_object(**which)["Body"]
    with target.open("wb") as file:
        for block in body.iter_chunks(COPY_BYTES):
            file.write(block)


def _check_folder(s3: S3Client, bucket: str, run_id: str, findings: Findings) -> None:
    """Report what else is where Autopilot will take everything as training data."""
    prefix = f"{input_prefix(run_id)}train/"
    found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    others = [one["Key"] for one in found if one["Key"] != f"{prefix}train.csv"]
    if others:
        findings.add(
            "input-folder-used",
            count=len(others),
            folder=prefix,
            files=list_some(others),
        )


def _write_input(s3: S3Client, run: Mapping[str, Any], made: Preparation) -> None:
    bucket, prefix = run["bucket"], input_prefix(run["run_id"])
    assert made.files is not None
    s3.upload_file(str(made.files.train), bucket, f"{prefix}train/train.csv")
    for path in made.files.transform:
        s3.upload_file(str(path), bucket, f"{prefix}transform/{path.name}")


def _read_json(s3: S3Client, bucket: str, key: str) -> dict[str, Any]:
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    content: dict[str, Any] = json.loads(body)
    return content


def _write_json(
    s3: S3Client, bucket: str, key: str, content: Mapping[str, Any]
) -> None:
    body = json.dumps(content, indent=1, ensure_ascii=False).encode("utf-8", "replace")
    s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json")


if __name__ == "__main__":
    main(sys.argv[1:])
