"""The processes that others are forked of: one for each set of libraries."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from localaws.host import template
from localaws.host.adopted import Adopted, adopt_orphans, can_adopt
from localaws.host.isolation import build_bare_environ
from localaws.host.template import (
    BECOME_JOB,
    BECOME_TEMPLATE,
    PID_BYTES,
    SIZE_BYTES,
    Birth,
)

# For the command of what is forked, which takes the place of its template's.
_ROOM = " " * 1024


@dataclass(frozen=True)
class Warmth:
    """What is imported ahead: modules of a folder of libraries.

    ``clients`` names the services that boto3 has been asked for a client of, ``base``
    what has imported a part of it, to be forked of.
    """

    libraries: Path
    modules: tuple[str, ...]
    clients: tuple[str, ...] = ()
    base: Warmth | None = None


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
            return self._make(warmth)

    def _make(self, warmth: Warmth) -> Template:
        if warmth not in self._made:
            self._made[warmth] = self._fork_of_base(warmth) or Template(warmth)
        return self._made[warmth]

    def _fork_of_base(self, warmth: Warmth) -> Template | None:
        """Make a template of its base, which is made anew where it has ended."""
        for _ in range(2):
            if warmth.base is None:
                return None
            base = self._make(warmth.base)
            try:
                return Template(warmth, base)
            except TemplateGone:
                del self._made[warmth.base]
                base.close()
        return None

    def _drop(self, warmth: Warmth, gone: Template) -> None:
        with self._lock:
            if self._made.get(warmth) is gone:
                del self._made[warmth]
        gone.close()


class Template:
    """A process that has imported libraries: forked of its base, or started anew.

    Raises
    ------
    TemplateGone
        When its base has ended.
    """

    def __init__(self, warmth: Warmth, base: Template | None = None) -> None:
        self._control, theirs = socket.socketpair()
        spec = {
            "libraries": str(warmth.libraries),
            "modules": warmth.modules,
            "clients": warmth.clients,
        }
        self._popen: subprocess.Popen[bytes] | None = None
        with theirs:
            if base is None:
                self._popen = _start(theirs, spec)
            else:
                self._be_born(base, theirs, spec)

    def _be_born(
        self, base: Template, theirs: socket.socket, spec: Mapping[str, object]
    ) -> None:
        """Ask a base for a fork."""
        try:
            socket.send_fds(base._control, [BECOME_TEMPLATE], [theirs.fileno()])
        except OSError as error:
            self._control.close()
            raise TemplateGone from error
        _send_sized(self._control, json.dumps(spec).encode(), files=())

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
                    socket.send_fds(self._control, [BECOME_JOB], [theirs.fileno()])
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
        if self._popen is None:
            self._close_forked()
        else:
            self._control.close()
            self._popen.kill()
            self._popen.wait()

    def _close_forked(self) -> None:
        """End one that has said who it is, unless its base ended before it."""
        with self._control, suppress(OSError):
            pid = int.from_bytes(self._control.recv(PID_BYTES), "big")
            if pid:
                forked = Adopted(pid)
                os.kill(pid, signal.SIGKILL)
                forked.wait()
                forked.close()


def _start(
    control: socket.socket, spec: Mapping[str, object]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            *(sys.executable, "-I", "-S", "-u", template.__file__),
            *(str(control.fileno()), json.dumps(spec), _ROOM),
        ],
        # botocore remembers where the caller's own models would be.
        env={**build_bare_environ(), "HOME": "/nonexistent"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(control.fileno(),),
        start_new_session=True,
    )


def _tell(channel: socket.socket, birth: Birth, files: Sequence[int]) -> None:
    """Tell a forked process what to become."""
    _send_sized(channel, json.dumps(asdict(birth)).encode(), files)


def _send_sized(channel: socket.socket, text: bytes, files: Sequence[int]) -> None:
    size = len(text).to_bytes(SIZE_BYTES, "big")
    socket.send_fds(channel, [size], list(files))
    channel.sendall(text)
