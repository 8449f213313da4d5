"""The message that tells people how a run ended, and where to look."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.endings import REDRIVE

# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: a subject is at most a
# hundred ASCII characters; a message has 256 KiB, but nobody reads more than this.
_SUBJECT_LENGTH = 100
_REASON_LENGTH = 10_000
_ENDINGS = {
    "SUCCEEDED": "is ready",
    "FAILED": "FAILED",
    "TIMED_OUT": "ran out of time",
    "ABORTED": "was stopped",
    "RUNNING": "waits for a quota",
}


@dataclass(frozen=True)
class Notice:
    """What is sent to the topic."""

    subject: str
    text: str


def build_notice(status: Mapping[str, Any], *, stage: str) -> Notice:
    """Build the notice from the ``status.json`` of a run that ended, or that waits."""
    what = f"Forecast of {status['dataset'] or 'an unknown dataset'}"
    headline = f"{what} {_ENDINGS[status['status']]}"
    if status["status"] == "SUCCEEDED":
        details = _describe_success(status)
    elif status["status"] == "RUNNING":
        details = _describe_wait(status)
    else:
        details = _describe_failure(status)
    lines = [f"{headline}.", "", *details, "", f"Run:      {status['run_id']}"]
    took = _measure(status)
    if took is not None:
        lines.append(f"Took:     {took}")
    follow = f"python forecast.py --stage {stage} --run {status['run_id']}"
    lines.append(f"Details:  {follow}")
    return Notice(_shorten(headline), "\n".join(lines))


def _describe_success(status: Mapping[str, Any]) -> list[str]:
    folder = status["forecast_uri"].rpartition("/")[0]
    return [
        status["verdict"] or "How good it is, is not known: the report is missing.",
        "",
        f"Forecast: {status['forecast_uri']}",
        f"Report:   {folder}/report.html",
        *_list_warnings(status),
    ]


def _describe_wait(status: Mapping[str, Any]) -> list[str]:
    return [
        f"It {str(status['reason'])[:_REASON_LENGTH]}",
        "",
        "It goes on by itself as soon as the quota allows, and gives up after a day in "
        "all; then it can be redriven, and what was paid for is used. See what there "
        "is of each quota, and how to request more:",
        "  python deploy.py --check",
    ]


def _describe_failure(status: Mapping[str, Any]) -> list[str]:
    reason = status["reason"] or "no reason was given"
    step = [f"It ended in {status['step']}.", ""] if status["step"] else []
    data = status["data_report_uri"]
    return [
        *step,
        reason[:_REASON_LENGTH],
        "",
        *_describe_remedy(status),
        *_describe_training(status),
        *([f"Data:     {data}"] if data else []),
        *_list_warnings(status),
    ]


def _list_warnings(status: Mapping[str, Any]) -> list[str]:
    return [f"Warning:  {warning}" for warning in status["warnings"]]


def _describe_remedy(status: Mapping[str, Any]) -> list[str]:
    if status["remedy"] != REDRIVE:
        return ["Fix the problem and upload again."]
    arn = status["execution_arn"]
    return [
        "Put the cause right, if it has not passed, and go on from there; what was "
        "paid for is used:",
        f"  aws stepfunctions redrive-execution {_region(arn)} --execution-arn {arn}",
    ]


def _describe_training(status: Mapping[str, Any]) -> list[str]:
    training = status["training"]
    if training is None:
        return []
    end = training["ends_at_the_latest"]
    until = f"until {end} at the latest" if end else "with no limit that is known"
    return [
        f"Training goes on, and costs money, {until}; stop it if you do not want it:",
        f"  aws sagemaker stop-auto-ml-job {_region(status['execution_arn'])} "
        f"--auto-ml-job-name {training['autopilot_job_name']}",
    ]


def _region(arn: str) -> str:
    return f"--region {arn.split(':')[3]}"


def _measure(status: Mapping[str, Any]) -> timedelta | None:
    if not (status["started_at"] and status["ended_at"]):
        return None
    took = datetime.fromisoformat(status["ended_at"]) - datetime.fromisoformat(
        status["started_at"]
    )
    return timedelta(seconds=round(took.total_seconds()))


def _shorten(subject: str) -> str:
    ascii_only = subject.encode("ascii", errors="replace").decode()
    return ascii_only[:_SUBJECT_LENGTH]
