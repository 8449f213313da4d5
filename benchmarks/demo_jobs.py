"""The demo, and what its jobs took: ``python -m benchmarks.demo_jobs <where>``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import boto3

from demo import run as demo


def main() -> int:
    """Run it, and write the seconds of each job as JSON."""
    jobs: dict[str, float] = {}
    code = demo.main([], look=lambda: jobs.update(list_job_seconds()))
    Path(sys.argv[1]).write_text(json.dumps(jobs))
    return code


def list_job_seconds() -> dict[str, float]:
    """List the jobs of the run, and how long each was there."""
    glue, sagemaker = boto3.client("glue"), boto3.client("sagemaker")
    found = {}
    for job in glue.get_jobs()["Jobs"]:
        for run in glue.get_job_runs(JobName=job["Name"])["JobRuns"]:
            took = run["CompletedOn"] - run["StartedOn"]
            found[f"Glue job {job['Name'].split('-')[-1]}"] = took
    for trained in sagemaker.list_auto_ml_jobs()["AutoMLJobSummaries"]:
        found["training"] = trained["EndTime"] - trained["CreationTime"]
    for listed in sagemaker.list_transform_jobs()["TransformJobSummaries"]:
        job = sagemaker.describe_transform_job(
            TransformJobName=listed["TransformJobName"]
        )
        found["transform"] = job["TransformEndTime"] - job["CreationTime"]
    return {what: took.total_seconds() for what, took in found.items()}


if __name__ == "__main__":
    sys.exit(main())
