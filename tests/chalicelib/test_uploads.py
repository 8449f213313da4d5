import pytest

from chalicelib.errors import RecordError
from chalicelib.uploads import (
    explain_ignored,
    find_obstacle,
    list_records,
    read_upload,
    starts_run,
)


def make_record(key, **inner):
    return {
        "eventTime": "2026-11-23T01:24:19.123Z",
        "s3": {
            "bucket": {"name": "bucket"},
            "object": {"key": key, "size": 7, "eTag": "e", "sequencer": "0A", **inner},
        },
    }


@pytest.mark.parametrize(
    "key",
    [
        "raw",
        "raw/data.zip",
        "raw/data.ZIP",
        "raw/data.csv",
        "raw/data.csv.gz",
        "raw/data.parquet",
        "raw/DATA.Csv",
        "raw/team a/b.zip",
        "raw/shop/_SUCCESS",
        "raw/team/shop/_SUCCESS",
        "raw/part-00000.parquet",
        "raw/team/part-time.csv",
    ],
)
def test_tables_and_whole_folders_start_a_run(key):
    assert starts_run(key)


@pytest.mark.parametrize(
    "key",
    [
        "raw/",
        "raw/team/",
        "raw/data.txt",
        "raw/zip",
        "rawdata.zip",
        "raw.zip",
        "x/a.zip",
        "raw/_SUCCESS",
        "raw//_SUCCESS",
        "raw/shop/_success",
        "x/shop/_SUCCESS",
    ],
)
def test_anything_else_is_ignored(key):
    assert not starts_run(key)
    assert "raw/<name>.zip" in explain_ignored(key)


@pytest.mark.parametrize(
    "key", ["raw/shop/part-00000-1f.c000.snappy.parquet", "raw/shop/part.0.parquet"]
)
def test_part_waits_for_the_mark(key):
    assert not starts_run(key)
    assert "write raw/shop/_SUCCESS" in explain_ignored(key)


def test_key_is_decoded_exactly_once():
    upload = read_upload(make_record("raw/red+flower%2B%25.zip"))

    assert upload.key == "raw/red flower+%.zip"


@pytest.mark.parametrize(
    "event", [{"Event": "s3:TestEvent"}, {"Records": []}, {"Records": None}]
)
def test_event_without_records_has_none(event):
    assert list_records(event) == []


@pytest.mark.parametrize(
    "record",
    [
        None,
        "text",
        {},
        {"s3": None},
        {**make_record("raw/a.zip"), "eventTime": "yesterday"},
        {**make_record("raw/a.zip"), "eventTime": None},
        make_record(None),
        {**make_record("raw/a.zip"), "s3": {"object": {"key": "raw/a.zip"}}},
    ],
)
def test_broken_record_is_told_as_it_was(record):
    with pytest.raises(RecordError, match="needs eventTime") as caught:
        read_upload(record)

    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("change", "bucket", "words"),
    [
        ({"eventName": "ObjectRemoved:Delete"}, "bucket", "found ObjectRemoved:Delete"),
        ({"eventName": "ObjectCreated:Put"}, "mine", "upload the data there"),
    ],
)
def test_record_of_something_else_starts_nothing(change, bucket, words):
    record = {**make_record("raw/a.zip"), **change}

    assert words in find_obstacle(record, read_upload(record), bucket)


@pytest.mark.parametrize(
    "event", ["Put", "Post", "Copy", "CompleteMultipartUpload", "Replicated"]
)
def test_every_way_to_create_starts_a_run(event):
    record = {**make_record("raw/a.zip"), "eventName": f"ObjectCreated:{event}"}

    assert find_obstacle(record, read_upload(record), "bucket") is None


def test_unversioned_object_has_the_null_version():
    upload = read_upload(make_record("raw/a.zip"))

    assert upload.version_id == "null"
