"""Start a process that serves anew, with nothing in its environment to be read.

What a process was started with stays in ``/proc/<pid>/environ``, and in what ``ps``
shows elsewhere, whatever becomes of ``os.environ``: only a new start forgets it.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping

_KEPT = frozenset(
    (
        *("COLUMNS", "HOME", "LANG", "LD_LIBRARY_PATH", "NO_COLOR", "PATH", "TERM"),
        *("TMPDIR", "TZ", "USER", "VIRTUAL_ENV"),
    )
)
_KEPT_PREFIXES = ("LC_", "OMP_", "PYTHON")
_STARTED = "LOCALAWS_STARTED_CLEAN"
# https://man7.org/linux/man-pages/man2/pr_set_dumpable.2const.html
_PR_SET_DUMPABLE = 4


def start_clean() -> None:
    """Replace this process by one without the variables that it has no need of.

    On Linux, no other process of the same user may then look into its memory or its
    environment either, unless that is root's.
    """
    if os.environ.pop(_STARTED, None) is None:
        environ = {**choose_variables(os.environ), _STARTED: "yes"}
        command = [sys.executable, *sys.orig_argv[1:]]
        os.execve(sys.executable, command, environ)  # no shell is meant
    close_memory()


def choose_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Choose what a local AWS needs of its caller's variables."""
    return {
        name: value
        for name, value in environ.items()
        if name in _KEPT or name.startswith(_KEPT_PREFIXES)
    }


def close_memory() -> None:
    """Let no other process of the same user look into this one."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
