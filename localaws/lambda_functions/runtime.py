"""The Lambda runtime: what runs a function's handler, in the function's process.

It stands in for AWS's own runtime, so that it may use the standard library only, and
its errors read as that one's do.
"""

import importlib
import json
import logging
import os
import resource
import socket
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

Handler = Callable[[Any, Any], Any]


class Context:
    """What a handler is told of its invocation."""

    identity = None
    client_context = None

    def __init__(self, request: dict[str, Any]) -> None:
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.invoked_function_arn = request["arn"]
        self.aws_request_id = request["id"]
        self._deadline = request["deadline"]

    def get_remaining_time_in_millis(self) -> int:
        """Say how long the handler may still take."""
        return max(int((self._deadline - time.time()) * 1000), 0)


class LogFilter(logging.Filter):
    """Puts the request's id into every record."""

    request_id = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through."""
        record.aws_request_id = self.request_id
        return True


def main() -> None:
    """Answer invocations until nobody asks any more."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    log_filter = set_up_logging()
    handler, failure = load_handler(os.environ["_HANDLER"])
    send(channel, {"ready": True})
    with channel.makefile("rb") as requests:
        for line in requests:
            request = json.loads(line)
            log_filter.request_id = request["id"]
            answer = failure or call(handler, request)
            sys.stdout.flush()
            sys.stderr.flush()
            send(channel, {**answer, "memory": peak_memory()})


def load_handler(name: str) -> tuple[Handler | None, dict[str, Any] | None]:
    """Import a handler, or say why that cannot be done."""
    module_name, _, attributes = name.partition(".")
    try:
        found: Any = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        return None, build_error("Runtime.ImportModuleError", message)
    except SyntaxError as error:
        message = f"Syntax error in module '{module_name}': {error}"
        return None, build_error("Runtime.UserCodeSyntaxError", message)
    except Exception as error:
        return None, describe(error)
    for attribute in attributes.split("."):
        found = getattr(found, attribute, None)
    if found is None:
        message = f"Handler '{attributes}' missing on module '{module_name}'"
        return None, build_error("Runtime.HandlerNotFound", message)
    return found, None


def call(handler: Handler | None, request: dict[str, Any]) -> dict[str, Any]:
    """Call the handler once."""
    assert handler is not None
    try:
        result = handler(json.loads(request["event"]), Context(request))
    except Exception as error:
        return describe(error)
    try:
        return {"payload": json.dumps(result, ensure_ascii=False)}
    except (TypeError, ValueError) as error:
        message = f"Unable to marshal response: {error}"
        return build_error("Runtime.MarshalError", message)


def describe(error: Exception) -> dict[str, Any]:
    """Describe an exception of the function's own code."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__ and "importlib" not in frame.filename
    ]
    stack = [
        entry.replace(os.environ["LAMBDA_TASK_ROOT"], "/var/task")
        for entry in traceback.format_list(frames)
    ]
    return build_error(type(error).__name__, str(error), stack=stack)


def build_error(
    kind: str, message: str, *, stack: list[str] | None = None
) -> dict[str, Any]:
    """Build the answer that says what went wrong."""
    return {
        "error": {"errorMessage": message, "errorType": kind, "stackTrace": stack or []}
    }


def set_up_logging() -> LogFilter:
    """Log as the Python runtime of Lambda does when a function sets up nothing."""
    handler = logging.StreamHandler(sys.stdout)
    formatter = logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s",
        "%Y-%m-%dT%H:%M:%S",
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    log_filter = LogFilter()
    handler.addFilter(log_filter)
    logging.getLogger().addHandler(handler)
    return log_filter


def peak_memory() -> int:
    """Return the most memory that this process ever had, in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(peak.split()[1]) // 1024
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 * 1024))


def send(channel: socket.socket, answer: dict[str, Any]) -> None:
    """Send one line."""
    channel.sendall(json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main()
