"""The message for people inside the cause of a failed execution."""

import json

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


def find_message(cause: str) -> str:
    """Dig the message out of a cause, which may be JSON that holds JSON.

    The cause of a failed Lambda, Glue job or transform holds it in a field of its own;
    any other text is the message. Returns an empty string when there is none.
    """
    text = cause.strip()
    try:
        parsed = json.loads(text)
    except ValueError:
        return _without_traceback(text)
    return _message_in(parsed)


def _message_in(parsed: object) -> str:
    if isinstance(parsed, str):
        return find_message(parsed)
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
