"""What a plan does to processes, jobs and events."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from localaws.faults.plan import EVENT, JOB, PROCESS, Fault, Plan, Subject
from localaws.host.processes import Process
from localaws.host.sandbox import FULL_DISK

Start = Callable[[dict[str, str]], Process]


class Fate:
    """What becomes of one process: it may be ended, or find its disk full."""

    def __init__(self, plan: Plan, service: str, name: str, text: str = "") -> None:
        self._fault = plan.draw(PROCESS, Subject(service, name, text=text))

    @property
    def environ(self) -> dict[str, str]:
        """What the process's environment needs to meet its fate."""
        full = self._fault is not None and self._fault.kind == "disk-full"
        return {FULL_DISK: "1"} if full else {}

    @contextmanager
    def meet(self, process: Process) -> Iterator[None]:
        """Let a process meet its fate while the block runs."""
        if self._fault is None or self._fault.kind != "killed":
            yield
            return
        timer = threading.Timer(self._fault.seconds, process.kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def draw_end(plan: Plan, service: str, name: str) -> Fault | None:
    """Say how a job of SageMaker's is to end, if the plan says it."""
    return plan.draw(JOB, Subject(service, name))


def deliver(
    plan: Plan,
    event: Subject,
    send: Callable[[float], None],
) -> None:
    """Send an event as the plan lets it: once, often, late or not at all.

    Parameters
    ----------
    send
        Sends it after so many seconds.
    """
    fault = plan.draw(EVENT, event)
    if fault is None:
        send(0.0)
    elif fault.kind == "delayed":
        send(fault.seconds)
    elif fault.kind == "reordered":
        send(plan.draw_seconds(fault.seconds))
    elif fault.kind == "duplicated":
        for number in range(fault.times):
            send(number * fault.seconds)
