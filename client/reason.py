"""Why a run failed, in the words that a person needs."""

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.endings import explain_refusal

# Where Lambda, Glue, SageMaker and Step Functions put the message, innermost first.
_MESSAGE_KEYS = (
    "errorMessage",
    "ErrorMessage",
    "FailureReason",
    "Cause",
    "cause",
    "Message",
    "message",
)
_STATUS_SENTENCES = {
    "ABORTED": "the run was stopped by somebody",
    "TIMED_OUT": "the run took longer than the state machine allows",
    "FAILED": "the run failed and gave no reason",
}


def innermost_message(cause: str) -> str:
    """Dig the message out of a cause, which may be JSON that holds JSON.

    Returns an empty string when no message is in it.
    """
    text = cause.strip()
    try:
        parsed = json.loads(text)
    except ValueError:
        return _without_traceback(text)
    return _message_in(parsed)


def _message_in(parsed: object) -> str:
    if isinstance(parsed, str):
        return innermost_message(parsed)
    if isinstance(parsed, list):
        return next(filter(None, map(_message_in, parsed)), "")
    if isinstance(parsed, dict):
        values = (parsed.get(key) for key in _MESSAGE_KEYS)
        return next(filter(None, map(_message_in, values)), "")
    return ""


def _without_traceback(text: str) -> str:
    if not text.startswith("Traceback (most recent call last)"):
        return text
    lines = text.splitlines()
    last_frame = max(i for i, line in enumerate(lines) if line.startswith((" ", "T")))
    return "\n".join(lines[last_frame + 1 :]) or text


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
    if status and (reason := innermost_message(str(status.get("reason") or ""))):
        return reason
    if report and report.get("outcome") == "refused":
        return explain_refusal(report)
    ended = str(execution.get("status", "FAILED"))
    sentence = _STATUS_SENTENCES.get(ended, f"the run ended as {ended}")
    if message := innermost_message(str(execution.get("cause") or "")):
        return message
    error = execution.get("error")
    return f"{sentence} ({error})" if error else sentence
