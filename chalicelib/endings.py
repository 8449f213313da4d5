"""How a run ended, said for people: the ``status.json`` of a finished execution."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.advice import DEATHS, find_advice
from chalicelib.causes import find_message
from chalicelib.errors import AutopilotFailed, SettingsMissing
from chalicelib.job_logs import JobLog, explain_job, find_job_log
from chalicelib.keys import build_uri, forecast_key, name_upload, run_key
from chalicelib.runs import SCHEMA, read_execution_input

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIXED_REASONS = {
    "ABORTED": "the run was stopped by hand",
    "TIMED_OUT": "the run took longer than it may, and was stopped",
}
REDRIVE, UPLOAD = "redrive", "upload"
# In these a run needs its training to go on.
_TRAINING_STATES = {
    "CreateAutopilotJob",
    "WaitForAutopilotJob",
    "CheckAutopilotJob",
    "IsAutopilotJobDone",
}
# A run that ended so has nobody who waits for its training any more.
LEAVING_TRAINING = {"ABORTED", "TIMED_OUT"}
# Where the output keeps the error of a state that a run went on without.
UNCOMPARED, UNREGISTERED = "uncompared", "unregistered"
# A run that failed and is redriven waits in the second before it goes on.
_UNENDED = {"RUNNING", "PENDING_REDRIVE"}


def has_ended(status: str) -> bool:
    """Tell whether an execution with this status is over."""
    return status not in _UNENDED


@dataclass(frozen=True)
class Ending:
    """The end of one execution, as Step Functions announced it.

    ``caught`` says why states failed that it went on without, by where the output
    keeps it.
    """

    run_id: str
    dataset: str | None
    upload_key: str | None
    status: str
    error: str | None
    cause: str | None
    started_at: str | None
    ended_at: str | None
    execution_arn: str
    redrive_count: int = 0
    redrivable: bool = True
    caught: Mapping[str, str] = field(default_factory=dict)

    @property
    def leaves_training(self) -> bool:
        """Tell whether nobody waits any more for a training that still goes on.

        A run that failed may be redriven, and then needs its training.
        """
        return self.status in LEAVING_TRAINING


@dataclass(frozen=True)
class Training:
    """The Autopilot job of a run that did not succeed, as it stands at the end.

    ``goes_on`` while it runs, at the latest to ``latest_end``; ``spent`` when it is
    over without a model, so that its name is good for nothing any more.
    """

    job_name: str
    goes_on: bool
    spent: bool
    latest_end: str | None = None


@dataclass(frozen=True)
class Findings:
    """What is found out about the end of a run; each is empty where it is unknown."""

    data_report: Mapping[str, Any] | None = None
    verdict: str | None = None
    summary: Mapping[str, Any] | None = None
    warnings: tuple[str, ...] = ()
    step: str | None = None
    training: Training | None = None
    log: JobLog | None = None
    model: Mapping[str, Any] | None = None


def is_success(ending: Ending) -> bool:
    """Tell whether a run ended with a forecast."""
    return ending.status == "SUCCEEDED"


def read_ending(detail: Mapping[str, Any]) -> Ending:
    """Read the detail of a Step Functions status-change event."""
    asked = read_execution_input(detail.get("input"))
    dataset, key = asked.get("dataset"), asked.get("key")
    return Ending(
        run_id=detail["name"],
        dataset=dataset if isinstance(dataset, str) else None,
        upload_key=key if isinstance(key, str) else None,
        status=detail["status"],
        error=detail.get("error"),
        cause=detail.get("cause"),
        started_at=_from_millis(detail.get("startDate")),
        ended_at=_from_millis(detail.get("stopDate")),
        execution_arn=detail["executionArn"],
        redrive_count=detail.get("redriveCount") or 0,
        redrivable=detail.get("redriveStatus") != "NOT_REDRIVABLE",
        caught=read_caught(detail.get("output")),
    )


def read_caught(output: str | None) -> dict[str, str]:
    """Read from an output why states failed that the run went on without."""
    try:
        found = json.loads(output or "{}")
    except ValueError:
        return {}
    kept = found if isinstance(found, dict) else {}
    return {
        name: _explain_caught(kept[name])
        for name in (UNCOMPARED, UNREGISTERED)
        if isinstance(kept.get(name), dict)
    }


def _explain_caught(caught: Mapping[str, Any]) -> str:
    cause = caught.get("Cause")
    return explain_ending(
        "FAILED",
        error=caught.get("Error"),
        cause=cause,
        data_report=None,
        log=find_job_log(cause),
    )


def build_status(
    ending: Ending, found: Findings | None = None, *, bucket: str
) -> dict[str, Any]:
    """Build ``status.json`` from an ending and what was found out about it.

    Without findings it is the bare status, and says that it is not complete.
    """
    complete, found = found is not None, found or Findings()
    succeeded = ending.status == "SUCCEEDED"
    reason = explain_ending(
        ending.status,
        error=ending.error,
        cause=ending.cause,
        data_report=found.data_report,
        log=found.log,
    )
    advice = find_advice(ending.run_id, ending.error, reason, step=found.step)
    data_report = build_uri(bucket, run_key(ending.run_id, "data-report.json"))
    forecast = forecast_key(ending.dataset or "", ending.run_id, "forecast.csv")
    return {
        "schema": SCHEMA,
        "run_id": ending.run_id,
        "dataset": ending.dataset,
        "upload_name": name_upload(ending.upload_key or "") or None,
        "status": ending.status,
        "complete": complete,
        "step": None if succeeded else found.step,
        "reason": None if succeeded else f"{reason}{advice}",
        "remedy": find_remedy(ending, found),
        "error": ending.error,
        "cause": ending.cause,
        "log": None if found.log is None else found.log.describe(),
        "started_at": ending.started_at,
        "ended_at": ending.ended_at,
        "redrive_count": ending.redrive_count,
        "execution_arn": ending.execution_arn,
        "training": _describe_training(found.training),
        "model": found.model,
        "verdict": found.verdict,
        "summary": found.summary,
        "forecast_uri": build_uri(bucket, forecast) if succeeded else None,
        "data_report_uri": data_report if found.data_report else None,
        "warnings": list(found.warnings),
    }


def is_complete(status: Mapping[str, Any]) -> bool:
    """Tell whether a ``status.json`` has all that is to be known."""
    return bool(status.get("complete", True))


def find_remedy(ending: Ending, found: Findings) -> str | None:
    """Find what helps: ``redrive``, ``upload`` anew, or nothing after a success.

    A redrive goes on where the run failed, and pays for nothing twice. It is no help
    where the same data would be refused again, nor where training is over and left
    no model: a new job needs a new name, and thus a new run.
    """
    if ending.status == "SUCCEEDED":
        return None
    training_is_lost = found.step in _TRAINING_STATES and (
        found.training is not None and found.training.spent
    )
    # Its job may have been made a moment after the run was stopped, and is stopped too.
    may_be_lost = ending.leaves_training and found.step == "CreateAutopilotJob"
    if (
        training_is_lost
        or may_be_lost
        or not ending.redrivable
        or _is_refused(found.data_report)
        or ending.error in {AutopilotFailed.__name__, SettingsMissing.__name__}
        or "(ValidationException)" in (ending.cause or "")
    ):
        return UPLOAD
    return REDRIVE


def _describe_training(training: Training | None) -> dict[str, Any] | None:
    if training is None or not training.goes_on:
        return None
    return {
        "autopilot_job_name": training.job_name,
        "ends_at_the_latest": training.latest_end,
    }


def _is_refused(data_report: Mapping[str, Any] | None) -> bool:
    return data_report is not None and data_report.get("outcome") == "refused"


def read_verdict(report: Mapping[str, Any] | None) -> str | None:
    """Take from ``report.json`` the sentence that says how good the forecast is."""
    sentence = ((report or {}).get("verdict") or {}).get("sentence")
    return sentence if isinstance(sentence, str) else None


def explain_ending(
    status: str,
    *,
    error: str | None,
    cause: str | None,
    data_report: Mapping[str, Any] | None,
    log: JobLog | None = None,
) -> str:
    """Say why a run did not succeed, in the words of whoever knows best.

    That is the data report where the upload was refused: a real Glue may say no more
    than that a command failed with exit code 1.
    """
    if data_report is not None and _is_refused(data_report):
        return explain_refusal(data_report)
    if status == "ABORTED" and cause:
        return f"the run was stopped by hand ({cause})"
    if status in _FIXED_REASONS:
        return _FIXED_REASONS[status]
    message = find_message(cause or "") or error or "no reason was given"
    if error in DEATHS:
        return f"{DEATHS[error]} ({_drop_request(message)})"
    return explain_job(cause, message, log)


def _drop_request(message: str) -> str:
    """Leave out of a function's message the id that nobody can look up."""
    return re.sub(r"^RequestId: \S+ (Error: )?", "", message)


def explain_refusal(data_report: Mapping[str, Any]) -> str:
    """List the errors of a data report, one a line."""
    errors = [f for f in data_report["findings"] if f["level"] == "error"]
    lines = [f"[{f['code']}] {f['what']}; {f['remedy']}" for f in errors]
    return "\n".join(["the upload was refused:", *lines])


def _from_millis(millis: int | None) -> str | None:
    if millis is None:
        return None
    return datetime.fromtimestamp(millis / 1000, UTC).isoformat()
