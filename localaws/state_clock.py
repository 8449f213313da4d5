"""The clock of state machines: waits that are shorter here, and that a stop ends."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any

from moto.stepfunctions.parser.asl.component.common.retry import (
    retrier_decl as moto_retrier,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)

from localaws.machine import Machine
from localaws.patches import Patches

_LOOK_SECONDS = 0.1


def wait_while_running(env: Any, seconds: float) -> None:
    """Wait, but not beyond the end of the execution."""
    deadline = time.monotonic() + seconds
    while env.is_running():
        left = deadline - time.monotonic()
        if left <= 0:
            return
        env.program_state_event.wait(min(left, _LOOK_SECONDS))


def install(patches: Patches, machine: Machine) -> None:
    """Make waits and retries pass at the machine's pace."""
    waiting = threading.local()

    def wait_interval(_: WaitFunction, env: Any, wait_seconds: float) -> None:
        wait_while_running(env, machine.shorten(wait_seconds))

    def evaluate_retrier(retrier: Any, env: Any) -> None:
        waiting.env = env
        evaluate(retrier, env)

    def sleep(seconds: float) -> None:
        wait_while_running(waiting.env, machine.shorten(seconds))

    patches.replace(WaitFunction, "_wait_interval", wait_interval)
    # moto sleeps between retries whatever happens to the execution.
    evaluate = patches.replace(moto_retrier.RetrierDecl, "_eval_body", evaluate_retrier)
    patches.replace(moto_retrier, "time", SimpleNamespace(sleep=sleep))
