"""What the Glue entry points have in common: a run's name, and a bucket to work in."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from glue.bucket import Bucket, expect_owner

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Job:
    """One run of a Glue job: the run that it is for, the bucket, and whose that is."""

    run_id: str
    bucket: Bucket
    account: str


@contextmanager
def begin_job(
    arguments: Sequence[str], s3: S3Client, description: str | None
) -> Iterator[Job]:
    """Read a job's arguments, and give it a folder until it is done.

    Glue adds arguments of its own, which are left alone.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--account", required=True, help="whose the bucket has to be")
    parser.add_argument("--run_id", required=True)
    known, _ = parser.parse_known_args(arguments)
    with tempfile.TemporaryDirectory(prefix="job-") as folder:
        s3 = expect_owner(s3, known.account)
        bucket = Bucket(s3, known.bucket, Path(folder))
        yield Job(known.run_id, bucket, known.account)
