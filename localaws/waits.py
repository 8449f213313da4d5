"""The clock of state machines: waits that a stop ends."""

from __future__ import annotations

import time
from typing import Any

_LOOK_SECONDS = 0.1


def wait_while_running(env: Any, seconds: float) -> None:
    """Wait, but not beyond the end of the execution."""
    deadline = time.monotonic() + seconds
    while env.is_running():
        left = deadline - time.monotonic()
        if left <= 0:
            return
        env.program_state_event.wait(min(left, _LOOK_SECONDS))
