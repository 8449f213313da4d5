"""Glue entry point: turns the raw transform output of a run into its forecast."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from forecast_output import read_forecast, read_layout

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def main(arguments: Sequence[str]) -> None:
    """Read the job's arguments and report on the run; Glue adds its own ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--run_id", required=True)
    known, _ = parser.parse_known_args(arguments)
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        report(boto3.client("s3"), known.bucket, known.run_id, Path(folder))


def report(s3: S3Client, bucket: str, run_id: str, folder: Path) -> None:
    """Write one run's forecast.csv, then what is odd about it."""
    settings = _read_json(s3, bucket, f"runs/{run_id}/settings.json")
    prefix = f"output-forecasted-data/{settings['dataset']}/{run_id}/"
    found = _read_json(s3, bucket, f"runs/{run_id}/data-report.json")
    paths = list(_download_outputs(s3, bucket, f"{prefix}raw/", folder))
    series = found["table"].get("series")
    forecast = read_forecast(paths, read_layout(settings), series)
    target = folder / "forecast.csv"
    with target.open("w", encoding="utf-8", newline="\n") as file:
        forecast.table.to_csv(file, index=False)
    s3.upload_file(str(target), bucket, f"{prefix}forecast.csv")
    for finding in forecast.findings:
        print(f"{finding.level}: {finding}")
    warnings = {
        "schema": 1,
        "run_id": run_id,
        "warnings": [finding.as_data() for finding in forecast.findings],
    }
    _write_json(s3, bucket, f"runs/{run_id}/report-warnings.json", warnings)


def _download_outputs(
    s3: S3Client, bucket: str, prefix: str, folder: Path
) -> Iterator[Path]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    for number, key in enumerate(sorted(key for key in keys if key.endswith(".out"))):
        path = folder / f"raw-{number:05d}.csv"
        s3.download_file(bucket, key, str(path))
        yield path


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
