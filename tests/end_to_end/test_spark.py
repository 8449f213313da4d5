"""The job that Spark does, run by the local AWS on a run that the shell prepared."""

import json
import shutil

import pytest

from localaws.glue_jobs.spark import PLACE
from tests.building.local_resources import make_archive, wait_for
from tests.building.local_stage import STAGE, deploy_stage
from tests.building.whole_run_uploads import make_table

JOB = f"automl-ts-mlops-pipeline-{STAGE}-preprocess_on_spark"
DONE = {"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT"}

pytestmark = pytest.mark.skipif(
    not (PLACE / ".installed").exists() or shutil.which("java") is None,
    reason="no Spark here; see make spark",
)


@pytest.fixture(scope="module")
def stage():
    with deploy_stage() as deployed:
        yield deployed


def read_made(stage, run_id):
    """Read what a preparation writes: its documents, and the input's files."""
    names = ("data-report.json", "settings.json", "score.json")
    keys = [f"runs/{run_id}/{name}" for name in names]
    pages = stage.s3.list_objects_v2(Bucket=stage.bucket, Prefix=f"input/{run_id}/")
    keys += [found["Key"] for found in pages["Contents"]]
    return {key: stage.read(key) for key in keys}


def find_ended(glue, run_id):
    run = glue.get_job_run(JobName=JOB, RunId=run_id)["JobRun"]
    return run if run["JobRunState"] in DONE else None


def test_spark_prepares_a_run_as_the_shell_does(stage):
    upload = make_archive({"TTS.csv": make_table("abcdef", months=36)})
    ended = stage.upload("raw/shop.zip", upload)
    run_id = json.loads(ended["input"])["run_id"]
    made = read_made(stage, run_id)
    for key in made:
        if key.startswith("input/"):
            stage.s3.delete_object(Bucket=stage.bucket, Key=key)

    glue = stage.client("glue")
    arguments = {"--bucket": stage.bucket, "--run_id": run_id}
    started = glue.start_job_run(JobName=JOB, Arguments=arguments)["JobRunId"]
    run = wait_for(lambda: find_ended(glue, started), patience=250)

    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    assert read_made(stage, run_id) == made
