"""Turns to call a service: so many executions at once, first come, first served."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

_LOOK_SECONDS = 2.0


class Interrupted(Exception):
    """The execution ended while a task was still at work."""


class Turns:
    """Let so many calls go on at once, and the others wait in the order they came.

    A call that waits here costs no connection and no thread of the server.
    """

    def __init__(self, count: int) -> None:
        self._lock = threading.Lock()
        self._free = count
        self._waiting: deque[threading.Event] = deque()

    def take(self, is_running: Callable[[], bool]) -> None:
        """Wait for a turn, but not beyond the end of the execution.

        Raises
        ------
        Interrupted
            When the execution ended first.
        """
        turn = self._queue()
        while not turn.wait(_LOOK_SECONDS):
            if not is_running():
                self._leave(turn)
                raise Interrupted

    def give_back(self) -> None:
        """Let the next one call."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1

    def _queue(self) -> threading.Event:
        turn = threading.Event()
        with self._lock:
            if self._free:
                self._free -= 1
                turn.set()
            else:
                self._waiting.append(turn)
        return turn

    def _leave(self, turn: threading.Event) -> None:
        with self._lock:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return
        # The turn came in the meantime.
        self.give_back()
