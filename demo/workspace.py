"""A temporary copy of the project, so that a deploy leaves the original as it was."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).parents[1]
# The app and what deploys, drives and feeds it; a stage's own records stay behind.
_PARTS = (
    "app.py",
    "deploy.py",
    "forecast.py",
    "requirements.txt",
    "statemachine.asl.json",
    ".chalice/config.json",
    ".chalice/policies",
    "chalicelib",
    "client",
    "deployment",
    "forecaster",
    "glue",
    "sample-data",
    "trainer",
)


@contextmanager
def copy_project() -> Iterator[Path]:
    """Copy what a deploy needs into a folder that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="automl-ts-") as folder:
        for part in _PARTS:
            _copy(PROJECT / part, Path(folder) / part)
        yield Path(folder)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy2(source, target)
