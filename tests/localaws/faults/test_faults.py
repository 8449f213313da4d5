"""Faults as a client, a function, a job and a receiver of events meet them."""

import re

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError

from localaws import serve
from localaws.faults.plan import Fault
from tests.building.local_resources import (
    client,
    invoke,
    let_in,
    make_bucket,
    make_function,
    make_job,
    make_machine,
    read_function_log,
    run_job,
    run_machine,
    task,
    wait_for,
)

ECHO = "def handler(event, context):\n    return event\n"
PUT_TWICE = """
import boto3
def handler(event, context):
    s3 = boto3.client("s3")
    for key in ("first", "second"):
        s3.put_object(Bucket=event["bucket"], Key=key, Body=b"x")
"""
PRINT_KEY = """
def handler(event, context):
    print("heard of", event["Records"][0]["s3"]["object"]["key"])
"""


@pytest.fixture(scope="module")
def local():
    with serve() as local:
        yield local


@pytest.fixture
def faults(local):
    yield local.faults
    local.faults.replace()


def impatient(service):
    return boto3.client(service, config=Config(retries={"total_max_attempts": 1}))


@pytest.mark.parametrize(
    ("kind", "code"),
    [("throttled", "SlowDown"), ("server-error", "InternalError")],
)
def test_call_gets_the_service_s_error(faults, kind, code):
    faults.replace(Fault(kind, "s3", "ListObjectsV2", role="owner", count=1))
    bucket = make_bucket()
    s3 = impatient("s3")

    with pytest.raises(ClientError, match=code):
        s3.list_objects_v2(Bucket=bucket)

    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@pytest.mark.parametrize(("executed", "keys"), [(True, 1), (False, 0)])
def test_call_without_an_answer_may_be_made(faults, executed, keys):
    bucket = make_bucket()
    s3 = impatient("s3")
    faults.replace(Fault("unanswered", "s3", "PutObject", executed=executed))

    with pytest.raises(HTTPClientError):
        s3.put_object(Bucket=bucket, Key="a", Body=b"x")

    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == keys


@pytest.mark.parametrize(("executed", "keys"), [(True, ["first"]), (False, [])])
def test_function_is_killed_in_a_call(faults, executed, keys):
    bucket, function = make_bucket(), make_function(PUT_TWICE, Timeout=30)
    fault = Fault("killed-in-call", "s3", "PutObject", executed=executed, count=1)
    faults.replace(fault)

    answer, error = invoke(function, {"bucket": bucket})

    assert (answer["errorType"], error) == ("Runtime.ExitError", "Unhandled")
    listed = client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
    assert [found["Key"] for found in listed] == keys
    assert invoke(function, {"bucket": bucket}) == (None, None)


def test_killed_function_is_killed_once(faults):
    function = make_function("import time\ndef handler(e, c):\n    time.sleep(1)\n")
    faults.replace(Fault("killed", "lambda", count=1, seconds=0.2))

    answers = [invoke(function)[1] for _ in range(2)]

    assert answers == ["Unhandled", None]


def test_killed_job_fails(faults):
    job = make_job("import time\ntime.sleep(20)\n")
    faults.replace(Fault("killed", "glue", job))

    run = run_job(job)

    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"] == "Command failed with exit code -9"


@pytest.mark.parametrize("path", ["'a'", "__import__('tempfile').mkdtemp() + '/a'"])
def test_job_finds_no_room_for_a_file(faults, path):
    job = make_job(f"open({path}, 'w')\n")
    faults.replace(Fault("disk-full", "glue", job, count=1))

    runs = [run_job(job) for _ in range(2)]

    assert [run["JobRunState"] for run in runs] == ["FAILED", "SUCCEEDED"]
    assert re.search("No space left|No usable temp", runs[0]["ErrorMessage"])


def make_listener():
    """Make a bucket that tells a function of its objects."""
    bucket, function = make_bucket(), make_function(PRINT_KEY)
    let_in(function, "s3")
    client("s3").put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}
            ]
        },
    )
    return bucket, function


def list_heard(function):
    told = [line for line in read_function_log(function) if "heard of" in line]
    return [line.rpartition(" ")[2] for line in told]


def test_events_are_doubled_delayed_and_lost(faults):
    bucket, function = make_listener()
    faults.replace(
        Fault("duplicated", "s3", match='"twice"', times=2),
        Fault("delayed", "s3", match='"late"', seconds=2),
        Fault("lost", "s3", match='"lost"'),
    )

    for key in ("lost", "late", "twice", "once"):
        client("s3").put_object(Bucket=bucket, Key=key, Body=b"x")

    heard = wait_for(lambda: find_last(function, "late"))
    assert sorted(heard) == ["late", "once", "twice", "twice"]
    assert heard[-1] == "late"


def find_last(function, key):
    heard = list_heard(function)
    return heard if key in heard else None


def test_poll_that_fails_starts_no_second_job(faults):
    job = make_job("import time\ntime.sleep(1)\n")
    states = {"Run": task("glue:startJobRun.sync", {"JobName": job})}
    faults.replace(
        Fault("throttled", "glue", "GetJobRun", count=1),
        Fault("server-error", "glue", "GetJobRun", count=1),
        Fault("unanswered", "glue", "GetJobRun", count=1),
    )

    ended = run_machine(make_machine(states))

    assert ended["status"] == "SUCCEEDED", ended.get("cause")
    assert len(client("glue").get_job_runs(JobName=job)["JobRuns"]) == 1
    assert faults.count() == [1, 1, 1]


def test_throttled_state_gets_the_service_s_name(faults):
    job = make_job("")
    states = {"Run": task("glue:startJobRun.sync", {"JobName": job})}
    faults.replace(Fault("throttled", "glue", "StartJobRun", role="states"))

    ended = run_machine(make_machine(states))

    assert (ended["status"], ended["error"]) == ("FAILED", "Glue.ThrottlingException")
