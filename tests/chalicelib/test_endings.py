import json

import pytest

from chalicelib.endings import (
    Findings,
    Training,
    build_status,
    is_complete,
    read_caught,
    read_ending,
    read_verdict,
)
from tests.building.lambda_inputs import DETAIL

REFUSED = {
    "outcome": "refused",
    "findings": [
        {
            "code": "no-target",
            "level": "error",
            "what": "no column 'x'",
            "remedy": "add",
        },
        {"code": "gaps", "level": "warning", "what": "3 gaps", "remedy": "look"},
    ],
}


GOING = Training("sales-1", goes_on=True, spent=False, latest_end="2026-11-23T05:24:19")
SPENT = Training("sales-1", goes_on=False, spent=True)
USABLE = Training("sales-1", goes_on=False, spent=False)


def make_status(*, data_report=None, step=None, training=None, **change):
    found = Findings(data_report=data_report, step=step, training=training)
    return build_status(read_ending({**DETAIL, **change}), found, bucket="bucket")


def test_success_says_where_the_forecast_is():
    status = make_status()

    assert status["reason"] is None
    assert status["forecast_uri"] == (
        "s3://bucket/output-forecasted-data/sales/sales-1/forecast.csv"
    )


def test_refused_upload_is_explained_by_its_findings():
    status = make_status(
        status="FAILED",
        cause='{"ErrorMessage": "Command failed with exit code 1"}',
        data_report=REFUSED,
    )

    assert status["reason"] == (
        "the upload was refused:\n[no-target] no column 'x'; add"
    )


def test_accepted_upload_is_explained_by_the_cause():
    status = make_status(
        status="FAILED",
        cause='{"FailureReason": "no capacity"}',
        data_report={"outcome": "accepted", "findings": []},
    )

    assert status["reason"] == "no capacity"


@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT"])
def test_reason_of_a_stop_names_no_remedy(status):
    made = make_status(status=status, step="Report")

    assert "stopped" in made["reason"]
    assert "upload" not in made["reason"]
    assert made["remedy"] == "redrive"


@pytest.mark.parametrize("text", [None, "", "not json", "[]", '{"dataset": 3}'])
def test_foreign_input_has_no_dataset(text):
    assert make_status(input=text)["dataset"] is None


def test_times_are_read_as_utc():
    assert make_status()["started_at"] == "2025-11-13T02:13:20+00:00"


def test_bare_status_says_that_it_is_not_complete():
    bare = build_status(read_ending(DETAIL), bucket="bucket")

    assert (bare["status"], is_complete(bare)) == ("SUCCEEDED", False)
    assert is_complete(make_status())
    assert is_complete({"status": "SUCCEEDED"})


def test_status_counts_redrives():
    assert make_status()["redrive_count"] == 0
    assert make_status(redriveCount=2)["redrive_count"] == 2


@pytest.mark.parametrize(
    ("found", "change", "remedy"),
    [
        ({"step": "PrepareRun"}, {"error": "Lambda.Unknown"}, "redrive"),
        ({"step": "Preprocess"}, {"error": "States.TaskFailed"}, "redrive"),
        ({"step": "Preprocess", "data_report": REFUSED}, {}, "upload"),
        ({"step": "CheckAutopilotJob", "training": GOING}, {}, "redrive"),
        ({"step": "CheckAutopilotJob", "training": SPENT}, {}, "upload"),
        ({"step": "CheckAutopilotJob"}, {"error": "AutopilotFailed"}, "upload"),
        ({"step": "WaitForAutopilotJob", "training": USABLE}, {}, "redrive"),
        ({"step": "BatchTransform", "training": SPENT}, {}, "redrive"),
        ({"step": "Report"}, {"redriveStatus": "NOT_REDRIVABLE"}, "upload"),
        ({"step": "Report"}, {"redriveStatus": "REDRIVABLE"}, "redrive"),
        (
            {"step": "CreateAutopilotJob"},
            {"cause": "An error occurred (ValidationException) when calling"},
            "upload",
        ),
        ({}, {"error": "States.Timeout"}, "redrive"),
    ],
)
@pytest.mark.parametrize("status", ["FAILED", "ABORTED", "TIMED_OUT"])
def test_remedy_is_what_can_help(found, change, remedy, status):
    assert make_status(status=status, **found, **change)["remedy"] == remedy


@pytest.mark.parametrize(
    ("status", "remedy"), [("ABORTED", "upload"), ("FAILED", "redrive")]
)
def test_stop_while_the_job_is_made_loses_it(status, remedy):
    made = make_status(status=status, step="CreateAutopilotJob")

    assert made["remedy"] == remedy


def test_success_needs_no_remedy():
    status = make_status(step="Done", training=SPENT)

    assert (status["remedy"], status["step"], status["training"]) == (None, None, None)


def test_training_that_goes_on_is_told():
    assert make_status(status="FAILED", training=GOING)["training"] == {
        "autopilot_job_name": "sales-1",
        "ends_at_the_latest": "2026-11-23T05:24:19",
    }
    assert make_status(status="FAILED", training=USABLE)["training"] is None


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ({"verdict": {"sentence": "good"}}, "good"),
        ({"verdict": None}, None),
        (None, None),
    ],
)
def test_verdict_is_the_sentence_of_the_report(report, expected):
    assert read_verdict(report) == expected


def test_failures_that_were_caught_are_explained():
    job = {"JobRunState": "FAILED", "Id": "jr_1", "ErrorMessage": "it broke"}
    output = {
        "run_id": "sales-1",
        "uncompared": {"Error": "States.TaskFailed", "Cause": json.dumps(job)},
        "unregistered": {"Error": "Lambda.Unknown", "Cause": "it was killed"},
    }

    assert read_caught(json.dumps(output)) == {
        "uncompared": "it broke; its log is /aws-glue/python-jobs/error, stream jr_1",
        "unregistered": (
            "the state's function died each time it was tried (it was killed)"
        ),
    }


@pytest.mark.parametrize("output", [None, "", "{", "[]", "{}", '{"uncompared": 1}'])
def test_output_without_failures_has_none(output):
    assert read_caught(output) == {}
