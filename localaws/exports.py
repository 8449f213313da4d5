"""The exports of a local AWS, which lead a shell and its programs to it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from localaws.host.isolation import LOOPBACK_HOSTS

if TYPE_CHECKING:
    from localaws.server import LocalAWS

_FIRST_NAME = "AWS_ENDPOINT_URL"
_START = f"export {_FIRST_NAME}=".encode()


class ExportsError(Exception):
    """The exports cannot be written where they are wanted."""


def build_exports(local: LocalAWS) -> str:
    """Build the lines that a person pastes into another terminal."""
    names = [_FIRST_NAME, *(name for name in local.environ if name != _FIRST_NAME)]
    lines = [f"export {name}={local.environ[name]}" for name in names]
    # A proxy must not get to see requests for this machine.
    lines += [f"export {name}={LOOPBACK_HOSTS}" for name in ("NO_PROXY", "no_proxy")]
    # Tells a file of this server from one that a killed server has left.
    lines.append(f"export LOCALAWS_PID={os.getpid()}")
    return "".join(f"{line}\n" for line in lines)


def write_exports(path: Path, exports: str) -> None:
    """Write a file with exports; those of a server that was killed are replaced.

    Raises
    ------
    ExportsError
        When there is something else of that name.
    """
    if os.path.lexists(path) and not hold_exports(path):
        raise ExportsError(
            f"{str(path)!r} holds something else than exports of a local AWS; move it "
            "away, or give another --env-file"
        )
    # Not into the file that is there: somebody else may hold it open.
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    write_secret(fresh, exports)
    fresh.replace(path)


def hold_exports(path: Path) -> bool:
    """Tell whether a file of one's own holds what a local AWS has exported."""
    if path.is_symlink() or not path.is_file() or path.stat().st_uid != os.getuid():
        return False
    with path.open("rb") as file:
        return file.read(len(_START)) == _START


def write_secret(path: Path, text: str) -> None:
    """Write a new file that its owner alone can read.

    Raises
    ------
    FileExistsError
        When there is a file, or a link, of that name: somebody else may hold it open.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "w") as file:
        file.write(text)
