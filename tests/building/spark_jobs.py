"""The job that Spark does, on the local AWS, where there is Spark."""

import shutil

import pytest

from localaws.glue_jobs.spark import PLACE
from tests.building.local_resources import wait_for

PART = "glue-preprocess_on_spark"
HAS_SPARK = (PLACE / ".installed").exists() and shutil.which("java") is not None
NEEDS_SPARK = pytest.mark.skipif(not HAS_SPARK, reason="no Spark here; see make spark")
_DONE = {"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT"}
PATIENCE = 250.0  # Java takes its time to start


def prepare_on_spark(stage, job, run_id):
    """Prepare a run that the shell has prepared, and wait for the end of the job."""
    glue = stage.client("glue")
    arguments = {"--bucket": stage.bucket, "--run_id": run_id}
    started = glue.start_job_run(JobName=job, Arguments=arguments)["JobRunId"]
    run = wait_for(lambda: _find_ended(glue, job, started), patience=PATIENCE)
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")


def _find_ended(glue, job, run_id):
    run = glue.get_job_run(JobName=job, RunId=run_id)["JobRun"]
    return run if run["JobRunState"] in _DONE else None
