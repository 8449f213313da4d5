"""The folder of the bucket holds the parts of one upload, and no others."""

from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from client.errors import CommandError, WrongStateError
from client.parts_place import PartsPlace
from client.parts_source import PartFile
from tests.building.scripted_run import make_error

PART = PartFile("part-0.parquet", Path("part-0.parquet"), 1, 0)
HIDDEN = ("_SUCCESS", "_metadata", ".part-0.parquet.crc", "_temporary/0/part-1.parquet")


@pytest.fixture
def place():
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="bucket")
        yield PartsPlace(s3, "bucket", "shop")


def put(place, *names, body=b"x"):
    etags = [
        place.s3.put_object(Bucket="bucket", Key=place.key(name), Body=body)["ETag"]
        for name in names
    ]
    return etags[-1].strip('"')


def test_own_parts_are_found(place):
    etag = put(place, *HIDDEN, "", PART.name)
    place.s3.put_object(Bucket="bucket", Key="raw/shop-2/part-1.parquet", Body=b"x")

    found = place.find_ours([PART])

    assert {name: (one.etag, one.size) for name, one in found.items()} == {
        PART.name: (etag, 1)
    }


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["notes.txt"], "`aws s3 rm s3://bucket/raw/shop/notes.txt`"),
        (["a b.parquet"], "`aws s3 rm 's3://bucket/raw/shop/a b.parquet'`"),
        (
            ["part-1.parquet", "year=2024/x.parquet", "part-2.parquet"],
            "found 'part-1.parquet' and 2 more); no run was started; remove them with "
            "`aws s3 rm --recursive --exclude _SUCCESS s3://bucket/raw/shop/`",
        ),
    ],
)
def test_other_parts_are_refused_with_the_remedy(place, names, said):
    put(place, PART.name, *names)

    with pytest.raises(WrongStateError) as caught:
        place.find_ours([PART])

    assert said in str(caught.value)


def test_folder_that_may_not_be_listed_is_refused():
    class DeniedS3:
        def get_paginator(self, _name):
            return self

        def paginate(self, **_request):
            raise make_error("AccessDenied", operation="ListObjectsV2")

    with pytest.raises(CommandError, match="use credentials that have s3:ListBucket"):
        PartsPlace(DeniedS3(), "bucket", "shop").find_ours([PART])


def test_what_was_sent_is_there(place):
    place.check_sent([PART], {PART.name: put(place, PART.name)})


@pytest.mark.parametrize("change", ["written", "deleted"])
def test_part_of_somebody_else_is_noticed(place, change):
    sent = {PART.name: put(place, PART.name)}
    if change == "written":
        put(place, PART.name, body=b"y")
    else:
        place.s3.delete_object(Bucket="bucket", Key=place.key(PART.name))

    with pytest.raises(WrongStateError, match="was written to by somebody else"):
        place.check_sent([PART], sent)
