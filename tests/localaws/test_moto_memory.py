"""What moto itself keeps and copies: a test fails here once its mend is not needed."""

import gc
import weakref

import boto3
import pytest
from moto import mock_aws
from moto.s3.models import FakeKey, s3_backends

from localaws import moto_memory
from localaws.patches import Patches
from tests.building.local_resources import name


@pytest.fixture
def bucket():
    with mock_aws():
        bucket = boto3.client("s3")
        made = name("bucket")
        bucket.create_bucket(Bucket=made)
        bucket.put_bucket_versioning(
            Bucket=made, VersioningConfiguration={"Status": "Enabled"}
        )
        yield made


def put(bucket, key, body):
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=body)


def drop_a_key(bucket):
    """Put an object, delete its only version, and refer to it weakly."""
    s3 = boto3.client("s3")
    version = s3.put_object(Bucket=bucket, Key="a", Body=b"x")["VersionId"]
    (backend,) = (b for _, _, b in s3_backends.iter_backends() if bucket in b.buckets)
    dropped = weakref.ref(backend.buckets[bucket].keys["a"])
    s3.delete_object(Bucket=bucket, Key="a", VersionId=version)
    return dropped


@pytest.mark.parametrize("mended", [False, True])
def test_moto_keeps_what_is_deleted(bucket, mended):
    with Patches() as patches:
        if mended:
            moto_memory.forget_what_nobody_refers_to(patches)

        dropped = drop_a_key(bucket)

        gc.collect()
        assert (dropped() is None) == mended


@pytest.mark.parametrize("mended", [False, True])
def test_moto_keeps_tags_of_what_has_none(bucket, mended):
    with Patches() as patches:
        if mended:
            moto_memory.forget_tags_of_what_has_none(patches)

        put(bucket, "a", b"x")

        (backend,) = (
            b for _, _, b in s3_backends.iter_backends() if bucket in b.buckets
        )
        assert len(backend.tagger.tags) == (0 if mended else 1)


@pytest.mark.parametrize("mended", [False, True])
def test_moto_copies_the_bodies_of_what_it_lists(bucket, mended, monkeypatch):
    copied, copy = [], FakeKey.__getstate__

    def watch(key):
        copied.append(key.name)
        return copy(key)

    monkeypatch.setattr(FakeKey, "__getstate__", watch)
    put(bucket, "a", b"x")
    with Patches() as patches:
        if mended:
            moto_memory.list_versions_without_their_bodies(patches)

        boto3.client("s3").list_object_versions(Bucket=bucket)

    assert copied == ([] if mended else ["a"])


def test_listed_versions_share_their_bodies(bucket):
    s3 = boto3.client("s3")
    with Patches() as patches:
        moto_memory.install(patches)
        for body in (b"one", b"two"):
            put(bucket, "raw/a", body)
        put(bucket, "raw", b"bare")
        put(bucket, "runs/b", b"else")
        s3.delete_object(Bucket=bucket, Key="raw/a")

        found = s3.list_object_versions(Bucket=bucket, Prefix="raw")

        gc.collect()
        versions = [(v["Key"], v["IsLatest"], v["Size"]) for v in found["Versions"]]
        assert sorted(versions) == [
            ("raw", True, 4),
            ("raw/a", False, 3),
            ("raw/a", False, 3),
        ]
        assert [marker["Key"] for marker in found["DeleteMarkers"]] == ["raw/a"]
        bodies = {
            s3.get_object(Bucket=bucket, Key=v["Key"], VersionId=v["VersionId"])[
                "Body"
            ].read()
            for v in found["Versions"]
        }
        assert bodies == {b"one", b"two", b"bare"}


def test_pages_of_versions_hold_them_all(bucket):
    s3 = boto3.client("s3")
    with Patches() as patches:
        moto_memory.install(patches)
        for number in range(7):
            put(bucket, f"raw/{number % 3}", str(number).encode())

        pages = s3.get_paginator("list_object_versions").paginate(
            Bucket=bucket, Prefix="raw/", PaginationConfig={"PageSize": 2}
        )

        listed = [v["VersionId"] for page in pages for v in page.get("Versions", [])]
        assert len(listed) == len(set(listed)) == 7
