"""Waits pass faster than on AWS, and end when what waits is stopped."""

from __future__ import annotations

import time
from typing import Any

# So many times faster pass the waits and retries of state machines, and of
# asynchronous invocations; what really computes takes what it takes.
SPEEDUP = 300.0
_LOOK_SECONDS = 0.1
_ATTEMPTS_TO_DOUBLE = 20


def shorten(seconds: float, speedup: float) -> float:
    """Turn a wait of AWS into one of this machine."""
    return seconds / speedup


def pause_before_retry(seconds: float, speedup: float, *, attempt: int) -> float:
    """Turn the pause before a retry into one of this machine.

    What a long queue waits for are jobs, which take here what they take: the more
    often a state was tried, the slower pass its pauses, up to AWS's own. A thousand
    attempts then outlast a thousand jobs, as they do on AWS.
    """
    return min(shorten(seconds, speedup) * (1 + attempt / _ATTEMPTS_TO_DOUBLE), seconds)


def wait_while_running(env: Any, seconds: float) -> None:
    """Wait, but not beyond the end of the execution."""
    deadline = time.monotonic() + seconds
    while env.is_running():
        left = deadline - time.monotonic()
        if left <= 0:
            return
        env.program_state_event.wait(min(left, _LOOK_SECONDS))
