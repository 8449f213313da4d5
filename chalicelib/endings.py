"""How a run ended, said for people: the ``status.json`` of a finished execution."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chalicelib.causes import find_message
from chalicelib.runs import SCHEMA, forecast_prefix

_FIXED_REASONS = {
    "ABORTED": "the run was stopped by hand; upload again to start anew",
    "TIMED_OUT": "the run ran out of time, and its training was stopped; upload again",
}


@dataclass(frozen=True)
class Ending:
    """The end of one execution, as Step Functions announced it."""

    run_id: str
    dataset: str | None
    status: str
    error: str | None
    cause: str | None
    started_at: str | None
    ended_at: str | None
    execution_arn: str


def read_ending(detail: Mapping[str, Any]) -> Ending:
    """Read the detail of a Step Functions status-change event.

    ``input`` is missing from the event when it is too large, and is anything at all
    when a person started the execution by hand.
    """
    return Ending(
        run_id=detail["name"],
        dataset=_read_dataset(detail.get("input")),
        status=detail["status"],
        error=detail.get("error"),
        cause=detail.get("cause"),
        started_at=_from_millis(detail.get("startDate")),
        ended_at=_from_millis(detail.get("stopDate")),
        execution_arn=detail["executionArn"],
    )


def build_status(
    ending: Ending,
    *,
    bucket: str,
    data_report: Mapping[str, Any] | None,
    verdict: str | None = None,
    warnings: list[str],
) -> dict[str, Any]:
    """Build ``status.json`` from an ending and what the run's jobs left."""
    succeeded = ending.status == "SUCCEEDED"
    prefix = forecast_prefix(ending.dataset or "", ending.run_id)
    return {
        "schema": SCHEMA,
        "run_id": ending.run_id,
        "dataset": ending.dataset,
        "status": ending.status,
        "reason": None if succeeded else explain_ending(ending, data_report),
        "error": ending.error,
        "cause": ending.cause,
        "started_at": ending.started_at,
        "ended_at": ending.ended_at,
        "execution_arn": ending.execution_arn,
        "verdict": verdict,
        "forecast_uri": f"s3://{bucket}/{prefix}forecast.csv" if succeeded else None,
        "warnings": warnings,
    }


def read_verdict(report: Mapping[str, Any] | None) -> str | None:
    """Take from ``report.json`` the sentence that says how good the forecast is."""
    sentence = ((report or {}).get("verdict") or {}).get("sentence")
    return sentence if isinstance(sentence, str) else None


def explain_ending(ending: Ending, data_report: Mapping[str, Any] | None) -> str:
    """Say why a run did not succeed, in the words of whoever knows best.

    That is the data report where the upload was refused: a real Glue may say no more
    than that a command failed with exit code 1.
    """
    if data_report is not None and data_report.get("outcome") == "refused":
        return explain_refusal(data_report)
    if ending.status in _FIXED_REASONS:
        return _FIXED_REASONS[ending.status]
    return find_message(ending.cause or "") or ending.error or "no reason was given"


def explain_refusal(data_report: Mapping[str, Any]) -> str:
    """List the errors of a data report, one a line."""
    errors = [f for f in data_report["findings"] if f["level"] == "error"]
    lines = [f"[{f['code']}] {f['what']}; {f['remedy']}" for f in errors]
    return "\n".join(["the upload was refused:", *lines])


def _read_dataset(execution_input: str | None) -> str | None:
    try:
        value = json.loads(execution_input or "")
    except ValueError:
        return None
    dataset = value.get("dataset") if isinstance(value, dict) else None
    return dataset if isinstance(dataset, str) else None


def _from_millis(millis: int | None) -> str | None:
    if millis is None:
        return None
    return datetime.fromtimestamp(millis / 1000, UTC).isoformat()
