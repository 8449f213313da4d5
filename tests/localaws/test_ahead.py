"""What is made ready ahead is what the first event and the first run find."""

import threading
import time

import pytest

from localaws import serve
from localaws.glue_jobs.wheels import Wheels
from tests.building.local_resources import (
    client,
    invoke,
    make_bucket,
    make_function,
    make_job,
    make_wheel,
    run_job,
    wait_for,
)

TELLS_ITS_START = """
import boto3, os, time
born = time.time()
boto3.client("s3").put_object(Bucket="{bucket}", Key="born", Body=b"")
def handler(event, context):
    return {{"born": born, "stage": os.environ.get("STAGE")}}
"""


@pytest.fixture(scope="module", autouse=True)
def local():
    with serve(ahead=True) as local:
        yield local


@pytest.fixture
def started_function():
    bucket = make_bucket()
    function = make_function(TELLS_ITS_START.format(bucket=bucket))
    wait_for(lambda: client("s3").list_objects_v2(Bucket=bucket)["KeyCount"])
    return function


def test_function_is_started_before_its_first_event(started_function):
    before = time.time()

    answer, error = invoke(started_function)

    assert error is None
    assert answer["born"] < before


def test_change_of_a_started_function_reaches_its_first_event(started_function):
    client("lambda").update_function_configuration(
        FunctionName=started_function, Environment={"Variables": {"STAGE": "local"}}
    )

    answer, _ = invoke(started_function)

    assert answer["stage"] == "local"


def test_wheels_are_installed_before_the_first_run(monkeypatch):
    install, installed = Wheels.install, threading.Event()

    def note(self, name, content):
        place = install(self, name, content)
        installed.set()
        return place

    monkeypatch.setattr(Wheels, "install", note)
    wheel = make_wheel("parcel", {"parcel/__init__.py": "TEXT = 'from the wheel'\n"})

    job = make_job(
        "import parcel\nprint(parcel.TEXT)",
        modules={"parcel-1-py3-none-any.whl": wheel},
    )

    assert installed.wait(30)
    assert run_job(job)["JobRunState"] == "SUCCEEDED"


@pytest.mark.parametrize("uri", ["s3://nowhere/at/all-1-py3-none-any.whl", "s3://"])
def test_wheel_that_is_not_there_fails_the_run_alone(uri):
    job = make_job("print(1)", arguments={"--extra-py-files": uri})

    run = run_job(job)

    assert run["JobRunState"] == "FAILED"
    assert "Error downloading from S3" in run["ErrorMessage"]
