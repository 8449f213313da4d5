import boto3
import pytest
from moto import mock_aws

from chalicelib.store import Store
from chalicelib.upload_parts import list_parts

PARTS = ["part-00000.parquet", "part-00001.parquet", "year=2024/part-00002.parquet"]
HIDDEN = ["_SUCCESS", "_temporary/0/part-00003.parquet", ".part-00000.parquet.crc"]


@pytest.fixture
def store():
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="bucket")
        status = {"Status": "Enabled"}
        s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration=status)
        for name in (*PARTS, *HIDDEN, "part-00004.parquet"):
            s3.put_object(Bucket="bucket", Key=f"raw/shop/{name}", Body=b"an old one")
        s3.delete_object(Bucket="bucket", Key="raw/shop/part-00004.parquet")
        s3.put_object(Bucket="bucket", Key="raw/shop.csv", Body=b"another upload")
        yield Store(s3, "bucket")


def test_parts_are_what_is_there_and_shown(store):
    parts = list_parts(store, "raw/shop/_SUCCESS")

    assert [part["key"] for part in parts] == [f"raw/shop/{name}" for name in PARTS]


def test_newest_version_of_a_part_counts(store):
    put = store.s3.put_object(Bucket="bucket", Key="raw/shop/" + PARTS[0], Body=b"new")
    part = list_parts(store, "raw/shop/_SUCCESS")[0]

    assert (part["version_id"], part["size"]) == (put["VersionId"], 3)


def test_other_upload_has_no_parts(store):
    assert list_parts(store, "raw/shop.csv") is None
