"""Background work that ends when the local AWS does."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)


class Tasks:
    """Threads that can be told to end, and are waited for."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()

    @property
    def stopping(self) -> bool:
        """Tell whether everything is to end."""
        return self._stopping.is_set()

    def start(self, work: Callable[[], None], *, name: str, after: float = 0.0) -> None:
        """Do ``work`` in a thread of its own, ``after`` some seconds."""
        thread = threading.Thread(
            target=self._run, args=(work, after), name=f"localaws {name}", daemon=True
        )
        with self._lock:
            if self.stopping:
                return
            self._threads.add(thread)
        thread.start()

    def sleep(self, seconds: float) -> bool:
        """Wait, and tell whether the time has passed without an end in sight."""
        return not self._stopping.wait(max(seconds, 0.0))

    def announce_stop(self) -> None:
        """Let no more work begin."""
        self._stopping.set()

    def stop(self, *, patience: float = 10.0) -> None:
        """Let every thread end."""
        self.announce_stop()
        deadline = time.monotonic() + patience
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(max(deadline - time.monotonic(), 0.0))

    def _run(self, work: Callable[[], None], after: float) -> None:
        try:
            if self.sleep(after):
                work()
        except Exception:
            if not self.stopping:
                log.exception("background work failed")
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())
