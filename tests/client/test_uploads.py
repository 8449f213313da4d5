"""The client finds the run of its very upload, and says when there is none."""

import boto3
import pytest
from moto import mock_aws

from client.errors import CommandError
from client.packing import pack_source
from client.uploads import SentUpload, is_run_of, put_upload, wait_for_run
from tests.building.scripted_run import STAGE, START, FakeStates, at, make_execution

CSV = "item_id,timestamp,target_value\nA,2026-01-01,1\n"


@pytest.fixture
def s3():
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=STAGE.bucket)
        yield client


def make_upload(version_id="v1", etag="e1"):
    return SentUpload(key="raw/sales.zip", version_id=version_id, etag=etag, at=START)


def make_input(version_id="v1", etag="e1", key="raw/sales.zip"):
    return {"key": key, "version_id": version_id, "etag": etag}


def make_run(name, *, seconds=1, **asked):
    return make_execution(name=name, asked=make_input(**asked), startDate=at(seconds))


def upload_csv(s3, tmp_path):
    source = tmp_path / "sales.csv"
    source.write_text(CSV)
    with pack_source(source) as package:
        return put_upload(s3, STAGE.bucket, package)


def test_upload_knows_the_version_it_made(s3, tmp_path):
    s3.put_bucket_versioning(
        Bucket=STAGE.bucket, VersioningConfiguration={"Status": "Enabled"}
    )

    first, second = upload_csv(s3, tmp_path), upload_csv(s3, tmp_path)

    listed = s3.list_object_versions(Bucket=STAGE.bucket)["Versions"]
    assert {v["VersionId"] for v in listed} == {first.version_id, second.version_id}
    assert first.key == "raw/sales.zip"
    assert first.etag == second.etag
    assert '"' not in first.etag


def test_unversioned_upload_has_the_null_version(s3, tmp_path):
    assert upload_csv(s3, tmp_path).version_id == "null"


@pytest.mark.parametrize(
    ("upload", "asked", "expected"),
    [
        (make_upload(), make_input(), True),
        (make_upload(), make_input(version_id="v2"), False),
        (make_upload(), make_input(key="raw/other.zip"), False),
        (make_upload("null"), make_input("null", "e1"), True),
        (make_upload("null"), make_input("null", '"e1"'), True),
        (make_upload("null"), make_input("null", "e2"), False),
        (make_upload(), {}, False),
    ],
)
def test_run_is_told_by_key_and_version(upload, asked, expected):
    assert is_run_of(upload, asked) is expected


def test_run_of_this_upload_is_chosen_among_others():
    states = FakeStates(
        [
            make_run("later", version_id="v2"),
            make_run("mine", version_id="v1"),
            make_run("other", key="raw/other.zip"),
        ]
    )

    assert wait_for_run(states, STAGE, make_upload(), sleep=lambda _: None) == "mine"


def test_run_that_starts_late_is_found():
    states = FakeStates()
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 4:
            states.executions.insert(0, make_run("mine"))

    assert wait_for_run(states, STAGE, make_upload(), sleep=sleep) == "mine"
    assert waits == sorted(waits)


def test_equal_bytes_of_long_ago_are_not_this_upload():
    states = FakeStates([make_run("old", version_id="null", seconds=-3600)])

    with pytest.raises(CommandError):
        wait_for_run(
            states, STAGE, make_upload("null"), patience=1, sleep=lambda _: None
        )


def test_strangers_are_described_only_once():
    states = FakeStates([make_run("other", key="raw/other.zip")])

    with pytest.raises(CommandError):
        wait_for_run(states, STAGE, make_upload(), patience=30, sleep=lambda _: None)

    described = [call for call, _ in states.calls if call == "describe_execution"]
    listed = [call for call, _ in states.calls if call == "list_executions"]
    assert len(described) == 1
    assert 5 < len(listed) < 30


def test_no_run_says_where_to_look():
    with pytest.raises(CommandError) as caught:
        wait_for_run(
            FakeStates(), STAGE, make_upload(), patience=2, sleep=lambda _: None
        )

    message = str(caught.value)
    assert "no run has started" in message
    assert "raw/sales.zip (version v1)" in message
    assert "chalice logs -n on_upload --stage dev" in message
    assert "python deploy.py --stage dev" in message


def test_input_of_a_foreign_execution_is_no_match():
    states = FakeStates([make_execution(name="foreign", asked="free text")])

    with pytest.raises(CommandError):
        wait_for_run(states, STAGE, make_upload(), patience=1, sleep=lambda _: None)
