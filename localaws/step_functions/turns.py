"""Turns to call a service: so many executions at once, first come, first served."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

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

    @contextmanager
    def hold(self, is_running: Callable[[], bool]) -> Iterator[None]:
        """Take a turn, and give it back in the end."""
        self.take(is_running)
        try:
            yield
        finally:
            self.give_back()

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


# Twice as many functions as run at once, so that none of their places is ever free.
_FUNCTION_TURNS = Turns(16)
# Who was refused asks again in a queue of its own: a thousand who wait for a quota must
# not keep those who have it from their next step.
_TURNS_AGAIN: dict[str, Turns] = defaultdict(lambda: Turns(2))


def take_turn(task: Any, env: Any) -> AbstractContextManager[None]:
    """Have a turn for as long as a Task calls a function; others need none.

    The wait for it is before the Task's time begins, as AWS lets nobody wait.
    """
    turns = find_turns(task, env)
    return nullcontext() if turns is None else turns.hold(env.is_running)


def find_turns(task: Any, env: Any) -> Turns | None:
    """Find the turns of a Task that calls a function: of all, or of who asks again."""
    resource = getattr(task, "resource", None)
    if getattr(resource, "service_name", None) != "lambda":
        return None
    state = env.states.context_object.context_object_data["State"]
    return _TURNS_AGAIN[state["Name"]] if state["RetryCount"] else _FUNCTION_TURNS
