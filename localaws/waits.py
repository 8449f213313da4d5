"""Waits pass faster than on AWS, and end when what waits is stopped."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# So many times faster pass the waits and retries of state machines, and of
# asynchronous invocations; what really computes takes what it takes.
SPEEDUP = 300.0
# The longer a wait, the less it matters to see a stop at once; a thousand may wait.
_LOOK_SECONDS, _LOOKS = 0.1, 10
_ATTEMPTS_TO_SLOW = 20
_SECONDS_A_QUESTION = 0.25


def shorten(seconds: float, speedup: float) -> float:
    """Turn a wait of AWS into one of this machine."""
    return seconds / speedup


def pause_before_retry(
    seconds: float, speedup: float, *, attempts: int, others: int
) -> float:
    """Turn the pause before a retry into one of this machine.

    What a long queue waits for are jobs, which take here what they take, and each
    question is work too: the more often its longest waiter was refused, and the more
    wait, the slower pass the pauses of all, up to AWS's own. A queue of a thousand
    then outlasts a thousand jobs, and does not keep the machine from them.
    """
    slower = (1 + attempts / _ATTEMPTS_TO_SLOW) ** 2
    pause = shorten(seconds, speedup) * slower + others * _SECONDS_A_QUESTION
    return min(pause, seconds)


class Queues:
    """Who pauses before a retry, by the state that they are in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._attempts: dict[str, list[int]] = defaultdict(list)

    @contextmanager
    def wait_in(self, state: str, *, attempt: int) -> Iterator[tuple[int, int]]:
        """Be one of those that wait.

        Gives how often the longest waiter was refused, and how many others wait.
        """
        waiting = self._attempts[state]
        with self._lock:
            waiting.append(attempt)
            most, others = max(waiting), len(waiting) - 1
        try:
            yield most, others
        finally:
            with self._lock:
                waiting.remove(attempt)


def wait_while_running(env: Any, seconds: float) -> None:
    """Wait, but not beyond the end of the execution."""
    deadline = time.monotonic() + seconds
    pause = max(seconds / _LOOKS, _LOOK_SECONDS)
    while env.is_running():
        left = deadline - time.monotonic()
        if left <= 0:
            return
        env.program_state_event.wait(min(left, pause))
