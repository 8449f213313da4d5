"""Who waits for the end of a job hears of it when it comes."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Ends:
    """The ends that are waited for, by the names of what ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._awaited: dict[str, list[threading.Event]] = defaultdict(list)

    @contextmanager
    def listen(self, name: str) -> Iterator[Callable[[float], bool]]:
        """Give what waits so many seconds for the end, and tells whether it came.

        It hears each end once, and that of another of the same name too: the one who
        listens looks how it is.
        """
        heard = threading.Event()

        def wait(seconds: float) -> bool:
            came = heard.wait(seconds)
            heard.clear()
            return came

        with self._lock:
            self._awaited[name].append(heard)
        try:
            yield wait
        finally:
            with self._lock:
                self._awaited[name].remove(heard)
                if not self._awaited[name]:
                    del self._awaited[name]

    def tell(self, name: str) -> None:
        """Let those who listen hear of an end."""
        with self._lock:
            for heard in self._awaited.get(name, ()):
                heard.set()


# Of the jobs that state machines wait for.
JOB_ENDS = Ends()
