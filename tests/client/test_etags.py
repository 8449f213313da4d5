"""An ETag tells whether an object has a file's bytes, as S3 would say it."""

import boto3
import pytest
from moto import mock_aws

from client.etags import has_content
from client.multipart import PartedUpload

# The least that S3 takes.
PART = 5 * 1024**2


@pytest.fixture
def s3():
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="bucket")
        yield client


def send(s3, path):
    upload = PartedUpload(
        s3, s3, "bucket", key="x", content_type="text/plain", part_bytes=PART
    )
    upload.send(path, lambda _: None)[1]()


def put(s3, path):
    s3.put_object(Bucket="bucket", Key="x", Body=path.read_bytes())


def read_etag(s3):
    return s3.head_object(Bucket="bucket", Key="x")["ETag"].strip('"')


@pytest.mark.parametrize(
    ("way", "size"),
    [(put, 0), (put, 9), (put, PART), (send, PART + 5), (send, 2 * PART)],
)
def test_same_bytes_have_the_etag(s3, tmp_path, way, size):
    path = tmp_path / "x"
    path.write_bytes(b"a" * size)
    way(s3, path)
    etag = read_etag(s3)

    assert has_content(etag, path, PART)
    path.write_bytes(b"a" * max(size - 1, 0) + b"b")
    assert not has_content(etag, path, PART)


def test_etag_of_another_way_proves_nothing(s3, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"a" * (PART + 5))
    put(s3, path)

    assert not has_content(read_etag(s3), path, PART)
