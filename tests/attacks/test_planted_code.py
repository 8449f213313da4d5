"""Glue code that somebody changed is named and put back, whatever it looks like."""

import boto3
import pytest
from moto import mock_aws

from deployment.resources.glue_code import WHEEL, GlueCode, review_glue_code
from tests.building.made_up_account import REGION, make_stage

STAGE = make_stage()
CODE = GlueCode({"preprocess.py": b"one", "report.py": b"two", WHEEL: b"three"})


@pytest.fixture
def s3():
    with mock_aws():
        client = boto3.client("s3", region_name=REGION)
        client.create_bucket(
            Bucket=STAGE.bucket,
            CreateBucketConfiguration={"LocationConstraint": REGION},
        )
        client.put_bucket_versioning(
            Bucket=STAGE.bucket, VersioningConfiguration={"Status": "Enabled"}
        )
        review_glue_code(client, STAGE, CODE).settle()
        yield client


def plant(s3, name, body, **more):
    s3.put_object(Bucket=STAGE.bucket, Key=CODE.prefix + name, Body=body, **more)


def read(s3, name):
    return s3.get_object(Bucket=STAGE.bucket, Key=CODE.prefix + name)["Body"].read()


PLANTED = {
    "equal length": {"body": b"ONE"},
    "equal length, its own digest": {"body": b"ONE", "ChecksumAlgorithm": "SHA256"},
    "equal length, another algorithm": {"body": b"ONE", "ChecksumAlgorithm": "CRC32"},
    "equal length, our type": {"body": b"ONE", "ContentType": "text/x-python"},
    "equal length, our digest as metadata": {
        "body": b"ONE",
        "Metadata": {"sha256": CODE.sha256},
    },
    "longer": {"body": b"one\nimport os"},
    "nothing": {"body": b""},
    "our bytes without a digest": {"body": b"one", "ChecksumAlgorithm": "CRC32"},
}


@pytest.mark.parametrize("planted", PLANTED)
def test_planted_script_is_put_back(s3, planted):
    plant(s3, "preprocess.py", **PLANTED[planted])

    found = review_glue_code(s3, STAGE, CODE)

    assert found.outcome.aspects == ("preprocess.py",)
    found.settle()
    assert read(s3, "preprocess.py") == b"one"
    assert review_glue_code(s3, STAGE, CODE).outcome.change == "unchanged"


@pytest.mark.parametrize("name", CODE.files)
def test_every_file_is_looked_at(s3, name):
    plant(s3, name, bytes(len(CODE.files[name])))

    assert review_glue_code(s3, STAGE, CODE).outcome.aspects == (name,)


@pytest.mark.parametrize("name", CODE.files)
def test_deleted_file_is_put_back(s3, name):
    s3.delete_object(Bucket=STAGE.bucket, Key=CODE.prefix + name)

    assert review_glue_code(s3, STAGE, CODE).settle().aspects == (name,)
    assert read(s3, name) == CODE.files[name]
