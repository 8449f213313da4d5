"""The workers of a Spark session: each part is a task of its own."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from glue.shaping.workers import Shelf

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Result = TypeVar("Result")


class SparkWorkers:
    """Gives each part to a task, wherever Spark runs it.

    Spark does a task again whose machine is lost, so that no step may write what it
    reads: what it makes, and what it finds, has a shelf of its own.

    Parameters
    ----------
    session
        Spark's.
    shelf
        It is divided into all others.
    """

    def __init__(self, session: SparkSession, shelf: Shelf) -> None:
        self._session, self._shelf = session, shelf
        self._count = itertools.count()

    def make_shelf(self, folder: Path) -> Shelf:
        """Name a shelf as a folder."""
        return self._shelf.divide(folder.name)

    def renew(self, shelf: Shelf) -> Shelf:
        """Give another shelf than the one that is read."""
        return self._shelf.divide(f"step-{next(self._count)}")

    def run(self, step: Callable[[int], Result], count: int) -> Iterator[Result]:
        """Do a step for all parts, then give what each found."""
        found = self._shelf.divide(f"found-{next(self._count)}")
        context = self._session.sparkContext
        context.range(0, count, numSlices=count).foreach(_Task(step, found))
        for number in range(count):
            with found.fetch(_name(number)) as path:
                yield pickle.loads(path.read_bytes())


@dataclass(frozen=True)
class _Task:
    """Does a step for a part, and keeps what it gives."""

    step: Callable[[int], Any]
    found: Shelf

    def __call__(self, number: int) -> None:
        with self.found.keep(_name(number)) as path:
            path.write_bytes(pickle.dumps(self.step(number), protocol=4))


def _name(number: int) -> str:
    return f"found-{number:05d}.pickle"
