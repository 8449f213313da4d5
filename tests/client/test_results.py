"""Results come down complete, into their own folder and nowhere else."""

import boto3
import pytest
from boto3.exceptions import RetriesExceededError
from moto import mock_aws

from client.errors import CommandError, SourceError
from client.patience import Patience
from client.results import check_output, download_results
from tests.building.scripted_run import RUN_ID, STAGE

RUNS = f"runs/{RUN_ID}/"
FORECASTS = f"output-forecasted-data/sales/{RUN_ID}/"


@pytest.fixture
def s3():
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=STAGE.bucket)
        yield client


def put(s3, *keys):
    for key in keys:
        s3.put_object(Bucket=STAGE.bucket, Key=key, Body=key.encode())


def download(s3, folder):
    return download_results(
        s3,
        STAGE.bucket,
        folder,
        dataset="sales",
        run_id=RUN_ID,
        patience=Patience(sleep=lambda _: None),
    )


def names_in(folder):
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in found)


def test_results_and_documents_stand_together(s3, tmp_path):
    put(s3, f"{RUNS}status.json", f"{FORECASTS}forecast.csv", f"{FORECASTS}raw/a.out")

    results = download(s3, tmp_path / "new" / "run")

    assert names_in(results.folder) == ["forecast.csv", "status.json"]
    assert results.find("forecast.csv").read_text() == f"{FORECASTS}forecast.csv"


def test_raw_output_comes_when_nothing_better_is_there(s3, tmp_path):
    put(s3, f"{FORECASTS}raw/part-00000.csv.out")

    results = download(s3, tmp_path)

    assert names_in(tmp_path) == ["raw/part-00000.csv.out"]
    assert results.find("forecast.csv") is None


def test_other_runs_and_folder_markers_stay(s3, tmp_path):
    put(s3, f"{RUNS}", f"runs/{RUN_ID}x/run.json", f"{FORECASTS[:-1]}x/forecast.csv")

    assert download(s3, tmp_path).files == ()


def test_second_download_replaces_the_first(s3, tmp_path):
    (tmp_path / "status.json").write_text("old")
    put(s3, f"{RUNS}status.json")

    download(s3, tmp_path)

    assert (tmp_path / "status.json").read_text() == f"{RUNS}status.json"


def test_file_outside_the_folder_is_refused(s3, tmp_path):
    put(s3, f"{FORECASTS}../../evil.txt")

    with pytest.raises(CommandError, match="would leave their folder"):
        download(s3, tmp_path / "run")

    assert names_in(tmp_path) == []


class BreakingS3:
    """A client whose downloads break off for a while."""

    def __init__(self, s3, breaks):
        self._s3, self._breaks = s3, breaks

    def __getattr__(self, name):
        return getattr(self._s3, name)

    def download_file(self, *arguments):
        if self._breaks:
            self._breaks -= 1
            raise RetriesExceededError(ConnectionResetError())
        return self._s3.download_file(*arguments)


def test_download_that_breaks_off_is_done_again(s3, tmp_path):
    put(s3, f"{RUNS}status.json")

    results = download(BreakingS3(s3, 7), tmp_path)

    assert results.find("status.json").read_text() == f"{RUNS}status.json"


def test_full_disk_is_one_clear_error(s3, tmp_path):
    put(s3, f"{RUNS}status.json")
    (tmp_path / "file").write_text("")

    with pytest.raises(SourceError, match="cannot be written"):
        download(s3, tmp_path / "file" / "run")


def test_output_is_tried_and_left_as_it_was(tmp_path):
    check_output(tmp_path / "new" / "folder")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("output", ["file", "file/below", "/proc/x"])
def test_output_that_cannot_be_written_is_said(tmp_path, output):
    (tmp_path / "file").write_text("")

    with pytest.raises(SourceError, match="give another --output"):
        check_output(tmp_path / output)
