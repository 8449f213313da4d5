"""What the trigger wrote to its log since an upload that started no run."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code, is_denied
from cli.terminal import printable

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

    from chalicelib.stages import Stage
    from client.uploads import SentUpload

_CLOCK_SKEW = timedelta(seconds=30)
# Lambda's own lines about an invocation.
_NOISE = ("START ", "END ", "REPORT ", "INIT_START ")
_ERROR = "[ERROR]"
_SHOWN_LINES = 5
_NEVER_CALLED = "on_upload has not been called since: S3 does not tell it of uploads"


def read_trigger_log(
    logs: CloudWatchLogsClient, stage: Stage, upload: SentUpload
) -> list[str]:
    """Give what the trigger said last; empty when its log may not be read.

    Of an error the first line has the reason; what follows it is a traceback.
    """
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=f"/aws/lambda/{stage.resource('on_upload')}",
        startTime=round((upload.at - _CLOCK_SKEW).timestamp() * 1000),
    )
    try:
        messages = [event["message"] for page in pages for event in page["events"]]
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return [_NEVER_CALLED]
        if is_denied(error):
            return []
        raise
    lines = [line for message in messages for line in message.splitlines()]
    told = [printable(line) for line in lines if line and not line.startswith(_NOISE)]
    if not told:
        return [_NEVER_CALLED]
    errors = [line for line in told if line.startswith(_ERROR)]
    return ["on_upload said:", *(errors[-1:] or told[-_SHOWN_LINES:])]
