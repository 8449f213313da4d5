"""Glue entry point: checks an upload that is too large for one machine, on Spark."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pyspark.sql import SparkSession

from glue.bucket import Bucket, RunKeys
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
_PART_BYTES, _MOST_PARTS = 64 * 1024**2, 500


def main(arguments: Sequence[str]) -> None:
    """Read the job's arguments and prepare the run; Glue adds its own ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--account", required=True, help="whose the bucket has to be")
    parser.add_argument("--run_id", required=True)
    known, _ = parser.parse_known_args(arguments)
    connect = Connection(known.account)
    session = SparkSession.builder.getOrCreate()
    shelf = BucketShelf(connect, known.bucket, RunKeys(known.run_id).work_folder)
    options = Options(
        limits=ArchiveLimits(total=_MOST_BYTES),
        part_bytes=_PART_BYTES,
        most_parts=_MOST_PARTS,
        workers=SparkWorkers(session, shelf),
    )
    with tempfile.TemporaryDirectory(prefix="preprocess-") as folder:
        bucket = Bucket(connect(), known.bucket, Path(folder))
        preprocess(known.run_id, bucket, options)


if __name__ == "__main__":
    main(sys.argv[1:])
