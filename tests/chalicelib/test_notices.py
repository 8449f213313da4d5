"""One message tells how a run ended, and fits into what SNS takes."""

import pytest

from chalicelib.notices import build_notice
from tests.building.service_models import find_faults

RUN_ID = "sales-261123012419-0a1b2c3d"
URI = f"s3://bucket/output-forecasted-data/sales/{RUN_ID}/forecast.csv"
STATUS = {
    "run_id": RUN_ID,
    "dataset": "sales",
    "status": "SUCCEEDED",
    "reason": None,
    "started_at": "2026-11-23T01:24:19+00:00",
    "ended_at": "2026-11-23T02:34:20.400000+00:00",
    "verdict": "Autopilot's best candidate is 31 % better.",
    "forecast_uri": URI,
    "warnings": [],
}


def make_notice(**change):
    return build_notice({**STATUS, **change}, bucket="bucket", stage="dev")


def test_success_says_how_good_and_where():
    notice = make_notice(warnings=["no plot"])

    assert notice.subject == "Forecast of sales is ready"
    assert notice.text.splitlines() == [
        "Forecast of sales is ready.",
        "",
        "Autopilot's best candidate is 31 % better.",
        "",
        f"Forecast: {URI}",
        f"Report:   s3://bucket/output-forecasted-data/sales/{RUN_ID}/report.html",
        "Warning:  no plot",
        "",
        f"Run:      {RUN_ID}",
        "Took:     1:10:01",
        f"Look:     python forecast.py --stage dev --run {RUN_ID}",
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
    notice = make_notice(status=status, reason="no column 'qty'", forecast_uri=None)

    assert notice.subject == f"Forecast of sales {words}"
    assert "no column 'qty'" in notice.text
    assert "upload again" in notice.text
    assert f"s3://bucket/runs/{RUN_ID}/data-report.json" in notice.text


@pytest.mark.parametrize("dataset", [None, "ö" * 90, "a" * 300])
def test_every_notice_is_one_that_sns_takes(dataset):
    notice = make_notice(status="FAILED", dataset=dataset, reason="x" * 500_000)

    request = {"TopicArn": "t", "Subject": notice.subject, "Message": notice.text}
    assert find_faults("sns", "Publish", request) == []
    assert notice.subject.isascii()
    assert len(notice.subject) <= 100
    assert len(notice.text.encode()) < 256 * 1024


def test_unknown_times_are_left_out():
    assert "Took:" not in make_notice(started_at=None).text
