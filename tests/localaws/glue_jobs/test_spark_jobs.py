"""Jobs of Spark's kind, whose script is Python and runs on the driver."""

import pytest
from botocore.exceptions import ClientError

from localaws import serve
from tests.building.local_resources import (
    SPARK,
    client,
    find_answer_misfits,
    make_job,
    make_wheel,
    read_log,
    run_job,
)
from tests.building.spark_jobs import NEEDS_SPARK
from tests.building.spark_jobs import PATIENCE as SPARK_PATIENCE

OUTPUT = "/aws-glue/jobs/output"


@pytest.fixture(scope="module", autouse=True)
def local():
    with serve() as local:
        yield local


def test_script_has_the_engine_s_libraries():
    job = make_job(
        "import lightgbm, holidays, scipy, pandas, boto3\nprint('all there')",
        kind=SPARK,
    )

    run = run_job(job)

    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    assert "all there" in read_log(OUTPUT)


@NEEDS_SPARK
def test_script_that_asks_for_spark_has_it():
    wheel = make_wheel(
        "parcel", {"parcel/__init__.py": "def double(n):\n return 2 * n"}
    )
    script = """
from parcel import double
from pyspark.sql import SparkSession

def work(frames):
    for frame in frames:
        yield frame.assign(id=frame["id"].map(double))

numbers = SparkSession.builder.getOrCreate().range(0, 4, 1, 2)
print(sorted(row.id for row in numbers.mapInPandas(work, "id long").collect()))
"""
    modules = {"parcel-1-py3-none-any.whl": wheel}
    job = make_job(script, modules=modules, kind=SPARK)

    run = run_job(job, patience=SPARK_PATIENCE)

    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    assert "[0, 2, 4, 6]" in read_log(OUTPUT)


def test_script_cannot_import_what_was_not_sent():
    job = make_job("import forecaster", kind=SPARK)

    run = run_job(job)

    assert run["ErrorMessage"] == "ModuleNotFoundError: No module named 'forecaster'"


def test_wheels_from_the_bucket_are_installed():
    wheel = make_wheel("parcel", {"parcel/__init__.py": "TEXT = 'from the wheel'\n"})
    job = make_job(
        "import parcel\nprint(parcel.TEXT)",
        modules={"parcel-1-py3-none-any.whl": wheel},
        kind=SPARK,
    )

    run = run_job(job)

    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    assert "from the wheel" in read_log(OUTPUT)


def test_error_is_in_the_log_of_the_output():
    run = run_job(make_job("raise ValueError('told apart')", kind=SPARK))

    assert run["ErrorMessage"] == "ValueError: told apart"
    assert any("told apart" in line for line in read_log(OUTPUT))


def test_run_says_what_it_ran_on():
    run = run_job(make_job("print(1)", kind=SPARK))

    assert (run["WorkerType"], run["NumberOfWorkers"]) == ("G.1X", 2)
    assert (run["MaxCapacity"], run["GlueVersion"]) == (2.0, "5.1")
    assert run["LogGroupName"] == "/aws-glue/jobs"
    assert find_answer_misfits("glue", "GetJobRun", {"JobRun": run}) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"NumberOfWorkers": 1}, "minimum of 2"),
        ({"NumberOfWorkers": None}, "minimum of 2"),
        ({"WorkerType": "Standard"}, "Worker Type Standard"),
        ({"GlueVersion": "4.0"}, "Glue 4.0 does not run here"),
        ({"MaxCapacity": 2.0}, "do not set Max Capacity"),
    ],
)
def test_impossible_job_is_refused(changed, said):
    kind = {name: value for name, value in {**SPARK, **changed}.items() if value}

    with pytest.raises(ClientError, match=said):
        make_job("print(1)", kind=kind)


def test_run_takes_no_capacity():
    job = make_job("print(1)", kind=SPARK)

    with pytest.raises(ClientError, match="do not set Max Capacity"):
        client("glue").start_job_run(JobName=job, MaxCapacity=1.0)


def test_worker_is_no_matter_of_python_shell():
    with pytest.raises(ClientError, match="not supported for Python shell"):
        make_job("print(1)", WorkerType="G.1X", NumberOfWorkers=2)
