"""Who works on the parts of a table, and where the parts lie meanwhile."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

Result = TypeVar("Result")


class Shelf(Protocol):
    """Where files lie between the steps, within reach of every worker."""

    def fetch(self, name: str) -> AbstractContextManager[Path]:
        """Give a file to be read, as long as the context lasts."""

    def keep(self, name: str) -> AbstractContextManager[Path]:
        """Give the path of a file to be written; it is there once the context ends."""

    def divide(self, name: str) -> Shelf:
        """Give a part of it as a shelf of its own."""

    def drop(self) -> None:
        """Make room, where nobody needs its files any more."""


class Workers(Protocol):
    """Does a step for each part, and gives what comes of it in the parts' order.

    A step, and what it gives, may go to another machine and come from there.
    """

    def make_shelf(self, folder: Path) -> Shelf:
        """Make a shelf of its own for the files of a folder."""

    def renew(self, shelf: Shelf) -> Shelf:
        """Give the shelf for what a step makes of files.

        The same, where a step is never done twice for a part: what it reads must not
        be what it wrote before.
        """

    def run(self, step: Callable[[int], Result], count: int) -> Iterator[Result]:
        """Do a step for so many parts, by their numbers."""


@dataclass(frozen=True)
class FolderShelf:
    """Files in a folder of this machine."""

    folder: Path

    @contextmanager
    def fetch(self, name: str) -> Iterator[Path]:
        """Give a file where it is."""
        yield self.folder / name

    @contextmanager
    def keep(self, name: str) -> Iterator[Path]:
        """Give the file's place."""
        yield self.folder / name

    def divide(self, name: str) -> FolderShelf:
        """Make a folder in the folder."""
        return make_folder(self.folder / name)

    def drop(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.folder)


def make_folder(folder: Path) -> FolderShelf:
    """Make a folder a shelf."""
    folder.mkdir(parents=True)
    return FolderShelf(folder)


class OneByOne:
    """This process: it does the parts one after the other."""

    def make_shelf(self, folder: Path) -> FolderShelf:
        """Make the folder."""
        return make_folder(folder)

    def renew(self, shelf: Shelf) -> Shelf:
        """Give the same: what is read is not read again."""
        return shelf

    def run(self, step: Callable[[int], Result], count: int) -> Iterator[Result]:
        """Do a step when it is asked for."""
        return map(step, range(count))
