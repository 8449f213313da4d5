"""Deploy this code to the local AWS, where another is deployed there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from client.local.app_copy import compute_fingerprint, copy_parts
from client.local.home import Home, LocalError, Running

_TOLD_LINES = 3


def is_deployed(home: Home, running: Running, project: Path) -> bool:
    """Tell whether this very code is deployed to this very state."""
    return _read_record(home) == _describe(running, project)


def deploy_copy(
    home: Home, running: Running, project: Path, environ: Mapping[str, str]
) -> None:
    """Deploy a copy of the project; to be called by who holds the home.

    Raises
    ------
    LocalError
        When it does not succeed.
    """
    wanted, known = _describe(running, project), _read_record(home)
    home.record.unlink(missing_ok=True)
    if known.get("owner") != wanted["owner"]:
        # What was deployed to a state that is gone is no record of this one.
        shutil.rmtree(home.project, ignore_errors=True)
    home.project.mkdir(mode=0o700, exist_ok=True)
    copy_parts(project, home.project)
    _run_deploy(home.project, environ)
    fresh = home.record.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(wanted), encoding="utf-8")
    fresh.replace(home.record)


def _describe(running: Running, project: Path) -> dict[str, str]:
    # Each state has keys of its own.
    return {
        "code": compute_fingerprint(project),
        "owner": running.environ["AWS_ACCESS_KEY_ID"],
    }


def _read_record(home: Home) -> dict[str, str]:
    try:
        found = json.loads(home.record.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _run_deploy(project: Path, environ: Mapping[str, str]) -> None:
    said = subprocess.run(
        [sys.executable, "deploy.py", "--stage", "local"],
        cwd=project,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if said.returncode != 0:
        lines = [line for line in (said.stdout + said.stderr).splitlines() if line]
        told = "\n  ".join(lines[-_TOLD_LINES:])
        raise LocalError(
            f"the app could not be deployed to the local AWS:\n  {told}\n"
            "put that right, and run the command again"
        )
