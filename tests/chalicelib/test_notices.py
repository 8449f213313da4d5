"""One message tells how a run ended, and fits into what SNS takes."""

import json
from datetime import datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from chalicelib.notices import build_notice
from tests.building.service_models import find_faults

RUN_ID = "sales-261123012419-0a1b2c3d"
URI = f"s3://bucket/output-forecasted-data/sales/{RUN_ID}/forecast.csv"
ARN = f"arn:aws:states:eu-west-1:123456789012:execution:machine:{RUN_ID}"
SUMMARY = {
    "outcome": "better",
    "improvement_percent": 31.2,
    "baseline": "seasonal naive",
    "target": "units",
    "unit": "pieces",
    "series": 48,
    "first": "2026-01-01",
    "last": "2026-12-01",
    "total": 383012.4,
    "change_percent": 12.9,
    "before": "a year before",
    "data_warnings": 3,
    "first_data_warnings": ["3 gaps", "1 series ends early"],
}
STATUS = {
    "run_id": RUN_ID,
    "dataset": "sales",
    "upload_name": "sales.zip",
    "summary": SUMMARY,
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
    "summary": None,
    "reason": "no column 'qty'",
    "step": "Report",
    "remedy": "redrive",
}


def make_notice(**change):
    return build_notice({**STATUS, **change}, stage="dev")


def test_success_says_how_good_how_much_and_where():
    notice = make_notice(warnings=["no plot"])

    assert notice.subject == (
        "[dev] sales.zip: forecast ready, 31% better than seasonal naive, total "
        "383,012 (+13%), 4 warnings"
    )
    console = "https://eu-west-1.console.aws.amazon.com"
    execution = f"/v2/executions/details/{ARN}"
    where = f"{console}/s3/object/bucket?region=eu-west-1&prefix="
    assert notice.text.splitlines() == [
        "Forecast of sales.zip is ready.",
        "",
        "Autopilot's best candidate is 31% better.",
        "",
        "Period:   2026-01-01 to 2026-12-01, 48 series",
        "Total:    383,012 pieces of units, +13% against a year before",
        "Data:     3 gaps",
        "Data:     1 series ends early",
        "Data:     and 1 warning more, in the report",
        f"Report:   {where}output-forecasted-data/sales/{RUN_ID}/report.html",
        f"Forecast: {where}output-forecasted-data/sales/{RUN_ID}/forecast.csv",
        f"Files:    s3://bucket/output-forecasted-data/sales/{RUN_ID}/",
        "Warning:  no plot",
        "",
        f"Run:      {RUN_ID}",
        "Stage:    dev, account 123456789012",
        "Took:     1 h 10 min",
        f"Steps:    {console}/states/home?region=eu-west-1#{execution}",
        f"Details:  forecast follow {RUN_ID} --stage dev",
        "",
        "The links open for whoever is signed in to that account and may read there.",
    ]


@pytest.mark.parametrize(
    ("outcome", "gain", "words"),
    [
        ("worse", -12.4, "12% worse than seasonal naive"),
        ("even", 3.0, "no better than simple"),
        ("doubtful", 30.0, "look at it first"),
        ("unknown", None, "how good is not known"),
    ],
)
def test_subject_says_every_outcome(outcome, gain, words):
    summary = {**SUMMARY, "outcome": outcome, "improvement_percent": gain}

    assert words in make_notice(summary=summary).subject


def test_subscribers_can_filter_by_attributes():
    assert make_notice().attributes == {
        "status": "SUCCEEDED",
        "stage": "dev",
        "dataset": "sales",
        "outcome": "better",
    }
    assert "outcome" not in make_notice(**FAILED).attributes


def test_chat_tools_get_json_of_their_form():
    request = make_notice().as_request("t")

    messages = json.loads(request["Message"])
    chat = json.loads(messages["https"])
    assert request["MessageStructure"] == "json"
    assert messages["default"] == make_notice().text
    assert (chat["version"], chat["source"]) == ("1.0", "custom")
    assert chat["content"]["textType"] == "client-markdown"
    assert chat["content"]["title"].startswith(":white_check_mark: [dev] Forecast of")
    assert chat["metadata"]["additionalContext"]["total"] == "383012.4"
    assert all(
        isinstance(value, str)
        for value in chat["metadata"]["additionalContext"].values()
    )


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws-cn", "cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_links_lead_to_the_console_of_the_partition(partition, region, host):
    arn = ARN.replace("arn:aws:", f"arn:{partition}:").replace("eu-west-1", region)

    assert f"https://{host}/s3/object/" in make_notice(execution_arn=arn).text


@pytest.mark.parametrize(
    ("seconds", "words"), [(8, "8 s"), (75, "1 min 15 s"), (7261, "2 h 1 min")]
)
def test_time_is_said_as_people_do(seconds, words):
    started = datetime.fromisoformat(STATUS["started_at"])
    ended = (started + timedelta(seconds=seconds)).isoformat()

    assert f"Took:     {words}" in make_notice(ended_at=ended).text


def test_failure_begins_as_a_sentence():
    assert "\nNo column 'qty'\n" in make_notice(**FAILED).text


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

    assert notice.subject == f"[dev] sales.zip: forecast {words}"
    assert "It ended in Report." in notice.text
    assert "No column 'qty'" in notice.text
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

    text = make_notice(**FAILED, data_report_uri=uri).text
    assert f"prefix=runs/{RUN_ID}/data-report.json" in text
    assert "Data:" not in make_notice(**FAILED).text


def test_failure_says_its_warnings_too():
    assert "Warning:  cut" in make_notice(**FAILED, warnings=["cut"]).text


@pytest.mark.parametrize("dataset", [None, "ö" * 90, "a" * 300])
def test_every_notice_is_one_that_sns_takes(dataset):
    failed = {
        **FAILED,
        "dataset": dataset,
        "upload_name": dataset,
        "reason": "\N{SNOWMAN}" * 500_000,
    }

    notice = make_notice(**failed)

    request = notice.as_request("t")
    assert find_faults("sns", "Publish", request) == []
    assert notice.subject.isascii()
    assert len(notice.subject) <= 100
    assert len(request["Message"].encode()) < 256 * 1024


def test_unknown_times_are_left_out():
    assert "Took:" not in make_notice(started_at=None).text


@mock_aws
def test_subscription_to_failures_gets_these_alone():
    sns = boto3.client("sns", region_name="us-east-1")
    sqs = boto3.client("sqs", region_name="us-east-1")
    topic = sns.create_topic(Name="runs")["TopicArn"]
    queue = sqs.create_queue(QueueName="failures")["QueueUrl"]
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint="arn:aws:sqs:us-east-1:123456789012:failures",
        Attributes={"FilterPolicy": json.dumps({"status": ["FAILED", "TIMED_OUT"]})},
    )

    for notice in (make_notice(), make_notice(**FAILED)):
        sns.publish(**notice.as_request(topic))

    got = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    (body,) = (json.loads(message["Body"]) for message in got)
    assert body["Subject"] == "[dev] sales.zip: forecast FAILED"
    assert body["Message"] == make_notice(**FAILED).text
