"""Start the local AWS in the background, once, and stop it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from client.local.home import Home, LocalError, Running, find_holder, find_running

Say = Callable[[str], None]
IDLE_MINUTES = 120
# Five minutes between two looks at a training are half a second here: somebody waits,
# and a look costs hundredths of one.
_SPEEDUP = 600
_START_SECONDS = 90.0
_STOP_SECONDS = 30.0
_LOOK_SECONDS = 0.1
_TOLD_LINES = 3


@contextmanager
def hold(home: Home, say: Say) -> Iterator[None]:
    """Let no other command start, stop or deploy meanwhile; it waits its turn."""
    import fcntl  # noqa: PLC0415 - Windows, which has none, can do all else

    home.make()
    guard = os.open(home.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("another command is starting the local AWS; waiting for it")
            fcntl.flock(guard, fcntl.LOCK_EX)
        yield
    finally:
        # The lock goes with it, as it does with the process.
        os.close(guard)


def ensure_server(home: Home, project: Path, say: Say) -> Running:
    """Find the server, or start it; to be called by who holds the home.

    Raises
    ------
    LocalError
        When it does not start.
    """
    running = find_running(home)
    if running is not None:
        return running
    if find_holder(home) is not None:
        return _wait_until_ready(home, None)
    say(f"starting a local AWS, which keeps its state in {home.folder}")
    return _wait_until_ready(home, _spawn(home, project))


def _spawn(home: Home, project: Path) -> subprocess.Popen[bytes]:
    command = [
        *(sys.executable, "-m", "localaws"),
        *("--state", str(home.state), "--env-file", str(home.exports)),
        *("--idle-minutes", str(IDLE_MINUTES), "--speedup", str(_SPEEDUP)),
    ]
    home.log.unlink(missing_ok=True)
    log = os.open(home.log, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        # In a session of its own, so that no Ctrl-C and no closed terminal ends it.
        return subprocess.Popen(
            command,
            cwd=project,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    finally:
        os.close(log)


def _wait_until_ready(home: Home, started: subprocess.Popen[bytes] | None) -> Running:
    """Wait for a server that this command, or another program, has started."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        running = find_running(home)
        if running is not None:
            return running
        if _has_ended(home, started):
            raise LocalError(_explain_end(home))
        time.sleep(_LOOK_SECONDS)
    raise LocalError(
        f"the local AWS is not ready after {_START_SECONDS:.0f} s; end it with "
        f"`forecast local stop`, and read {home.log}"
    )


def _has_ended(home: Home, started: subprocess.Popen[bytes] | None) -> bool:
    if started is None:
        return find_holder(home) is None
    return started.poll() is not None


def _explain_end(home: Home) -> str:
    told = _read_end(home.log)
    remedy = f"read {home.log}"
    if "No module named" in told:
        remedy = "install what it needs: `pip install -r requirements-run.txt`"
    return f"the local AWS did not start ({told}); {remedy}"


def _read_end(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return "it left no log"
    told = [line.strip() for line in lines if line.strip()][-_TOLD_LINES:]
    return told[-1].removeprefix("error: ") if told else "it said nothing"


def stop_server(home: Home) -> int | None:
    """Stop the server, if one runs; return its process.

    Raises
    ------
    LocalError
        When it does not end, even when it is killed.
    """
    pid = find_holder(home)
    if not pid:
        return None
    # One that does not end in time is killed, which loses nothing that was answered.
    for number in (signal.SIGTERM, signal.SIGKILL):
        if find_holder(home) == pid:
            os.kill(pid, number)
        if _wait_for_end(home, pid):
            home.exports.unlink(missing_ok=True)
            return pid
    raise LocalError(f"the local AWS, process {pid}, does not end; stop it by hand")


def _wait_for_end(home: Home, pid: int) -> bool:
    deadline = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < deadline:
        if find_holder(home) != pid:
            return True
        time.sleep(_LOOK_SECONDS)
    return False
