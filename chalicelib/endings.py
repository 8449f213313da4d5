"""How a run ended, said for people: the ``status.json`` of a finished execution."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.bucket import build_uri, forecast_key, run_key
from chalicelib.causes import find_message
from chalicelib.runs import SCHEMA, read_execution_input

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.store import Store

_FIXED_REASONS = {
    "ABORTED": "the run was stopped by hand; upload again to start anew",
    "TIMED_OUT": "the run ran out of time, and its training was stopped; upload again",
}
# A run that failed and is redriven waits in the second before it goes on.
_UNENDED = {"RUNNING", "PENDING_REDRIVE"}


def has_ended(status: str) -> bool:
    """Tell whether an execution with this status is over."""
    return status not in _UNENDED


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

    @property
    def leaves_training(self) -> bool:
        """Tell whether nobody waits any more for a training that still goes on.

        A run that failed may be redriven, and then needs its training.
        """
        return self.status in {"ABORTED", "TIMED_OUT"}


def read_ending(detail: Mapping[str, Any]) -> Ending:
    """Read the detail of a Step Functions status-change event."""
    dataset = read_execution_input(detail.get("input")).get("dataset")
    return Ending(
        run_id=detail["name"],
        dataset=dataset if isinstance(dataset, str) else None,
        status=detail["status"],
        error=detail.get("error"),
        cause=detail.get("cause"),
        started_at=_from_millis(detail.get("startDate")),
        ended_at=_from_millis(detail.get("stopDate")),
        execution_arn=detail["executionArn"],
    )


def write_status(store: Store, ending: Ending) -> dict[str, Any]:
    """Write a run's ``status.json`` from what its jobs left, and return it."""
    run_id = ending.run_id
    told = store.find_json(run_key(run_id, "report-warnings.json"))
    status = build_status(
        ending,
        bucket=store.bucket,
        data_report=store.find_json(run_key(run_id, "data-report.json")),
        verdict=read_verdict(_find_report(store, ending)),
        warnings=[] if told is None else list(told["warnings"]),
    )
    store.write_json(run_key(run_id, "status.json"), status)
    return status


def _find_report(store: Store, ending: Ending) -> Mapping[str, Any] | None:
    if ending.status != "SUCCEEDED" or not ending.dataset:
        return None
    key = forecast_key(ending.dataset, ending.run_id, "report.json")
    report: Mapping[str, Any] | None = store.find_json(key)
    return report


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
    reason = explain_ending(
        ending.status, error=ending.error, cause=ending.cause, data_report=data_report
    )
    forecast = forecast_key(ending.dataset or "", ending.run_id, "forecast.csv")
    return {
        "schema": SCHEMA,
        "run_id": ending.run_id,
        "dataset": ending.dataset,
        "status": ending.status,
        "reason": None if succeeded else reason,
        "error": ending.error,
        "cause": ending.cause,
        "started_at": ending.started_at,
        "ended_at": ending.ended_at,
        "execution_arn": ending.execution_arn,
        "verdict": verdict,
        "forecast_uri": build_uri(bucket, forecast) if succeeded else None,
        "warnings": warnings,
    }


def read_verdict(report: Mapping[str, Any] | None) -> str | None:
    """Take from ``report.json`` the sentence that says how good the forecast is."""
    sentence = ((report or {}).get("verdict") or {}).get("sentence")
    return sentence if isinstance(sentence, str) else None


def find_reason(
    status: Mapping[str, Any] | None,
    ended: str,
    *,
    execution: Mapping[str, Any],
    data_report: Mapping[str, Any] | None,
) -> str:
    """Give the reason that a run's ``status.json`` has, else what it would be.

    Parameters
    ----------
    status
        ``status.json``, written when the run ended; None while there is none.
    ended
        How the run ended, such as ``FAILED``.
    execution
        What DescribeExecution says; empty when it was not asked.
    data_report
        ``data-report.json``; None when the data were never looked at.
    """
    written = find_message(str((status or {}).get("reason") or ""))
    return written or explain_ending(
        ended,
        error=execution.get("error"),
        cause=execution.get("cause"),
        data_report=data_report,
    )


def explain_ending(
    status: str,
    *,
    error: str | None,
    cause: str | None,
    data_report: Mapping[str, Any] | None,
) -> str:
    """Say why a run did not succeed, in the words of whoever knows best.

    That is the data report where the upload was refused: a real Glue may say no more
    than that a command failed with exit code 1.
    """
    if data_report is not None and data_report.get("outcome") == "refused":
        return explain_refusal(data_report)
    if status in _FIXED_REASONS:
        return _FIXED_REASONS[status]
    return find_message(cause or "") or error or "no reason was given"


def explain_refusal(data_report: Mapping[str, Any]) -> str:
    """List the errors of a data report, one a line."""
    errors = [f for f in data_report["findings"] if f["level"] == "error"]
    lines = [f"[{f['code']}] {f['what']}; {f['remedy']}" for f in errors]
    return "\n".join(["the upload was refused:", *lines])


def _from_millis(millis: int | None) -> str | None:
    if millis is None:
        return None
    return datetime.fromtimestamp(millis / 1000, UTC).isoformat()
