"""The processes that others are forked of: one for each set of libraries."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from localaws.host import template
from localaws.host.adopted import Adopted, adopt_orphans, can_adopt
from localaws.host.isolation import build_bare_environ
from localaws.host.template import PID_BYTES, SIZE_BYTES, Birth

# For the command of what is forked, which takes the place of its template's.
_ROOM = " " * 1024


@dataclass(frozen=True)
class Warmth:
    """What is imported ahead: modules of a folder of libraries.

    ``clients`` names the services that boto3 has been asked for a client of.
    """

    libraries: Path
    modules: tuple[str, ...]
    clients: tuple[str, ...] = ()


class TemplateGone(Exception):
    """A template has ended, or could not fork."""


class Templates:
    """Makes templates as they are asked for, and forks of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[Warmth, Template] = {}
        self._able = can_adopt()
        self._adopts = False

    def prepare(self, warmth: Warmth) -> None:
        """Let a template import what it is to have, if there can be one here."""
        self._get(warmth)

    def fork(
        self, warmth: Warmth, birth: Birth, files: Sequence[int]
    ) -> Adopted | None:
        """Fork a process that has ``files``; None where that cannot be done."""
        for _ in range(2):
            made = self._get(warmth)
            if made is None:
                return None
            try:
                return made.fork(birth, files)
            except TemplateGone:
                self._drop(warmth, made)
        return None

    def close(self) -> None:
        """End them all."""
        with self._lock:
            made, self._made = list(self._made.values()), {}
            self._able = False
        for each in made:
            each.close()
        if self._adopts:
            adopt_orphans(False)

    def _get(self, warmth: Warmth) -> Template | None:
        with self._lock:
            if not self._able:
                return None
            if not self._made:
                self._adopts = adopt_orphans(True) or self._adopts
            if warmth not in self._made:
                self._made[warmth] = Template(warmth)
            return self._made[warmth]

    def _drop(self, warmth: Warmth, gone: Template) -> None:
        with self._lock:
            if self._made.get(warmth) is gone:
                del self._made[warmth]
        gone.close()


class Template:
    """A process that has imported libraries."""

    def __init__(self, warmth: Warmth) -> None:
        self._control, theirs = socket.socketpair()
        spec = {
            "libraries": str(warmth.libraries),
            "modules": warmth.modules,
            "clients": warmth.clients,
        }
        with theirs:
            self._popen = subprocess.Popen(
                [
                    *(sys.executable, "-I", "-S", "-u", template.__file__),
                    *(str(theirs.fileno()), json.dumps(spec), _ROOM),
                ],
                # botocore remembers where the caller's own models would be.
                env={**build_bare_environ(), "HOME": "/nonexistent"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )

    def fork(self, birth: Birth, files: Sequence[int]) -> Adopted:
        """Fork a process that is a child of this one.

        Raises
        ------
        TemplateGone
            When there is none any more to be forked.
        """
        ours, theirs = socket.socketpair()
        with ours:
            try:
                with theirs:
                    socket.send_fds(self._control, [b"f"], [theirs.fileno()])
                # It says so when it leads a session, which is there to be ended.
                pid = ours.recv(PID_BYTES)
                if not pid:
                    raise TemplateGone
                child = Adopted(int.from_bytes(pid, "big"))
                _tell(ours, birth, files)
            except OSError as error:
                raise TemplateGone from error
        return child

    def close(self) -> None:
        """End it."""
        self._control.close()
        self._popen.kill()
        self._popen.wait()


def _tell(channel: socket.socket, birth: Birth, files: Sequence[int]) -> None:
    """Tell a forked process what to become."""
    text = json.dumps(asdict(birth)).encode()
    size = len(text).to_bytes(SIZE_BYTES, "big")
    socket.send_fds(channel, [size], list(files))
    channel.sendall(text)
