"""Glue entry point: turns the raw transform output of a run into what people read."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime, timezone

import boto3

from glue.bucket import PATIENT
from glue.job import begin_job
from glue.reporting.write_report import Surroundings, write_report


def main(arguments: Sequence[str]) -> None:
    """Report on the run that the job's arguments name."""
    s3 = boto3.client("s3", config=PATIENT)
    surroundings = Surroundings(
        now=datetime.now(timezone.utc),
        local=".amazonaws.com" not in s3.meta.endpoint_url,
    )
    with begin_job(arguments, s3, __doc__) as job:
        write_report(job.run_id, job.bucket, surroundings)


if __name__ == "__main__":
    main(sys.argv[1:])
