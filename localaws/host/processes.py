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
from localaws.host.adopted import Adopted
from localaws.host.template import Birth
from localaws.host.templates import Templates, Warmth


@dataclass(frozen=True)
class Isolation:
    """Which code an isolated interpreter sees beside the standard library."""

    script: Path
    before: tuple[Path, ...] = ()
    after: tuple[Path, ...] = ()
    python: str = sys.executable
    warmth: Warmth | None = None


class Process:
    """A running subprocess and whatever it started itself."""

    def __init__(
        self, popen: subprocess.Popen[bytes] | Adopted, access_key_id: str
    ) -> None:
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
        if isinstance(self._popen, Adopted):
            self._popen.clear_group()


class Processes:
    """All subprocesses of one local AWS."""

    def __init__(self) -> None:
        # Nobody writes: the end of the pipe is what the subprocesses wait for.
        self._lifeline, self._lifeline_end = os.pipe()
        self._lock = threading.Lock()
        self._running: set[Process] = set()
        self._closed = False
        self._templates = Templates()

    def prepare(self, warmth: Warmth) -> None:
        """Import libraries ahead for processes that are going to need them."""
        self._templates.prepare(warmth)

    def start(
        self,
        isolation: Isolation,
        *arguments: str,
        environ: Mapping[str, str],
        folder: Path,
        stdout: IO[bytes],
        stderr: IO[bytes],
        keep: Sequence[int] = (),
    ) -> Process:
        """Run a script in ``folder``; it inherits the files in ``keep``.

        It is forked of one that has imported its libraries, or else started anew.
        """
        spec = self._build_spec(isolation)
        birth = Birth(
            spec=spec,
            arguments=list(arguments),
            command=_build_command(isolation.python, spec, arguments),
            environ=dict(environ),
            folder=str(folder),
            numbers=[0, 1, 2, self._lifeline, *keep],
        )
        outputs = (stdout.fileno(), stderr.fileno())
        begun = self._fork(isolation, birth, outputs) or self._begin(birth, outputs)
        process = Process(begun, environ.get("AWS_ACCESS_KEY_ID", ""))
        with self._lock:
            self._running.add(process)
            closed = self._closed
        if closed:
            process.kill()
            raise RuntimeError("the local AWS has stopped")
        return process

    def _build_spec(self, isolation: Isolation) -> str:
        spec = {
            "lifeline": self._lifeline,
            "script": str(isolation.script),
            "before": [str(path) for path in isolation.before],
            "after": [str(path) for path in isolation.after],
        }
        return json.dumps(spec)

    def _fork(
        self, isolation: Isolation, birth: Birth, outputs: tuple[int, int]
    ) -> Adopted | None:
        if isolation.warmth is None:
            return None
        with Path(os.devnull).open("rb") as nothing:
            files = [nothing.fileno(), *outputs, *birth.numbers[3:]]
            return self._templates.fork(isolation.warmth, birth, files)

    def _begin(self, birth: Birth, outputs: tuple[int, int]) -> subprocess.Popen[bytes]:
        stdout, stderr = outputs
        return subprocess.Popen(
            birth.command,
            env=birth.environ,
            cwd=birth.folder,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            pass_fds=birth.numbers[3:],
            start_new_session=True,
        )

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
        self._templates.close()
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


def _build_command(python: str, spec: str, arguments: Sequence[str]) -> list[str]:
    """Build the command of an interpreter that sees only what a sandbox shows it."""
    return [python, "-I", "-S", "-u", sandbox.__file__, spec, *arguments]
