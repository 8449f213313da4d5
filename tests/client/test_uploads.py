"""The client finds the run of its very upload, and says when there is none."""

import boto3
import pytest
from botocore.exceptions import ConnectionClosedError
from moto import mock_aws

from chalicelib.store import expect_owner
from client.errors import CommandError, SourceError, WrongStateError
from client.multipart import PART_BYTES, choose_part_length
from client.packing import Package, pack_source
from client.patience import Patience
from client.uploads import Sender, SentUpload, is_run_of, wait_for_run
from tests.building.scripted_run import (
    STAGE,
    START,
    FakeStates,
    at,
    make_error,
    make_execution,
)

# The least that S3 takes.
PART = 5 * 1024**2
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
        return send(s3, s3, package)


def send(s3, once, package, **options):
    patience = Patience(600, sleep=lambda _: None)
    sender = Sender(
        s3,
        once,
        bucket=STAGE.bucket,
        patience=patience,
        part_bytes=PART,
        sleep=lambda _: None,
        **options,
    )
    return sender.send(package)


class LosingS3:
    """A client whose answers are lost: of a call that was made, or of one that not."""

    def __init__(self, s3, operation, *made):
        self._s3, self._operation, self._made = s3, operation, list(made)
        self.calls = 0

    def __getattr__(self, name):
        return self._call if name == self._operation else getattr(self._s3, name)

    def _call(self, **request):
        self.calls += 1
        call = getattr(self._s3, self._operation)
        if not self._made:
            return call(**request)
        if self._made.pop(0):
            call(**request)
        raise ConnectionClosedError(endpoint_url="https://s3.example")


@pytest.fixture
def versioned(s3):
    s3.put_bucket_versioning(
        Bucket=STAGE.bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    return s3


def list_versions(s3):
    listed = s3.list_object_versions(Bucket=STAGE.bucket)
    return [version["VersionId"] for version in listed.get("Versions", [])]


def make_parts(tmp_path, *sizes):
    """Make a folder of parts, each of so many bytes of its own."""
    folder = tmp_path / "shop"
    folder.mkdir()
    for number, size in enumerate(sizes):
        (folder / f"part-{number}.parquet").write_bytes(bytes([number]) * size)
    return folder


def send_parts(s3, folder, *, once=None, **options):
    with pack_source(folder) as package:
        return send(s3, once or s3, package, **options)


def list_written(s3):
    """List the keys in the bucket in the order that they were written in."""
    listed = s3.list_object_versions(Bucket=STAGE.bucket).get("Versions", [])
    return [v["Key"] for v in sorted(listed, key=lambda v: v["LastModified"])]


class WatchedS3:
    """A client that tells a key before it is written to."""

    def __init__(self, s3, tell):
        self._s3, self._tell = s3, tell
        self.keys = []

    def __getattr__(self, name):
        return getattr(self._s3, name)

    def put_object(self, **request):
        self.keys.append(request["Key"])
        self._tell(request["Key"])
        return self._s3.put_object(**request)


def make_package(tmp_path, size):
    path = tmp_path / "large.zip"
    with path.open("wb") as file:
        file.truncate(size)
    return Package("large.zip", path)


def test_upload_knows_the_version_it_made(s3, tmp_path):
    s3.put_bucket_versioning(
        Bucket=STAGE.bucket, VersioningConfiguration={"Status": "Enabled"}
    )

    first, second = upload_csv(s3, tmp_path), upload_csv(s3, tmp_path)

    assert set(list_versions(s3)) == {first.version_id, second.version_id}
    assert first.key == "raw/sales.zip"
    assert first.etag == second.etag
    assert '"' not in first.etag


def test_unversioned_upload_has_the_null_version(s3, tmp_path):
    assert upload_csv(s3, tmp_path).version_id == "null"


@pytest.mark.parametrize("made", [[True], [False], [False, True], [True, True]])
def test_lost_answer_makes_no_second_upload(versioned, tmp_path, made):
    send(versioned, versioned, make_package(tmp_path, 9))
    before = list_versions(versioned)
    once = LosingS3(versioned, "put_object", *made)

    sent = send(versioned, once, make_package(tmp_path, 9))

    assert set(list_versions(versioned)) == {*before, sent.version_id}
    assert sent.version_id not in before


def test_lost_answer_that_may_not_be_looked_for_is_said(versioned, tmp_path):
    class DeniedS3:
        def list_object_versions(self, **_request):
            raise make_error("AccessDenied", operation="ListObjectVersions")

    once = LosingS3(versioned, "put_object", True)

    with pytest.raises(CommandError, match="may not look whether it arrived"):
        send(DeniedS3(), once, make_package(tmp_path, 9))


def test_large_upload_goes_in_parts(versioned, tmp_path):
    arrived, owners = [], []
    expect_owner(versioned, STAGE.account)
    versioned.meta.events.register(
        "before-send.s3",
        lambda request, **_: owners.append(
            request.headers.get("x-amz-expected-bucket-owner")
        ),
    )

    sent = send(
        versioned,
        versioned,
        make_package(tmp_path, PART + 5),
        progress=arrived.append,
    )

    head = versioned.head_object(Bucket=STAGE.bucket, Key="raw/large.zip")
    assert head["VersionId"] == sent.version_id
    assert head["ContentLength"] == PART + 5
    assert arrived == [PART, PART + 5]
    assert set(owners) == {STAGE.account.encode()}
    assert len(owners) >= 5


def test_parts_that_arrived_are_not_sent_again(versioned, tmp_path):
    package = make_package(tmp_path, 2 * PART + 5)

    class StoppedS3(LosingS3):
        def _call(self, **request):
            if self.calls == 2:
                raise KeyboardInterrupt
            return super()._call(**request)

    with pytest.raises(KeyboardInterrupt):
        send(StoppedS3(versioned, "upload_part"), versioned, package)
    again = LosingS3(versioned, "upload_part")
    sent = send(again, versioned, package)

    assert again.calls == 1
    assert list_versions(versioned) == [sent.version_id]


def test_other_content_is_sent_anew(versioned, tmp_path):
    package = make_package(tmp_path, PART + 5)
    begun = versioned.create_multipart_upload(Bucket=STAGE.bucket, Key="raw/large.zip")
    versioned.upload_part(
        Bucket=STAGE.bucket,
        Key="raw/large.zip",
        UploadId=begun["UploadId"],
        PartNumber=1,
        Body=b"x" * PART,
    )

    send(versioned, versioned, package)

    body = versioned.get_object(Bucket=STAGE.bucket, Key="raw/large.zip")["Body"]
    assert set(body.read()) == {0}


@pytest.mark.parametrize("made", [[True], [False], [False, True]])
def test_lost_answer_of_the_last_call_makes_one_upload(versioned, tmp_path, made):
    package = make_package(tmp_path, PART + 5)
    once = LosingS3(versioned, "complete_multipart_upload", *made)

    sent = send(versioned, once, package)

    assert list_versions(versioned) == [sent.version_id]


def test_large_upload_needs_no_look_at_versions(versioned, tmp_path):
    class DeniedS3(LosingS3):
        def _call(self, **_request):
            raise make_error("AccessDenied", operation="ListObjectVersions")

    denied = DeniedS3(versioned, "list_object_versions")

    sent = send(denied, versioned, make_package(tmp_path, PART + 5))

    assert list_versions(versioned) == [sent.version_id]


def test_mark_is_written_after_all_parts(versioned, tmp_path):
    folder, arrived = make_parts(tmp_path, 3, PART + 5, 4), []
    watched = WatchedS3(versioned, lambda _: None)

    sent = send_parts(watched, folder, progress=arrived.append)

    head = versioned.head_object(Bucket=STAGE.bucket, Key="raw/shop/_SUCCESS")
    assert (sent.key, sent.version_id) == ("raw/shop/_SUCCESS", head["VersionId"])
    assert head["ContentLength"] == 0
    assert watched.keys[-1] == "raw/shop/_SUCCESS"
    assert sorted(list_written(versioned)) == [
        "raw/shop/_SUCCESS",
        *(f"raw/shop/part-{number}.parquet" for number in range(3)),
    ]
    assert arrived == [3, 3 + PART, PART + 8, PART + 8, PART + 12]


def test_parts_in_the_bucket_are_not_sent_again(versioned, tmp_path):
    folder = make_parts(tmp_path, 3, PART + 5, 4)
    first = send_parts(versioned, folder)
    (folder / "part-2.parquet").write_bytes(b"anew")
    watched = WatchedS3(versioned, lambda _: None)

    second = send_parts(watched, folder)

    assert watched.keys == ["raw/shop/part-2.parquet", "raw/shop/_SUCCESS"]
    assert second.version_id != first.version_id
    assert len(list_versions(versioned)) == 6


def stop(_key):
    raise KeyboardInterrupt


CHANGES = {
    "part-0.parquet": lambda path: path.write_bytes(b"longer"),
    "part-1.parquet": lambda path: path.unlink(),
    "part-2.parquet": lambda path: path.write_bytes(b"new"),
}


@pytest.mark.parametrize("at", ["part-1.parquet", "_SUCCESS"])
def test_stopped_upload_of_parts_has_no_mark(versioned, tmp_path, at):
    watched = WatchedS3(versioned, lambda key: stop(key) if key.endswith(at) else None)

    with pytest.raises(KeyboardInterrupt):
        send_parts(watched, make_parts(tmp_path, 3, 4))

    assert "raw/shop/_SUCCESS" not in list_written(versioned)


@pytest.mark.parametrize("name", CHANGES)
def test_part_that_changes_meanwhile_starts_no_run(versioned, tmp_path, name):
    folder = make_parts(tmp_path, 3, 4)

    def change(key):
        if key.endswith("part-0.parquet"):
            CHANGES[name](folder / name)

    with pytest.raises(SourceError, match=f"'{name}' otherwise than before"):
        send_parts(WatchedS3(versioned, change), folder)

    assert "raw/shop/_SUCCESS" not in list_written(versioned)


def test_parts_of_somebody_else_start_no_run(versioned, tmp_path):
    def interfere(key):
        if key.endswith("part-1.parquet"):
            other = {"Key": "raw/shop/part-0.parquet", "Body": b"other"}
            versioned.put_object(Bucket=STAGE.bucket, **other)

    watched = WatchedS3(versioned, interfere)

    with pytest.raises(WrongStateError, match="written to by somebody else"):
        send_parts(watched, make_parts(tmp_path, 3, 4))

    assert "raw/shop/_SUCCESS" not in list_written(versioned)


def test_other_parts_are_refused_before_anything_is_sent(versioned, tmp_path):
    other = {"Key": "raw/shop/part-7.parquet", "Body": b"old"}
    versioned.put_object(Bucket=STAGE.bucket, **other)

    with pytest.raises(WrongStateError, match=r"found 'part-7.parquet'"):
        send_parts(versioned, make_parts(tmp_path, 3, 4))

    assert list_written(versioned) == ["raw/shop/part-7.parquet"]


@pytest.mark.parametrize("made", [True, False])
def test_part_whose_answer_is_lost_is_sent_again(versioned, tmp_path, made):
    losing = LosingS3(versioned, "put_object", made)

    sent = send_parts(losing, make_parts(tmp_path, 3, 4), once=versioned)

    assert losing.calls == 3
    assert sent.key == "raw/shop/_SUCCESS"


@pytest.mark.parametrize("made", [[True], [False], [False, True]])
def test_mark_whose_answer_is_lost_is_one(versioned, tmp_path, made):
    once = LosingS3(versioned, "put_object", *made)

    sent = send_parts(versioned, make_parts(tmp_path, 3, 4), once=once)

    marks = [key for key in list_written(versioned) if key.endswith("_SUCCESS")]
    assert marks == [sent.key]


def test_three_hundred_parts_are_one_upload(versioned, tmp_path):
    folder = make_parts(tmp_path)
    for number in range(300):
        (folder / f"part-{number:05d}-é b.parquet").write_bytes(b"PAR1")

    sent = send_parts(versioned, folder)

    assert sent.key == "raw/shop/_SUCCESS"
    assert len(list_written(versioned)) == 301


def test_parts_are_large_enough_for_any_file():
    largest = 48 * 1024**4

    assert -(-largest // choose_part_length(largest)) <= 10_000
    assert choose_part_length(largest) <= 5 * 1024**3
    assert choose_part_length(1) == PART_BYTES


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
