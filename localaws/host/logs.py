"""Write log lines to where CloudWatch Logs keeps them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from moto.logs.models import logs_backends

from localaws.machine import ACCOUNT

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
_LONGEST_EVENT = 256 * 1024
_EVENTS_AT_ONCE = 1000


def now_millis() -> int:
    """Say the time as CloudWatch Logs does."""
    return int(time.time() * 1000)


def write_lines(
    lines: Iterable[str],
    *,
    group: str,
    stream: str,
    region: str,
    account: str = ACCOUNT,
) -> None:
    """Append events to a stream, which is made when it is not there."""
    backend = logs_backends[account][region]
    backend.ensure_log_group(group)
    if stream not in backend.groups[group].streams:
        backend.create_log_stream(group, stream)
    moment = now_millis()
    # CloudWatch Logs takes no empty message.
    events = [
        {"timestamp": moment, "message": line[:_LONGEST_EVENT] or " "} for line in lines
    ]
    for start in range(0, len(events), _EVENTS_AT_ONCE):
        backend.put_log_events(group, stream, events[start : start + _EVENTS_AT_ONCE])


class Tail:
    """Carries a growing file over to a log stream."""

    def __init__(self, path: Path, *, group: str, stream: str, region: str) -> None:
        self._path = path
        self._group = group
        self._stream = stream
        self._region = region
        self._at = 0

    def carry(self, *, last: bool = False) -> None:
        """Write what is new, up to the last whole line unless it is the ``last``."""
        with self._path.open("rb") as file:
            file.seek(self._at)
            new = file.read()
        if not last:
            new = new[: new.rfind(b"\n") + 1]
        self._at += len(new)
        lines = new.decode("utf-8", errors="replace").splitlines()
        if lines:
            write_lines(
                lines, group=self._group, stream=self._stream, region=self._region
            )
