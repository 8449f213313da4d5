"""A copy of the app for Chalice to work in, set up for one stage.

Chalice reads a stage's variables and policies from files of the project. They name the
account, so that they are put into a copy, and the project stays as it was checked out.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from deployment.chalice.packed import RUNTIME
from deployment.chalice.record import record_path
from deployment.chalice.stage_files import read_config, with_stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployment.chalice.command import Chalice
    from deployment.deployment import Deployment

# What Chalice packs, or reads to do so.
_PARTS = ("app.py", "chalicelib", "requirements.txt", "vendor")
_LEFT_OUT = shutil.ignore_patterns("__pycache__")


@contextmanager
def open_workspace(deployment: Deployment) -> Iterator[Chalice]:
    """Give a Chalice that works in a copy; what it records of the stage is kept."""
    with tempfile.TemporaryDirectory(prefix="chalice-") as folder:
        workspace = Path(folder)
        _fill(workspace, deployment)
        name = deployment.stage.name
        ours, theirs = (record_path(p, name) for p in (deployment.project, workspace))
        _copy(ours, theirs)
        try:
            yield replace(deployment.chalice, project=workspace)
        finally:
            _copy(theirs, ours)


def _fill(workspace: Path, deployment: Deployment) -> None:
    for part in _PARTS:
        _copy(deployment.project / part, workspace / part)
    for name in ("__init__.py", "app.py"):
        _copy(_find_chalice() / name, workspace / RUNTIME / name)
    stage, options = deployment.stage, deployment.options
    functions = deployment.pipeline.functions
    config = with_stage(read_config(deployment.project), stage, options, functions)
    settings = workspace / ".chalice"
    (settings / "policies").mkdir(parents=True)
    _write(settings / "config.json", config)
    for function in functions:
        policy = deployment.templates.build(function, stage, options)
        _write(settings / "policies" / f"{function}.json", policy)


def _find_chalice() -> Path:
    """Find the folder of the installed Chalice, which needs no import for that."""
    found = find_spec("chalice")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2))


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=_LEFT_OUT)
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
