"""What a run left lands in its own folder, whatever the bucket says of its name."""

import json
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from client.errors import CommandError
from client.patience import Patience
from client.results import download_results
from client.session import Clients, Session
from tests.building.scripted_run import (
    RUN_ID,
    STAGE,
    FakeSageMaker,
    FakeStates,
)
from tests.client.test_session import QuietDisplay

DATASETS = ["../../out", "/tmp/out", "a/../../../out", "..", ".", "..\\out", "a\x00b"]
DATASETS += ["\x1b[31m", "Sales", "a b", "-a", ["a"], {"a": 1}]
FILES = ["../../out", "a/../../../out", "/tmp/out", "a/..", "..\\..\\out"]


@pytest.fixture
def s3():
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=STAGE.bucket)
        yield client


def put(s3, key, body=b"{}"):
    s3.put_object(Bucket=STAGE.bucket, Key=key, Body=body)


def list_files(folder):
    return [path for path in Path(folder).rglob("*") if path.is_file()]


@pytest.mark.parametrize("dataset", DATASETS, ids=ascii)
def test_dataset_names_no_other_folder(s3, tmp_path, dataset):
    status = {"status": "SUCCEEDED", "dataset": dataset}
    put(s3, f"runs/{RUN_ID}/status.json", json.dumps(status).encode())
    patience = Patience(sleep=lambda _: None)
    logs = boto3.client("logs")
    clients = Clients(s3, s3, FakeStates(), FakeSageMaker(), logs, patience)
    output = tmp_path / "a" / "b" / "forecasts"

    Session(clients, STAGE, output=output, display=QuietDisplay()).fetch(RUN_ID)

    expected = output / "unknown" / RUN_ID / "status.json"
    assert list_files(tmp_path) == [expected]


@pytest.mark.parametrize("name", FILES, ids=ascii)
def test_file_leaves_its_folder_nowhere(s3, tmp_path, name):
    put(s3, f"output-forecasted-data/sales/{RUN_ID}/{name}")

    with pytest.raises(CommandError, match="would leave their folder"):
        download_results(
            s3,
            STAGE.bucket,
            tmp_path / "a" / "b",
            dataset="sales",
            run_id=RUN_ID,
            patience=Patience(),
        )

    assert list_files(tmp_path) == []
