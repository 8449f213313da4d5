"""The log of a job that failed: where it is, its last lines, and what they blame."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

LAST_LINES = 15
_LONGEST_LINE = 1000
_TRANSFORM_GROUP = "/aws/sagemaker/TransformJobs"
_SPARK_GROUP = "/aws-glue/jobs"
_EXIT = re.compile(r"Command failed with exit code (?P<code>-?\d+)")
_KILLED = {"-9", "137"}
_FRAME = re.compile(r'\s*File "(?P<file>[^"]+)", line (?P<line>\d+)')


@dataclass(frozen=True)
class JobLog:
    """Where a job's errors are logged, and the last lines of that."""

    group: str
    stream: str
    lines: tuple[str, ...] = ()

    def describe(self) -> dict[str, Any]:
        """Describe it as ``status.json`` does."""
        return {"group": self.group, "stream": self.stream, "lines": list(self.lines)}


def find_job_log(cause: str | None) -> JobLog | None:
    """Find where the job logged that the cause of a failed state describes."""
    try:
        job = json.loads(cause or "")
    except ValueError:
        return None
    if not isinstance(job, dict):
        return None
    if "JobRunState" in job and "Id" in job:
        group = job.get("LogGroupName", "/aws-glue/python-jobs")
        # What a script prints to its error output is in the one or in the other.
        stream = "output" if group == _SPARK_GROUP else "error"
        return JobLog(f"{group}/{stream}", str(job["Id"]))
    if "TransformJobName" in job:
        return JobLog(_TRANSFORM_GROUP, str(job["TransformJobName"]))
    return None


def read_last_lines(logs: CloudWatchLogsClient, log: JobLog) -> tuple[str, ...]:
    """Read the last lines of a job's log; none where it never wrote one."""
    try:
        found = logs.describe_log_streams(
            logGroupName=log.group, logStreamNamePrefix=log.stream
        )
    except logs.exceptions.ResourceNotFoundException:
        return ()
    lines: list[str] = []
    for stream in found["logStreams"]:
        read = logs.get_log_events(
            logGroupName=log.group,
            logStreamName=stream["logStreamName"],
            limit=LAST_LINES,
            startFromHead=False,
        )
        for event in read["events"]:
            lines += filter(str.strip, event["message"].splitlines())
    return tuple(line.rstrip()[:_LONGEST_LINE] for line in lines[-LAST_LINES:])


def find_culprit(lines: Sequence[str]) -> str | None:
    """Say what a traceback at the end of a log blames: the error, its file and line."""
    frames = [found for line in lines if (found := _FRAME.match(line))]
    if not frames or _FRAME.match(lines[-1]):
        return None
    last = frames[-1]
    file = last["file"].replace("\\", "/").rpartition("/")[2]
    return f"{lines[-1].strip()} ({file}, line {last['line']})"


def explain_job(cause: str | None, message: str, log: JobLog | None) -> str:
    """Say why a job failed, where its service says no more than that it did.

    Parameters
    ----------
    message
        The service's own; it is kept in all cases.
    """
    state = _read_state(cause)
    if state == "STOPPED" and message in {"", "States.TaskFailed"}:
        message = "somebody or something stopped the job while it ran"
    if log is None:
        return message
    where = f"its log is {log.group}, stream {log.stream}"
    return f"{_blame(message, log.lines).removesuffix('.')}; {where}"


def _blame(message: str, lines: Sequence[str]) -> str:
    culprit = find_culprit(lines)
    if culprit is None:
        return _explain_exit(message, lines)
    if _EXIT.fullmatch(message):
        return f"{culprit} ({message})"
    if _core(message) in culprit:
        place = culprit[culprit.rfind(" (") :]
        return f"{message}{place}"
    return f"{message}: {culprit}"


def _explain_exit(message: str, lines: Sequence[str]) -> str:
    """Explain an exit code where no traceback does."""
    found = _EXIT.fullmatch(message)
    if found is None:
        return message
    if found["code"] in _KILLED:
        return (
            "the job's process was killed, as happens when it needs more memory than "
            f"it has ({message})"
        )
    said = f"the last it logged: {lines[-1].strip()}" if lines else "it logged nothing"
    return f"the job's process failed, and {said} ({message})"


def _core(message: str) -> str:
    """Take off the name of an error, which a traceback spells with its module."""
    return message.partition(": ")[2] or message


def _read_state(cause: str | None) -> str:
    try:
        job = json.loads(cause or "")
    except ValueError:
        return ""
    if not isinstance(job, Mapping):
        return ""
    return str(job.get("JobRunState") or job.get("TransformJobStatus") or "").upper()
