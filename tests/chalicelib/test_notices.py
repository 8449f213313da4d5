"""One message tells how a run ended, and fits into what SNS takes."""

import pytest

from chalicelib.notices import build_notice
from tests.building.service_models import find_faults

RUN_ID = "sales-261123012419-0a1b2c3d"
URI = f"s3://bucket/output-forecasted-data/sales/{RUN_ID}/forecast.csv"
ARN = f"arn:aws:states:eu-west-1:123456789012:execution:machine:{RUN_ID}"
STATUS = {
    "run_id": RUN_ID,
    "dataset": "sales",
    "status": "SUCCEEDED",
    "reason": None,
    "started_at": "2026-11-23T01:24:19+00:00",
    "ended_at": "2026-11-23T02:34:20.400000+00:00",
    "verdict": "Autopilot's best candidate is 31% better.",
    "forecast_uri": URI,
    "step": None,
    "remedy": None,
    "training": None,
    "data_report_uri": None,
    "execution_arn": ARN,
    "warnings": [],
}
FAILED = {
    "status": "FAILED",
    "forecast_uri": None,
    "reason": "no column 'qty'",
    "step": "Report",
    "remedy": "redrive",
}


def make_notice(**change):
    return build_notice({**STATUS, **change}, stage="dev")


def test_success_says_how_good_and_where():
    notice = make_notice(warnings=["no plot"])

    assert notice.subject == "Forecast of sales is ready"
    assert notice.text.splitlines() == [
        "Forecast of sales is ready.",
        "",
        "Autopilot's best candidate is 31% better.",
        "",
        f"Forecast: {URI}",
        f"Report:   s3://bucket/output-forecasted-data/sales/{RUN_ID}/report.html",
        "Warning:  no plot",
        "",
        f"Run:      {RUN_ID}",
        "Took:     1:10:01",
        f"Details:  python forecast.py --stage dev --run {RUN_ID}",
    ]


def test_success_without_report_is_no_verdict():
    assert "is not known" in make_notice(verdict=None).text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("FAILED", "FAILED"),
        ("TIMED_OUT", "ran out of time"),
        ("ABORTED", "was stopped"),
    ],
)
def test_failure_says_why_and_what_to_do(status, words):
    notice = make_notice(**{**FAILED, "status": status, "remedy": "upload"})

    assert notice.subject == f"Forecast of sales {words}"
    assert "It ended in Report." in notice.text
    assert "no column 'qty'" in notice.text
    assert "upload again" in notice.text
    assert "redrive" not in notice.text


def test_failure_that_may_pass_is_gone_on_from():
    text = make_notice(**FAILED).text

    assert (
        f"aws stepfunctions redrive-execution --region eu-west-1 --execution-arn {ARN}"
    ) in text
    assert "upload again" not in text


def test_training_that_goes_on_can_be_stopped():
    training = {
        "autopilot_job_name": RUN_ID,
        "ends_at_the_latest": "2026-11-23T05:24:19+00:00",
    }

    text = make_notice(**FAILED, training=training).text

    assert "until 2026-11-23T05:24:19+00:00 at the latest" in text
    assert (
        f"aws sagemaker stop-auto-ml-job --region eu-west-1 --auto-ml-job-name {RUN_ID}"
    ) in text


def test_data_report_is_linked_where_there_is_one():
    uri = f"s3://bucket/runs/{RUN_ID}/data-report.json"

    assert uri in make_notice(**FAILED, data_report_uri=uri).text
    assert "Data:" not in make_notice(**FAILED).text


def test_failure_says_its_warnings_too():
    assert "Warning:  cut" in make_notice(**FAILED, warnings=["cut"]).text


@pytest.mark.parametrize("dataset", [None, "ö" * 90, "a" * 300])
def test_every_notice_is_one_that_sns_takes(dataset):
    failed = {**FAILED, "dataset": dataset, "reason": "x" * 500_000}

    notice = make_notice(**failed)

    request = {"TopicArn": "t", "Subject": notice.subject, "Message": notice.text}
    assert find_faults("sns", "Publish", request) == []
    assert notice.subject.isascii()
    assert len(notice.subject) <= 100
    assert len(notice.text.encode()) < 256 * 1024


def test_unknown_times_are_left_out():
    assert "Took:" not in make_notice(started_at=None).text
