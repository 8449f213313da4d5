"""The list of runs, with what lacks a run or a status."""

import io
import json
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws
from rich.console import Console

from client.listing import ListedRun, Lister, Listing, LostUpload
from client.listing_table import render_listing
from tests.building.scripted_run import STAGE, START, FakeStates, at, make_execution


@pytest.fixture
def s3():
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=STAGE.bucket)
        client.put_bucket_versioning(
            Bucket=STAGE.bucket, VersioningConfiguration={"Status": "Enabled"}
        )
        yield client


def put(s3, key, content="x"):
    body = content if isinstance(content, str) else json.dumps(content)
    return s3.put_object(Bucket=STAGE.bucket, Key=key, Body=body)["VersionId"]


def put_report(s3, run_id, *, verdict):
    key = f"output-forecasted-data/sales/{run_id}/report.json"
    put(s3, key, {"verdict": {"sentence": verdict}})


def make_run(name, version_id, status="SUCCEEDED", **fields):
    asked = {"dataset": "sales", "key": "raw/sales.zip", "version_id": version_id}
    return make_execution(status, name=name, asked=asked, **fields)


def list_runs(s3, *executions, limit=20):
    return Lister(s3, FakeStates(executions), STAGE).list_runs(limit)


def render(listing, seconds=60):
    console = Console(file=io.StringIO(), width=120)
    for part in render_listing(listing, stage="dev", now=at(seconds)):
        console.print(part)
    return console.file.getvalue()


def test_run_has_its_dataset_and_verdict(s3):
    version = put(s3, "raw/sales.zip")
    put(s3, "runs/r1/status.json", {"dataset": "sales", "status": "SUCCEEDED"})
    put(
        s3,
        "output-forecasted-data/sales/r1/report.json",
        {"verdict": {"sentence": "good"}},
    )

    listing = list_runs(s3, make_run("r1", version))

    (run,) = listing.runs
    assert (run.dataset, run.state, run.verdict) == ("sales", "SUCCEEDED", "good")
    assert run.has_status
    assert listing.lost == ()


def test_verdict_of_the_status_saves_the_report(s3):
    version = put(s3, "raw/sales.zip")
    put(s3, "runs/r1/status.json", {"dataset": "sales", "verdict": "as told"})
    put(
        s3,
        "output-forecasted-data/sales/r1/report.json",
        {"verdict": {"sentence": "not read"}},
    )

    (run,) = list_runs(s3, make_run("r1", version)).runs

    assert run.verdict == "as told"


def test_execution_stands_in_for_missing_status(s3):
    version = put(s3, "raw/sales.zip")

    listing = list_runs(s3, make_run("r1", version, status="FAILED"))

    (run,) = listing.runs
    assert (run.state, run.dataset, run.has_status) == ("FAILED", "sales", False)
    assert "(no status.json)" in render(listing)


def test_failed_run_says_its_first_error(s3):
    reason = "the upload was refused:\n[a] one; act\n[b] two; act"
    put(s3, "runs/r1/status.json", {"status": "FAILED", "reason": reason})

    (run,) = list_runs(s3, make_run("r1", "v", status="FAILED")).runs

    assert run.verdict == "[a] one; act"


def test_run_json_saves_a_description(s3):
    version = put(s3, "raw/sales.zip")
    upload = {"key": "raw/sales.zip", "version_id": version}
    put(s3, "runs/r1/run.json", {"dataset": "sales", "upload": upload})
    states = FakeStates([make_run("r1", version)])

    listing = Lister(s3, states, STAGE).list_runs(20)

    assert [call for call, _ in states.calls] == ["list_executions"]
    assert listing.runs[0].upload == ("raw/sales.zip", version)


def test_versions_without_a_run_are_shown(s3):
    first = put(s3, "raw/sales.zip", "one")
    second = put(s3, "raw/sales.zip", "two")
    put(s3, "raw/notes.txt")
    put(s3, "raw/")

    lost = list_runs(s3, make_run("r1", second)).lost

    assert {(u.key, u.starts_run) for u in lost} == {
        ("raw/sales.zip", True),
        ("raw/notes.txt", False),
    }
    assert first in {u.version_id for u in lost}


def test_parts_are_shown_once_where_their_mark_is_missing(s3):
    for name in (
        "whole/part-0",
        "whole/year=2024/part-0",
        "open/part-0",
        "open/part-1",
    ):
        put(s3, f"raw/{name}.parquet")
    version = put(s3, "raw/whole/_SUCCESS")

    lost = list_runs(s3, make_run("r1", version)).lost

    assert "raw/open/part-0.parquet" in {upload.key for upload in lost}
    assert sum("part-" in upload.key for upload in lost) == 1


def test_uploads_older_than_the_list_are_left_out(s3):
    put(s3, "raw/old.zip")
    later = START + timedelta(days=36500)
    executions = [make_run(f"r{i}", f"v{i}", startDate=later) for i in range(3)]

    listing = list_runs(s3, *executions, limit=2)

    assert [r.run_id for r in listing.runs] == ["r0", "r1"]
    assert (listing.more, listing.lost) == (True, ())


def test_table_tells_runs_and_lost_uploads():
    listing = Listing(
        runs=(
            ListedRun("r2", "sales", "RUNNING", at(50), has_status=False),
            ListedRun("r1", "sales", "SUCCEEDED", START, "31% better"),
        ),
        lost=(LostUpload("raw/x.zip", "v", at(0)), LostUpload("raw/x.txt", "v", at(0))),
        more=True,
    )

    lines = [" ".join(line.split()) for line in render(listing).splitlines()]

    assert lines == [
        "state started run dataset",
        "running 10 s ago r2 sales",
        "succeeded 1 min ago r1 sales",
        "31% better",
        "no run 1 min ago - raw/x.zip",
        "started no run; see `chalice logs -n on_upload --stage dev`",
        "no run 1 min ago - raw/x.txt",
        "starts no run (needs raw/<name>.zip, .csv, .csv.gz or .parquet, or "
        "raw/<name>/_SUCCESS)",
        "there are older runs; show more with --limit",
    ]


def test_stage_without_runs_says_how_to_start():
    text = render(Listing(runs=(), lost=(), more=False))

    assert "forecast.py run data.zip --stage dev" in text


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ({"reason": "the champion is 7 days old"}, "the champion is 7 days old"),
        ({"reason": None}, ""),
        (None, ""),
    ],
)
def test_run_says_whose_model_forecast(s3, model, told):
    version = put(s3, "raw/sales.zip")
    put(s3, "runs/r1/status.json", {"dataset": "sales", "verdict": "v", "model": model})

    listing = list_runs(s3, make_run("r1", version))

    assert listing.runs[0].model == told
    assert told in render(listing)


def test_run_says_that_its_training_was_cut(s3):
    version = put(s3, "raw/sales.zip")
    cut = "training was cut at your limit of 4 h: 5 of 9 candidates were done"
    put(s3, "runs/r1/status.json", {"dataset": "sales", "warnings": [cut]})

    listing = list_runs(s3, make_run("r1", version))

    assert f"warning: {cut}" in render(listing)
