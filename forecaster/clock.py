"""The clock's guard: a limit on time that stops what overruns, and nothing else."""

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
