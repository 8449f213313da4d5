"""Bounds on a fit: how many cores it may use, and a guard against overrunning."""

import os
import time
from dataclasses import dataclass


class OutOfTime(Exception):
    """A candidate overran its time or the job's."""


@dataclass(frozen=True)
class Clock:
    """Tells whether a moment, in seconds of the monotonic clock, has passed."""

    deadline: float = float("inf")

    def check(self) -> None:
        """Raise OutOfTime once the deadline has passed."""
        if time.monotonic() > self.deadline:
            raise OutOfTime

    def within(self, seconds: float) -> "Clock":
        """End no later than some seconds from now; 0 seconds set no limit."""
        if not seconds:
            return self
        return Clock(min(self.deadline, time.monotonic() + seconds))


def usable_cores() -> int:
    """Count the cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
