"""A copy of what a deploy needs, so that the project itself is left alone."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

# The app and what deploys and drives it; a stage's own records stay behind.
PARTS = (
    "app.py",
    "deploy.py",
    "forecast.py",
    "requirements-engine.txt",
    "requirements.txt",
    "statemachine.asl.json",
    ".chalice/config.json",
    ".chalice/policies",
    "chalicelib",
    "cli",
    "client",
    "deployment",
    "forecaster",
    "glue",
    "trainer",
)
_LEFT_OUT = "__pycache__"


def copy_parts(project: Path, target: Path, parts: tuple[str, ...] = PARTS) -> None:
    """Copy parts of a project, in place of those that are in ``target`` already."""
    for part in parts:
        _copy(project / part, target / part)


def compute_fingerprint(project: Path, parts: tuple[str, ...] = PARTS) -> str:
    """Compute a digest of names and contents: another one means other code."""
    digest = hashlib.sha256()
    for path in _list_files(project, parts):
        name = path.relative_to(project).as_posix().encode()
        body = path.read_bytes()
        digest.update(b"%d %d " % (len(name), len(body)) + name + body)
    return digest.hexdigest()


def _list_files(project: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    for part in parts:
        path = project / part
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (
            one for one in found if one.is_file() and _LEFT_OUT not in one.parts
        )


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(_LEFT_OUT))
    else:
        shutil.copy2(source, target)
