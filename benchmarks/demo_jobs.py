"""The demo, and what its jobs took: ``python -m benchmarks.demo_jobs <where>``."""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import boto3

from demo import run as demo


def main() -> int:
    """Run it, and write the seconds of each job as JSON."""
    jobs: dict[str, float] = {}
    code = demo.main([], look=lambda: jobs.update(list_job_seconds(os.environ)))
    Path(sys.argv[1]).write_text(json.dumps(jobs))
    return code


def list_job_seconds(environ: Mapping[str, str]) -> dict[str, float]:
    """List the kinds of jobs, and how long all of each were there."""
    session = boto3.Session(
        aws_access_key_id=environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environ["AWS_SECRET_ACCESS_KEY"],
        region_name=environ["AWS_REGION"],
    )
    url = environ["AWS_ENDPOINT_URL"]
    glue, sagemaker = (
        session.client("glue", endpoint_url=url),
        session.client("sagemaker", endpoint_url=url),
    )
    took: dict[str, float] = defaultdict(float)
    for job in glue.get_jobs()["Jobs"]:
        for run in glue.get_job_runs(JobName=job["Name"])["JobRuns"]:
            kind = f"Glue job {job['Name'].split('-')[-1]}"
            took[kind] += (run["CompletedOn"] - run["StartedOn"]).total_seconds()
    for trained in sagemaker.list_auto_ml_jobs()["AutoMLJobSummaries"]:
        ran = trained["EndTime"] - trained["CreationTime"]
        took["training"] += ran.total_seconds()
    for listed in sagemaker.list_transform_jobs()["TransformJobSummaries"]:
        transform = sagemaker.describe_transform_job(
            TransformJobName=listed["TransformJobName"]
        )
        ran = transform["TransformEndTime"] - transform["CreationTime"]
        took["transform"] += ran.total_seconds()
    return took


if __name__ == "__main__":
    sys.exit(main())
