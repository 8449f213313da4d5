"""The job that Spark does, run by the local AWS on a run that the shell prepared."""

import json
import subprocess

import pytest

from localaws.glue_jobs.spark import PLACE
from tests.building.local_resources import make_archive
from tests.building.local_stage import STAGE, deploy_stage
from tests.building.spark_jobs import NEEDS_SPARK, prepare_on_spark
from tests.building.uploads import prepare
from tests.building.whole_run_uploads import make_table

JOB = f"automl-ts-mlops-pipeline-{STAGE}-preprocess_on_spark"

# Java takes its time to start, three times over where others are at work.
pytestmark = [NEEDS_SPARK, pytest.mark.timeout(600)]


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


def test_spark_prepares_a_run_as_the_shell_does(stage):
    upload = make_archive({"TTS.csv": make_table("abcdef", months=36)})
    ended = stage.upload("raw/shop.zip", upload)
    run_id = json.loads(ended["input"])["run_id"]
    made = read_made(stage, run_id)
    for key in made:
        stage.s3.delete_object(Bucket=stage.bucket, Key=key)

    prepare_on_spark(stage, JOB, run_id)

    assert read_made(stage, run_id) == made


def write_parquet(path, lines):
    """Write a table as Parquet, in the environment of Spark, which has pyarrow."""
    program = "import pandas, sys; pandas.read_csv(sys.stdin).to_parquet(sys.argv[1])"
    command = [str(PLACE / "bin" / "python"), "-c", program, str(path)]
    subprocess.run(command, input="".join(lines), text=True, check=True)


def test_folder_of_parquet_parts_is_one_upload(stage, tmp_path):
    table = make_table("abcdef", months=36)
    header, *rows = table.splitlines(keepends=True)
    for number in (0, 1):
        path = tmp_path / f"part-0000{number}.parquet"
        write_parquet(path, [header, *rows[number::2]])
        stage.put(f"raw/folder/{path.name}", path.read_bytes())
    ended = stage.upload("raw/folder/_SUCCESS", b"")
    run = json.loads(ended["input"])
    run_id = run["run_id"]

    prepare_on_spark(stage, JOB, run_id)

    train = stage.read(f"input/{run_id}/train/train.csv")
    assert train.decode() == prepare({"TTS.csv": table}).train
    assert run["dataset"].startswith("folder-")
