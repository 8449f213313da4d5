"""Reach the local AWS: find or start it, deploy to it, and lead all calls there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from client.local.deployed import deploy_copy, is_deployed
from client.local.home import Running, find_home, find_running
from client.local.server import Say, ensure_server, hold

PROJECT = Path(__file__).resolve().parents[2]


def reach_local(
    environ: Mapping[str, str], say: Say, *, project: Path = PROJECT, anew: bool = False
) -> Running:
    """Find the local AWS with this code deployed, or bring it about.

    Parameters
    ----------
    environ
        The caller's variables; of their AWS settings none is used.
    anew
        Whether to deploy where the same code is deployed already.

    Raises
    ------
    LocalError
        When it does not start, or when the app cannot be deployed to it.
    """
    home = find_home(environ)
    running = find_running(home)
    if running and not anew and is_deployed(home, running, project):
        return running
    with hold(home, say):
        running = ensure_server(home, project, say)
        if anew or not is_deployed(home, running, project):
            say("deploying the app to it")
            deploy_copy(home, running, project, lead_there(environ, running))
    return running


def lead_there(environ: Mapping[str, str], running: Running) -> dict[str, str]:
    """Copy an environment so that its AWS is the local one, and no other."""
    kept = {k: v for k, v in environ.items() if not k.upper().startswith("AWS_")}
    return {**kept, **running.environ}
