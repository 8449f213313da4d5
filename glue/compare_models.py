"""Glue entry point: holds a newly trained model beside the champion of its dataset."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import boto3

from glue.bucket import PATIENT, Bucket, RunKeys
from glue.job import begin_job
from glue.reporting.challenge import compare_models
from glue.reporting.history import read_history
from glue.run_documents import read_run


def main(arguments: Sequence[str]) -> None:
    """Compare the models of the run that the job's arguments name."""
    with begin_job(arguments, boto3.client("s3", config=PATIENT), __doc__) as job:
        write_comparison(job.run_id, job.bucket)


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
