import pytest

from chalicelib.endings import build_status, find_reason, read_ending, read_verdict
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


def make_status(*, data_report=None, warnings=(), **change):
    return build_status(
        read_ending({**DETAIL, **change}),
        bucket="bucket",
        data_report=data_report,
        warnings=list(warnings),
    )


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
def test_stopped_run_says_what_to_do(status):
    assert ";" in make_status(status=status)["reason"]


@pytest.mark.parametrize("text", [None, "", "not json", "[]", '{"dataset": 3}'])
def test_foreign_input_has_no_dataset(text):
    assert make_status(input=text)["dataset"] is None


def test_times_are_read_as_utc():
    assert make_status()["started_at"] == "2025-11-13T02:13:20+00:00"


def find(ended="FAILED", *, status=None, data_report=None, **execution):
    return find_reason(status, ended, execution=execution, data_report=data_report)


def test_reason_of_the_status_comes_before_everything_else():
    reason = find(status={"reason": "the status"}, data_report=REFUSED, cause="cause")

    assert reason == "the status"


def test_reason_of_bare_json_is_none():
    reason = find(status={"reason": '{"JobRunState": "FAILED"}'}, cause="the cause")

    assert reason == "the cause"


@pytest.mark.parametrize("data_report", [None, REFUSED])
@pytest.mark.parametrize("ended", ["FAILED", "ABORTED", "TIMED_OUT"])
@pytest.mark.parametrize("cause", [None, '{"errorMessage": "no settings"}'])
def test_missing_status_gives_the_same_reason(ended, data_report, cause):
    status = make_status(status=ended, error="E", cause=cause, data_report=data_report)

    reason = find(ended, data_report=data_report, error="E", cause=cause)

    assert reason == status["reason"]


def test_failure_without_a_word_is_named_by_its_error():
    assert find(error="States.Timeout") == "States.Timeout"
    assert find() == "no reason was given"


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
