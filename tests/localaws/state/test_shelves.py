"""What a call writes down, however much there is, and what is read again."""

import itertools
import sqlite3
import time

import boto3
import pytest
from moto import mock_aws
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends

from localaws import moto_memory
from localaws.patches import Patches
from localaws.sagemaker.automl_jobs import AutoMLJob
from localaws.state.keeper import Keeper
from localaws.state.pickles import find_stamp
from localaws.state.shelves import shelve_keys

BUCKET, GROUP = "bucket", "/aws/lambda/f"
REQUEST = {
    "AutoMLJobName": "job",
    "AutoMLProblemTypeConfig": {"TimeSeriesForecastingJobConfig": {}},
}


@pytest.fixture
def folder(tmp_path):
    with mock_aws(), Patches() as patches:
        shelve_keys(patches)
        moto_memory.install(patches)
        yield tmp_path


@pytest.fixture
def keeper(folder):
    keeper = Keeper(folder)
    yield keeper
    keeper.close()


@pytest.fixture
def s3(folder):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(
        Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"}
    )
    return s3


@pytest.fixture
def logs(folder):
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    return logs


def write_log(logs, stream, line):
    logs.put_log_events(
        logGroupName=GROUP,
        logStreamName=stream,
        logEvents=[{"timestamp": round(time.time() * 1000), "message": line}],
    )


def read_parts(folder):
    base = sqlite3.connect(folder / "state.sqlite")
    parts = dict(base.execute("SELECT name, body FROM parts"))
    base.close()
    return parts


def start_again(keeper, folder):
    """Forget all, and read what was kept."""
    keeper.close()
    for backends in (s3_backends, logs_backends):
        for _, _, backend in list(backends.iter_backends()):
            backend.reset()
    again = Keeper(folder)
    again.load()
    return again


def measure_change(keeper, folder, service, change):
    """Count the bytes that a call writes."""
    before = read_parts(folder)
    change()
    keeper.save_call(service)
    after = read_parts(folder)
    return sum(len(b) for name, b in after.items() if before.get(name) != b)


def test_put_writes_as_much_beside_many_objects(s3, keeper, folder):
    written = []
    for most in (20, 1000):
        for number in range(most):
            s3.put_object(Bucket=BUCKET, Key=f"runs/{most}/{number}", Body=b"x")
        keeper.save_call("s3")
        written.append(
            measure_change(
                keeper,
                folder,
                "s3",
                lambda: s3.put_object(Bucket=BUCKET, Key="one", Body=b"x"),
            )
        )

    few, many = written
    assert 0 < many < few + 2000


def test_log_line_writes_as_much_beside_many_streams(logs, keeper, folder):
    written = []
    for most in (64, 640):
        for number in range(most):
            logs.create_log_stream(
                logGroupName=GROUP, logStreamName=f"{most}-{number:03d}"
            )
            write_log(logs, f"{most}-{number:03d}", "a line of a log")
        keeper.save_call("logs")
        written.append(
            measure_change(
                keeper, folder, "logs", lambda: write_log(logs, "64-001", "another")
            )
        )

    few, many = written
    assert 0 < many < few + 2000


def test_objects_are_read_again_as_they_were(s3, keeper, folder):
    for number in range(300):
        s3.put_object(Bucket=BUCKET, Key=f"key-{number}", Body=b"first")
    keeper.save_call("s3")
    s3.put_object(Bucket=BUCKET, Key="key-7", Body=b"second")
    s3.delete_object(Bucket=BUCKET, Key="key-8")
    only = s3.put_object(Bucket=BUCKET, Key="gone", Body=b"x")["VersionId"]
    keeper.save_call("s3")
    s3.delete_object(Bucket=BUCKET, Key="gone", VersionId=only)
    keeper.save_call("s3")
    listed = list_versions(s3)

    again = start_again(keeper, folder)

    assert list_versions(s3) == listed
    assert s3.get_object(Bucket=BUCKET, Key="key-7")["Body"].read() == b"second"
    s3.put_object(Bucket=BUCKET, Key="key-9", Body=b"third")
    again.save_call("s3")
    start_again(again, folder).close()
    assert s3.get_object(Bucket=BUCKET, Key="key-9")["Body"].read() == b"third"


def list_versions(s3):
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=BUCKET)
    return [
        [
            (one["Key"], one["VersionId"], one["IsLatest"])
            for kind in ("Versions", "DeleteMarkers")
            for one in page.get(kind, [])
        ]
        for page in pages
    ]


def test_logs_are_read_again_as_they_were(logs, keeper, folder):
    for number in range(70):
        logs.create_log_stream(logGroupName=GROUP, logStreamName=f"{number:03d}")
        write_log(logs, f"{number:03d}", f"line of {number}")
    keeper.save_call("logs")
    logs.delete_log_stream(logGroupName=GROUP, logStreamName="003")
    write_log(logs, "069", "the last")
    keeper.save_call("logs")

    start_again(keeper, folder).close()

    streams = logs.describe_log_streams(logGroupName=GROUP)["logStreams"]
    names = [f"{number:03d}" for number in range(70) if number != 3]
    assert [one["logStreamName"] for one in streams] == names[: len(streams)]
    assert read_log(logs, "069") == ["line of 69", "the last"]
    write_log(logs, "002", "one more")
    assert read_log(logs, "002") == ["line of 2", "one more"]


def read_log(logs, stream):
    read = logs.get_log_events(logGroupName=GROUP, logStreamName=stream)
    return [event["message"] for event in read["events"]]


def test_job_is_written_again_once_it_has_changed():
    job = AutoMLJob(REQUEST, account="123456789012", region="us-east-1")
    stamps = [find_stamp(job)]

    job.candidates.append({"CandidateName": "a"})
    stamps.append(find_stamp(job))
    job.stop()
    stamps.append(find_stamp(job))
    job.fail("it broke")
    stamps.append(find_stamp(job))

    assert find_stamp(job) == stamps[-1]
    assert all(one != other for one, other in itertools.pairwise(stamps))
