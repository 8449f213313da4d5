"""``local``: start, stop or describe the local AWS of one's own."""

from __future__ import annotations

import shlex
from typing import Any

import click
from rich.text import Text

from client import exit_codes
from client.command.options import with_work
from client.command.work import Work
from client.local.home import Home, find_home, find_running
from client.local.reach import reach_local
from client.local.server import IDLE_MINUTES, hold, stop_server

_ACTIONS = ("start", "stop", "status", "deploy")


@click.command()
@click.argument("action", type=click.Choice(_ACTIONS), default="status")
@with_work(only_local=True)
def local(work: Work, *, action: str) -> int:
    """Start, stop or describe your own local AWS, as of --local.

    `start` finds or starts it, `deploy` sends this code to it again, `stop` ends it,
    and `status`, the default, says where it is. What it stores outlives it.
    """
    home = find_home(work.environ)
    if action in ("start", "deploy"):
        reach_local(work.environ, work.say, anew=action == "deploy")
    elif action == "stop":
        with hold(home, work.say):
            stop_server(home)
    status = describe(home)
    if work.manner.as_json:
        work.give(status)
    else:
        for line in word_status(home, status):
            work.show(Text(line, no_wrap=True, overflow="ignore"))
    return exit_codes.DONE


def describe(home: Home) -> dict[str, Any]:
    """Say for a program whether it runs, and where."""
    running = find_running(home)
    return {
        "running": running is not None,
        "endpoint_url": running.endpoint_url if running else None,
        "pid": running.pid if running else None,
        "folder": str(home.folder),
        "exports": str(home.exports) if running else None,
    }


def word_status(home: Home, status: dict[str, Any]) -> list[str]:
    """Say the same for a person, and what to do with it."""
    folder = shlex.quote(str(home.folder))
    if not status["running"]:
        kept = f"its state is in {folder}" if home.state.exists() else "it has no state"
        return [
            f"no local AWS runs; {kept}",
            "any command with --local starts it; to begin anew, remove that folder"
            if home.state.exists()
            else "any command with --local starts it",
        ]
    return [
        f"a local AWS answers at {status['endpoint_url']} (process {status['pid']})",
        f"state     {folder}",
        f"for aws   . {shlex.quote(status['exports'])}",
        f"it ends after {IDLE_MINUTES // 60} hours without a command, or by "
        "`forecast local stop`, and keeps its state",
    ]
