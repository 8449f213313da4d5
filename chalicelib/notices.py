"""The message that tells people how a run ended, and where to look."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.bucket import build_uri, forecast_key, run_key

# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: a subject is at most a
# hundred ASCII characters; a message has 256 KiB, but nobody reads more than this.
_SUBJECT_LENGTH = 100
_REASON_LENGTH = 10_000
_ENDINGS = {
    "SUCCEEDED": "is ready",
    "FAILED": "FAILED",
    "TIMED_OUT": "ran out of time",
    "ABORTED": "was stopped",
}


@dataclass(frozen=True)
class Notice:
    """What is sent to the topic."""

    subject: str
    text: str


def build_notice(status: Mapping[str, Any], *, bucket: str, stage: str) -> Notice:
    """Build the notice from a run's ``status.json``."""
    what = f"Forecast of {status['dataset'] or 'an unknown dataset'}"
    headline = f"{what} {_ENDINGS[status['status']]}"
    if status["status"] == "SUCCEEDED":
        details = _describe_success(status, bucket)
    else:
        details = _describe_failure(status, bucket)
    lines = [f"{headline}.", "", *details, "", f"Run:      {status['run_id']}"]
    took = _measure(status)
    if took is not None:
        lines.append(f"Took:     {took}")
    follow = f"python forecast.py --stage {stage} --run {status['run_id']}"
    lines.append(f"Look:     {follow}")
    return Notice(_shorten(headline), "\n".join(lines))


def _describe_success(status: Mapping[str, Any], bucket: str) -> list[str]:
    report = forecast_key(status["dataset"] or "", status["run_id"], "report.html")
    return [
        status["verdict"] or "How good it is, is not known: the report is missing.",
        "",
        f"Forecast: {status['forecast_uri']}",
        f"Report:   {build_uri(bucket, report)}",
        *(f"Warning:  {warning}" for warning in status["warnings"]),
    ]


def _describe_failure(status: Mapping[str, Any], bucket: str) -> list[str]:
    data_report = run_key(status["run_id"], "data-report.json")
    reason = status["reason"] or "no reason was given"
    return [
        reason[:_REASON_LENGTH],
        "",
        "Put the cause right and upload again.",
        f"Data:     {build_uri(bucket, data_report)}",
    ]


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
