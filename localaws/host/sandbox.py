"""What every subprocess does first: turn inwards, and end with its parent.

It is also the script that the isolated ones are started with, so that it needs
nothing but the standard library.
"""

import ctypes
import errno
import json
import os
import runpy
import signal
import struct
import sys
import threading
from pathlib import Path
from typing import Any

# https://docs.kernel.org/userspace-api/landlock.html
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_FIND_VERSION = 1
_BELOW_A_FOLDER = 1
_REFER = 1 << 13
_REFER_SINCE = 2
_PR_SET_NO_NEW_PRIVS = 38
# CAP_SYS_PTRACE, CAP_SYS_ADMIN and CAP_PERFMON.
_LOOKING = 1 << 19 | 1 << 21 | 1 << 38
_CAPABILITIES_VERSION = 0x20080522
# Set where a process is to find no room for a file.
FULL_DISK = "LOCALAWS_FULL_DISK"


def begin(lifeline: int) -> None:
    """Do what every subprocess does first."""
    look_at_oneself_only()
    end_with_parent(lifeline)
    if os.environ.pop(FULL_DISK, None):
        sys.addaudithook(refuse_to_write)


def refuse_to_write(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse to open a file for writing, as a full disk does.

    Raises
    ------
    OSError
        ``No space left on device``.
    """
    if event != "open":
        return
    path, _, flags = arguments
    writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
    if writes and not _is_watched(Path(str(path)).absolute()):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)


def _is_watched(path: Path) -> bool:
    """Tell whether a file is how the machine watches this process: not on its disk."""
    own = Path(os.environ["TMPDIR"])
    return path.parent == own.parent or path.is_relative_to("/dev")


def look_at_oneself_only() -> None:
    """Give up looking into other processes: their environments and their memory.

    A process in a domain of Landlock's may not trace one outside of it, and the kernel
    holds reading of /proc/<pid>/environ and mem to be the same. A domain has to handle
    some right: this one handles that of moving files between folders, and grants it
    everywhere. Where there is no Landlock, nothing is given up.
    """
    if not has_landlock():
        return
    libc = ctypes.CDLL(None)
    handled = ctypes.c_uint64(_REFER)
    rules = libc.syscall(_CREATE_RULESET, ctypes.byref(handled), 8, 0)
    root = os.open("/", os.O_PATH)
    # A packed structure: the rights, and where they hold.
    granted = ctypes.create_string_buffer(struct.pack("=Qi", _REFER, root), 12)
    libc.syscall(_ADD_RULE, rules, _BELOW_A_FOLDER, granted, 0)
    _drop_capabilities(libc)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.syscall(_RESTRICT_SELF, rules, 0)
    os.close(root)
    os.close(rules)


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    """Give up what lets root look into others all the same."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITIES_VERSION, 0))
    sets = (ctypes.c_uint32 * 6)()
    libc.capget(header, sets)
    # Effective, permitted and inheritable: the low halves, then the high ones.
    for index in range(6):
        sets[index] &= ~(_LOOKING >> (32 * (index // 3))) & 0xFFFFFFFF
    libc.capset(header, sets)


def has_landlock() -> bool:
    """Tell whether the kernel knows the right that the domain handles."""
    if sys.platform != "linux":
        return False
    version: int = ctypes.CDLL(None).syscall(_CREATE_RULESET, None, 0, _FIND_VERSION)
    return version >= _REFER_SINCE


def end_with_parent(lifeline: int) -> None:
    """Kill this process group once the other end of a pipe is closed."""
    threading.Thread(target=_wait_and_kill, args=(lifeline,), daemon=True).start()


def _wait_and_kill(lifeline: int) -> None:
    os.read(lifeline, 1)
    os.killpg(os.getpgid(0), signal.SIGKILL)


def run(spec: dict[str, Any], arguments: list[str]) -> None:
    """Run the script of a sandbox as its specification says."""
    begin(spec["lifeline"])
    sys.path[:] = [*spec["before"], *sys.path, *spec["after"]]
    sys.argv = [spec["script"], *arguments]
    runpy.run_path(spec["script"], run_name="__main__")


def main() -> None:
    """Run what the command line says."""
    run(json.loads(sys.argv[1]), sys.argv[2:])


if __name__ == "__main__":
    main()
