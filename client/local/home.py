"""Where a local AWS of one's own keeps what it knows, and what leads to it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from client.errors import CommandError

_NAME = "automl-ts-mlops-pipeline"
_PID = "LOCALAWS_PID"


class LocalError(CommandError):
    """The local AWS cannot be used."""


@dataclass(frozen=True)
class Home:
    """The folder of a local AWS, which nobody else may look into."""

    folder: Path

    @property
    def state(self) -> Path:
        """The folder of the server's state."""
        return self.folder / "state"

    @property
    def exports(self) -> Path:
        """The file that leads a shell to the server, while there is one."""
        return self.folder / "env"

    @property
    def log(self) -> Path:
        """What the server has printed."""
        return self.folder / "server.log"

    @property
    def project(self) -> Path:
        """The copy of the app that was deployed last."""
        return self.folder / "app"

    @property
    def record(self) -> Path:
        """Which code is deployed, and to which server."""
        return self.folder / "deployed.json"

    def make(self) -> None:
        """Make the folder.

        Raises
        ------
        LocalError
            When that is not possible.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
        except OSError as error:
            raise _refuse(self, error) from error


def _refuse(home: Home, error: OSError) -> LocalError:
    return LocalError(
        f"the local AWS cannot keep its state in {str(home.folder)!r} "
        f"({error.strerror}); make room there, or name another folder with "
        "XDG_DATA_HOME"
    )


@dataclass(frozen=True)
class Running:
    """A server that runs: its process, and the variables that lead to it."""

    pid: int
    environ: Mapping[str, str]

    @property
    def endpoint_url(self) -> str:
        """Where it answers."""
        return self.environ["AWS_ENDPOINT_URL"]


def find_home(environ: Mapping[str, str]) -> Home:
    """Find the folder by the XDG base directories; a relative one is none."""
    named = Path(environ.get("XDG_DATA_HOME") or "")
    base = named if named.is_absolute() else Path.home() / ".local" / "share"
    return Home(base / _NAME / "local")


def find_running(home: Home) -> Running | None:
    """Find the server, if one runs and is ready.

    A server holds a lock for as long as it lives, however it ends; the files of one
    that has ended mean nothing.
    """
    pid = find_holder(home)
    if not pid:
        return None
    environ = read_exports(home.exports)
    # Else they are those of an earlier server that was killed.
    ready = environ.pop(_PID, None) == str(pid)
    return Running(pid, environ) if ready else None


def find_holder(home: Home) -> int | None:
    """Find the process that holds the state; 0 while it has not said which it is."""
    import fcntl  # noqa: PLC0415 - Windows, which has none, can do all else

    try:
        lock = os.open(home.state / "lock", os.O_RDONLY)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refuse(home, error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        said = os.read(lock, 20).strip()
        return int(said) if said.isdigit() else 0
    finally:
        os.close(lock)
    return None


def read_exports(path: Path) -> dict[str, str]:
    """Read the variables that a file for a shell exports; none where there is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    pairs = (shlex.split(line)[-1].partition("=") for line in lines if line.strip())
    return {name: value for name, _, value in pairs}
