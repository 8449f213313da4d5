"""Waits pass faster than on AWS, and end when what waits is stopped."""

from __future__ import annotations

import time
from typing import Any

# So many times faster pass the waits and retries of state machines, and of
# asynchronous invocations; what really computes takes what it takes.
SPEEDUP = 300.0
_LOOK_SECONDS = 0.1


def shorten(seconds: float, speedup: float) -> float:
    """Turn a wait of AWS into one of this machine."""
    return seconds / speedup


def wait_while_running(env: Any, seconds: float) -> None:
    """Wait, but not beyond the end of the execution."""
    deadline = time.monotonic() + seconds
    while env.is_running():
        left = deadline - time.monotonic()
        if left <= 0:
            return
        env.program_state_event.wait(min(left, _LOOK_SECONDS))
