"""Subprocesses: each a process group of its own, none outlives the local AWS."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from localaws.host import sandbox


@dataclass(frozen=True)
class Isolation:
    """Which code an isolated interpreter sees beside the standard library."""

    script: Path
    before: tuple[Path, ...] = ()
    after: tuple[Path, ...] = ()
    python: str = sys.executable


class Process:
    """A running subprocess and whatever it started itself."""

    def __init__(self, popen: subprocess.Popen[bytes], access_key_id: str) -> None:
        self._popen = popen
        self.pid = popen.pid
        self.access_key_id = access_key_id

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""
        return self._popen.poll()

    def wait(self, timeout: float | None = None) -> int | None:
        """Return the exit code, or None when it still runs after ``timeout``."""
        try:
            return self._popen.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """End it and its children at once."""
        # The group may be empty; macOS says so with the second.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()


class Processes:
    """All subprocesses of one local AWS."""

    def __init__(self) -> None:
        # Nobody writes: the end of the pipe is what the subprocesses wait for.
        self._lifeline, self._lifeline_end = os.pipe()
        self._lock = threading.Lock()
        self._running: set[Process] = set()
        self._closed = False

    def start(
        self,
        command: Sequence[str],
        *,
        environ: Mapping[str, str],
        folder: Path,
        stdout: IO[bytes] | int,
        stderr: IO[bytes] | int,
        keep: Sequence[int] = (),
    ) -> Process:
        """Start a command in ``folder``; it inherits the files in ``keep``."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the local AWS has stopped")
            popen = subprocess.Popen(
                command,
                env=dict(environ),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                pass_fds=(self._lifeline, *keep),
                start_new_session=True,
            )
            process = Process(popen, environ.get("AWS_ACCESS_KEY_ID", ""))
            self._running.add(process)
        return process

    def isolated_command(self, isolation: Isolation, *arguments: str) -> list[str]:
        """Build the command for code that sees only what ``isolation`` shows it."""
        spec = {
            "lifeline": self._lifeline,
            "script": str(isolation.script),
            "before": [str(path) for path in isolation.before],
            "after": [str(path) for path in isolation.after],
        }
        return [
            *(isolation.python, "-I", "-S", "-u"),
            *(sandbox.__file__, json.dumps(spec), *arguments),
        ]

    def module_command(self, module: str, *arguments: str) -> list[str]:
        """Build the command for one of our own modules."""
        return [sys.executable, "-m", module, str(self._lifeline), *arguments]

    def forget(self, process: Process) -> None:
        """End what is left of a process."""
        process.kill()
        with self._lock:
            self._running.discard(process)

    def kill_caller(self, access_key_id: str) -> None:
        """End the process that was given these keys, if one was."""
        with self._lock:
            found = [p for p in self._running if p.access_key_id == access_key_id]
        for process in found:
            process.kill()

    def stop(self) -> None:
        """End every subprocess."""
        with self._lock:
            self._closed = True
            running = list(self._running)
            self._running.clear()
        for process in running:
            process.kill()

    def close(self) -> None:
        """Let go of the lifeline, once nothing runs."""
        os.close(self._lifeline_end)
        os.close(self._lifeline)
