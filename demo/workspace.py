"""The project in a temporary folder, so that a deploy leaves the original as it was."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from client.local.app_copy import PARTS, copy_parts

PROJECT = Path(__file__).parents[1]
_ALL = (*PARTS, "sample-data")


@contextmanager
def copy_project() -> Iterator[Path]:
    """Copy what a deploy needs into a folder that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="automl-ts-") as folder:
        copy_parts(PROJECT, Path(folder), _ALL)
        yield Path(folder)


@contextmanager
def link_project() -> Iterator[Path]:
    """Copy the project's files, and link its folders of code, which nobody changes.

    What Python compiled of them is found again, by the next too.
    """
    folders = tuple(part for part in _ALL if (PROJECT / part).is_dir())
    linked = {part for part in folders if not part.startswith(".")}
    with tempfile.TemporaryDirectory(prefix="automl-ts-") as folder:
        copy_parts(PROJECT, Path(folder), tuple(p for p in _ALL if p not in linked))
        for part in linked:
            Path(folder, part).symlink_to(PROJECT / part)
        yield Path(folder)
