"""Glue entry point: checks an upload that is too large for one machine, on Spark."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import boto3
from pyspark.sql import SparkSession

from glue.bucket import PATIENT, RunKeys
from glue.job import begin_job
from glue.preparation import Options
from glue.preprocess import preprocess
from glue.reading.archive import ArchiveLimits
from glue.spark.connection import Connection
from glue.spark.shelf import BucketShelf
from glue.spark.workers import SparkWorkers

# What Autopilot takes: DG timeseries-forecasting-limits. The machine that reads it has
# room for it several times: G.4X has 230 GB of free disk.
_MOST_BYTES = 30 * 1000**3
# A task has one part in memory; the machine that parts the rows has them all open.
PART_BYTES, MOST_PARTS = 64 * 1024**2, 500


def main(arguments: Sequence[str]) -> None:
    """Prepare the run that the job's arguments name."""
    with begin_job(arguments, boto3.client("s3", config=PATIENT), __doc__) as job:
        work = RunKeys(job.run_id).work_folder
        shelf = BucketShelf(Connection(job.account), job.bucket.name, work)
        options = Options(
            limits=ArchiveLimits(total=_MOST_BYTES),
            part_bytes=PART_BYTES,
            most_parts=MOST_PARTS,
            workers=SparkWorkers(SparkSession.builder.getOrCreate(), shelf),
        )
        preprocess(job.run_id, job.bucket, options)


if __name__ == "__main__":
    main(sys.argv[1:])
