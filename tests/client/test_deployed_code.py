"""A check says when the stage would check by other code than this."""

import io
import zipfile
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from client.deployed_code import compare_code
from tests.building.scripted_run import STAGE, make_error

KEY = "code/0123/forecast_glue-1-py3-none-any.whl"
HERE = {"glue/__init__.py": b"", "glue/transform.py": b"def transform(x): return x\n"}


class FakeGlue:
    def __init__(self, uri=f"s3://{STAGE.bucket}/{KEY}", error=None):
        self._uri, self._error = uri, error

    def get_job(self, JobName):
        if self._error:
            raise self._error
        return {"Job": {"DefaultArguments": {"--extra-py-files": self._uri}}}


@pytest.fixture
def project(tmp_path):
    for name, content in HERE.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return tmp_path


@pytest.fixture
def s3():
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=STAGE.bucket)
        yield client


def deploy(s3, files):
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    s3.put_object(Bucket=STAGE.bucket, Key=KEY, Body=wheel.getvalue())


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, None),
        ({"glue/transform.py": b"import os\n"}, "another glue/transform.py"),
        ({"glue/__init__.py": b"1"}, "another version of glue/"),
    ],
)
def test_other_code_is_told(s3, project, changed, expected):
    deploy(s3, {**HERE, **changed})

    said = compare_code(s3, FakeGlue(), STAGE, project)

    assert (said is None) if expected is None else (expected in said)


@pytest.mark.parametrize(
    "glue",
    [FakeGlue(error=make_error("AccessDeniedException")), FakeGlue("s3://other/x.whl")],
)
def test_code_that_cannot_be_looked_at_is_no_finding(s3, project, glue):
    assert compare_code(s3, glue, STAGE, project) is None


def test_code_of_this_project_is_found_at_its_place():
    assert (Path(__file__).parents[2] / "glue" / "transform.py").exists()
