"""Chalice for a workspace, in a process that starts before it is needed.

``python -m deployment.chalice.program <workspace> <Chalice's arguments>`` slims what is
packed, and waits for a line of its input then: without one, nothing is to be done.
"""

import os
import sys
from pathlib import Path

import chalice
import chalice.app
from chalice.cli import main as run_chalice

from cli.garbage import leave_garbage
from deployment.chalice.packed import RUNTIME, slim_packed


def main() -> int:
    """Make all ready, wait, and do what the command line says; return the exit code."""
    workspace = sys.argv.pop(1)
    os.chdir(workspace)
    # The app that Chalice imports is the workspace's.
    sys.path[0] = workspace
    slim_packed(Path())
    # It packs of itself what these two modules say that they were imported from.
    chalice.__file__ = str(RUNTIME / "__init__.py")
    chalice.app.__file__ = str(RUNTIME / "app.py")
    return run_chalice() if sys.stdin.readline() else 1


if __name__ == "__main__":
    leave_garbage()
    sys.exit(main())
