"""All runs of a dataset, and what came true of them, from what each has left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from chalicelib.keys import RESULTS_FOLDER
from client.documents import find_document
from glue.reporting.run_summary import NAME
from glue.reporting.track_record import Past, build_record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_s3 import S3Client

_READERS = 8
PAGE = "dataset.html"


def read_record(s3: S3Client, bucket: str, dataset: str) -> list[Past]:
    """Read what every run of a dataset has left, the oldest first."""
    prefix = f"{RESULTS_FOLDER}{dataset}/"
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [
        item["Key"]
        for page in pages
        for item in page.get("Contents", [])
        if item["Key"].endswith(f"/{NAME}") and item["Key"].count("/") == 3
    ]
    with ThreadPoolExecutor(_READERS) as readers:
        found = readers.map(lambda key: find_document(s3, bucket, key), keys)
        return build_record(one for one in found if one)


def download_page(s3: S3Client, bucket: str, dataset: str, output: Path) -> Path | None:
    """Download the page of a dataset; None where no run has made one."""
    key = f"{RESULTS_FOLDER}{dataset}/{PAGE}"
    path = output / dataset / PAGE
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error_code(error) in {"NoSuchKey", "404"}:
            return None
        raise
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path


def describe_record(
    record: Sequence[Past], *, dataset: str, page: Path | None
) -> dict[str, Any]:
    """Give the same for a program."""
    return {
        "dataset": dataset,
        "page": page and str(page),
        "runs": [_describe_past(past) for past in record],
    }


def _describe_past(past: Past) -> dict[str, Any]:
    covered = past.covered
    return {
        **{k: v for k, v in past.summary.items() if k not in ("schema", "came_true")},
        "came_true": past.truth,
        "is_whole": past.is_whole,
        "covered": covered and covered[0],
        "should_cover": covered and covered[1],
    }
