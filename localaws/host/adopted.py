"""Processes that another one has started, and left to this one."""

from __future__ import annotations

import ctypes
import os
import select
import subprocess
import sys
import threading

# https://man7.org/linux/man-pages/man2/pr_set_child_subreaper.2const.html
_PR_SET_CHILD_SUBREAPER, _PR_GET_CHILD_SUBREAPER = 36, 37


class Adopted:
    """A process as ``subprocess.Popen`` shows one, though this one did not start it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._end = os.pidfd_open(pid)
        self._lock = threading.Lock()
        self._code: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code.

        Raises
        ------
        subprocess.TimeoutExpired
            When it still runs after ``timeout`` seconds.
        """
        if self._code is None:
            watch = select.poll()
            watch.register(self._end, select.POLLIN)
            ended = watch.poll(None if timeout is None else timeout * 1000)
            if not ended and timeout is not None:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return self._reap()

    def clear_group(self) -> None:
        """Take note of the end of what it has left in its group."""
        try:
            while True:
                os.waitpid(-self.pid, 0)
        except ChildProcessError:
            return

    def close(self) -> None:
        """Let go of one that has ended."""
        os.close(self._end)

    def _reap(self) -> int:
        with self._lock:
            if self._code is None:
                status = os.waitpid(self.pid, 0)[1]
                self._code = os.waitstatus_to_exitcode(status)
            return self._code


def adopt_orphans(wanted: bool) -> bool:
    """Become the parent of what one's children leave, or be it no more.

    Tells whether that has changed anything.
    """
    libc, adopts = ctypes.CDLL(None), ctypes.c_int()
    libc.prctl(_PR_GET_CHILD_SUBREAPER, ctypes.byref(adopts), 0, 0, 0)
    if bool(adopts.value) == wanted:
        return False
    libc.prctl(_PR_SET_CHILD_SUBREAPER, int(wanted), 0, 0, 0)
    return True


def can_adopt() -> bool:
    """Tell whether this system lets a process adopt others and wait for them."""
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True
