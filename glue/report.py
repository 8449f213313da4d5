"""Glue entry point: turns the raw transform output of a run into what people read."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

import boto3

from glue.bucket import PATIENT, Bucket, expect_owner
from glue.reporting.write_report import Surroundings, write_report


def main(arguments: Sequence[str]) -> None:
    """Read the job's arguments and report on the run; Glue adds its own ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--account", required=True, help="whose the bucket has to be")
    parser.add_argument("--run_id", required=True)
    known, _ = parser.parse_known_args(arguments)
    s3 = expect_owner(boto3.client("s3", config=PATIENT), known.account)
    surroundings = Surroundings(
        now=datetime.now(timezone.utc),
        local=".amazonaws.com" not in s3.meta.endpoint_url,
    )
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        bucket = Bucket(s3, known.bucket, Path(folder))
        write_report(known.run_id, bucket, surroundings)


if __name__ == "__main__":
    main(sys.argv[1:])
