"""Why a run failed, in the words that a person needs."""

from collections.abc import Mapping
from typing import Any

from chalicelib.causes import find_message
from chalicelib.endings import explain_refusal

_STATUS_SENTENCES = {
    "ABORTED": "the run was stopped by somebody",
    "TIMED_OUT": "the run took longer than the state machine allows",
    "FAILED": "the run failed and gave no reason",
}


def find_reason(
    *,
    status: Mapping[str, Any] | None,
    report: Mapping[str, Any] | None,
    execution: Mapping[str, Any],
) -> str:
    """Choose the best reason that is known for a run that did not succeed.

    Parameters
    ----------
    status
        ``status.json``, written when the run ended; None while there is none.
    report
        ``data-report.json``; None when the data were never looked at.
    execution
        What DescribeExecution says.
    """
    if status and (reason := find_message(str(status.get("reason") or ""))):
        return reason
    if report and report.get("outcome") == "refused":
        return explain_refusal(report)
    ended = str(execution.get("status", "FAILED"))
    sentence = _STATUS_SENTENCES.get(ended, f"the run ended as {ended}")
    if message := find_message(str(execution.get("cause") or "")):
        return message
    error = execution.get("error")
    return f"{sentence} ({error})" if error else sentence
