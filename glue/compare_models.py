"""Glue entry point: holds a newly trained model beside the champion of its dataset."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import boto3

from glue.bucket import PATIENT, Bucket, RunKeys, expect_owner
from glue.reporting.challenge import compare_models
from glue.reporting.history import read_history
from glue.run_documents import read_run


def main(arguments: Sequence[str]) -> None:
    """Read the job's arguments and compare the models; Glue adds its own ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--account", required=True, help="whose the bucket has to be")
    parser.add_argument("--run_id", required=True)
    known, _ = parser.parse_known_args(arguments)
    with tempfile.TemporaryDirectory(prefix="compare-") as folder:
        s3 = expect_owner(boto3.client("s3", config=PATIENT), known.account)
        write_comparison(known.run_id, Bucket(s3, known.bucket, Path(folder)))


def write_comparison(run_id: str, bucket: Bucket) -> None:
    """Write a run's comparison.json; nothing where it has no champion."""
    keys = RunKeys(run_id)
    champion = bucket.read_json(keys.model).get("champion")
    if champion is None:
        return
    run = read_run(bucket.read_json(keys.settings), bucket.read_json(keys.data_report))
    history = read_history(bucket.download(keys.train), run.settings)
    document = compare_models(run, bucket, history, champion)
    bucket.write_json(keys.comparison, document)


if __name__ == "__main__":
    main(sys.argv[1:])
