import pytest

from chalicelib.uploads import explain_ignored, read_uploads, starts_run


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
        "raw/data.parquet",
        "raw/DATA.Csv",
        "raw/team a/b.zip",
    ],
)
def test_zip_and_csv_start_a_run(key):
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
    ],
)
def test_anything_else_is_ignored(key):
    assert not starts_run(key)
    assert "raw/<name>.zip" in explain_ignored(key)


def test_key_is_decoded_exactly_once():
    (upload,) = read_uploads({"Records": [make_record("raw/red+flower%2B%25.zip")]})

    assert upload.key == "raw/red flower+%.zip"


def test_every_record_is_read():
    event = {"Records": [make_record("raw/a.zip"), make_record("raw/b.zip")]}

    assert [u.key for u in read_uploads(event)] == ["raw/a.zip", "raw/b.zip"]


def test_test_event_of_s3_has_no_uploads():
    assert list(read_uploads({"Event": "s3:TestEvent"})) == []


def test_unversioned_object_has_the_null_version():
    (upload,) = read_uploads({"Records": [make_record("raw/a.zip")]})

    assert upload.version_id == "null"
