"""A temporary copy of the project, so that a deploy leaves the original as it was."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from client.local.app_copy import PARTS, copy_parts

PROJECT = Path(__file__).parents[1]


@contextmanager
def copy_project() -> Iterator[Path]:
    """Copy what a deploy needs into a folder that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="automl-ts-") as folder:
        copy_parts(PROJECT, Path(folder), (*PARTS, "sample-data"))
        yield Path(folder)
