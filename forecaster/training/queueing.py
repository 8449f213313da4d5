"""Which task a free worker takes next, so that workers do not wait for each other."""

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Task = TypeVar("Task")


class TaskQueue(Generic[Task]):
    """Tasks of two kinds, each taken once.

    Compiled tasks run side by side. Interpreted ones hold Python's lock for most of
    their time: two at once take longer than one after the other, so that a second is
    taken only when no compiled task is left. Half of them are kept for workers that
    find no compiled task any more while others still have one.
    """

    def __init__(self, compiled: Iterable[Task], interpreted: Iterable[Task]) -> None:
        self._compiled = deque(compiled)
        self._interpreted = deque(interpreted)
        self._kept = len(self._interpreted) // 2
        self._interpreted_running = 0
        self._lock = threading.Lock()

    @contextmanager
    def take(self) -> Iterator[Task]:
        """Take the next task for as long as it runs."""
        with self._lock:
            interpreted = not self._compiled or (
                len(self._interpreted) > self._kept and not self._interpreted_running
            )
            task = (self._interpreted if interpreted else self._compiled).popleft()
            self._interpreted_running += interpreted
        try:
            yield task
        finally:
            with self._lock:
                self._interpreted_running -= interpreted
