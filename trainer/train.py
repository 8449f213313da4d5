"""Glue entry point: trains a run with the embedded engine, and forecasts."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import boto3

from glue.bucket import expect_owner
from trainer.s3_files import PATIENT
from trainer.training import Attempt, RunPlace


def main(arguments: Sequence[str]) -> None:
    """Read the job's arguments and train the run; Glue adds its own ones."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--account", required=True, help="whose the bucket has to be")
    parser.add_argument("--run_id", required=True)
    parser.add_argument("--dataset", required=True)
    known, _ = parser.parse_known_args(arguments)
    s3 = expect_owner(boto3.client("s3", config=PATIENT), known.account)
    place = RunPlace(known.bucket, known.run_id, known.dataset)
    with tempfile.TemporaryDirectory(prefix="train-") as folder:
        Attempt(s3, place, Path(folder), say=print).run()


if __name__ == "__main__":
    main(sys.argv[1:])
