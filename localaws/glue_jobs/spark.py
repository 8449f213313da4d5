"""Spark, in an environment of its own beside this one, for the jobs that import it."""

from __future__ import annotations

import ast
import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

# As `make spark` leaves it: Glue's Spark has another Python and pandas than this
# environment may have.
PLACE = Path(__file__).parents[2] / ".venv-spark"
_CONFIGURATION = {
    "spark.master": "local[2]",
    "spark.driver.memory": "2g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


# Python 3.11 counts how deep it is in a tree for all threads together, and raises
# SystemError where two of them parse at once: python/cpython issue 106905.
_PARSING = threading.Lock()
_SCRIPTS = 64


class SparkNotInstalled(Exception):
    """A job needs Spark, and there is none."""


@dataclass(frozen=True)
class Spark:
    """An environment with PySpark: its Python, and where its packages are."""

    python: Path
    packages: Path
    java: Path

    def environ(self, modules: Iterable[Path], folder: Path) -> dict[str, str]:
        """Build what Spark's own processes need to know of a job.

        Parameters
        ----------
        modules
            The folders that the job's script finds its modules in.
        folder
            Takes what does not fit into memory.
        """
        told = {**_CONFIGURATION, "spark.local.dir": str(folder)}
        options = [f"--conf {name}={value}" for name, value in told.items()]
        return {
            "PATH": f"{self.java.parent}:/usr/local/bin:/usr/bin:/bin",
            "PYSPARK_PYTHON": str(self.python),
            "PYSPARK_SUBMIT_ARGS": " ".join([*options, "pyspark-shell"]),
            "PYTHONPATH": os.pathsep.join(map(str, modules)),
            "SPARK_HOME": str(self.packages / "pyspark"),
            "SPARK_LOCAL_IP": "127.0.0.1",
        }


def find_spark(script: Path, place: Path = PLACE) -> Spark | None:
    """Find Spark for a script that imports it; None for any other script.

    Raises
    ------
    SparkNotInstalled
        When there is none, or no Java to run it on.
    """
    if "pyspark" not in _list_imports(script):
        return None
    found = next(place.glob("lib/python*/site-packages/pyspark"), None)
    java = shutil.which("java")
    if found is None or java is None:
        missing = "PySpark" if found is None else "Java"
        raise SparkNotInstalled(
            f"there is no {missing} here (needs Java 17 and .venv-spark); run `make "
            "spark`, or upload less than unpacks to 3 GiB"
        )
    return Spark(place / "bin" / "python", found.parent, Path(java).resolve())


def _list_imports(script: Path) -> frozenset[str]:
    with _PARSING:
        return _read_imports(script.read_text())


@lru_cache(maxsize=_SCRIPTS)
def _read_imports(text: str) -> frozenset[str]:
    return frozenset(name.split(".")[0] for name in _walk_imports(text))


def _walk_imports(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return  # its Python says what is wrong with it
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
