"""Folders that show a subprocess some installed libraries and no others."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from localaws.host.templates import Warmth

# https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html: the SDK is there.
LAMBDA = ("boto3",)
# https://docs.aws.amazon.com/glue/latest/dg/add-job-python.html: the library sets; of
# pyarrow they say nothing, but awswrangler 2.15.1 needs it.
GLUE_ANALYTICS = (
    *("avro", "awscli", "awswrangler", "boto3", "botocore", "elasticsearch", "numpy"),
    *("pandas", "psycopg2", "pyarrow", "pyathena", "PyMySQL", "pyodbc", "pyorc"),
    *("redshift-connector", "requests", "s3fs", "scikit-learn", "scipy", "SQLAlchemy"),
)
GLUE_NONE = ("awscli", "botocore")
# https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-libraries.html:
# what Glue 5.1 has, and, in the place of the wheels that a deploy on AWS sends along,
# the engine's libraries, which are here already.
GLUE_SPARK = (
    *("boto3", "botocore", "fsspec", "matplotlib", "narwhals", "numpy", "packaging"),
    *("pandas", "pillow", "plotly", "pyarrow", "python-dateutil", "pytz", "requests"),
    *("s3fs", "s3transfer", "seaborn", "six", "tzdata", "urllib3"),
    *("holidays", "lightgbm", "scipy"),
)
# SageMaker's jobs are the engine too, and so have the same to be forked of.
ENGINE = GLUE_SPARK
# What takes long to import, and what boto3 imports and reads only for a client.
_SLOW = ("boto3", "lightgbm", "numpy", "pandas", "pyarrow")
_CLIENTS: dict[tuple[str, ...], tuple[str, ...]] = {
    LAMBDA: ("s3", "sagemaker", "sns", "stepfunctions")
}
_CLIENTS_OF_JOBS = ("s3",)
# Whose imports are a part of another's.
_BASES = {GLUE_ANALYTICS: LAMBDA, ENGINE: GLUE_ANALYTICS}
_REQUIRES = re.compile(r"^Requires-Dist: *(.*)$", re.MULTILINE)
# Of each line of a RECORD, whose paths are quoted where they have a comma.
_FIRST_PART = re.compile(r'^(?:"([^"/]+)|([^",/]+))', re.MULTILINE)


class Libraries:
    """Makes each folder of links once, below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._made: dict[tuple[str, ...], Path] = {}

    def show(self, names: tuple[str, ...]) -> Path:
        """Return a folder with the installed ones of ``names`` and what they need."""
        with self._lock:
            if names not in self._made:
                folder = self._folder / f"libraries-{len(self._made)}"
                link_distributions(close_over(names), folder)
                self._made[names] = folder
            return self._made[names]

    def warm(self, names: tuple[str, ...]) -> Warmth:
        """Say what can be imported ahead of the installed ones of ``names``."""
        base = _BASES.get(names)
        known = None if base is None else self.warm(base)
        return choose_warmth(self.show(names), names, known)


def choose_warmth(
    folder: Path, names: tuple[str, ...], base: Warmth | None = None
) -> Warmth:
    """Choose what is imported ahead of those of ``names`` that a folder shows."""
    slow = tuple(name for name in _SLOW if name in names and (folder / name).exists())
    clients = _CLIENTS.get(names, _CLIENTS_OF_JOBS) if "boto3" in slow else ()
    fits = base is not None and set(base.modules) <= set(slow)
    return Warmth(folder, slow, clients, base if fits else None)


def close_over(names: Iterable[str]) -> dict[str, Distribution]:
    """Find the installed ones of ``names`` and what they require, and so on."""
    found: dict[str, Distribution] = {}
    wanted = [canonicalize_name(name) for name in names]
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue
        wanted += _requirements(found[name])
    return found


def link_distributions(distributions: dict[str, Distribution], folder: Path) -> None:
    """Make a folder with a link to every top-level file of the distributions."""
    folder.mkdir(parents=True)
    for installed in distributions.values():
        for name in _top_level(installed):
            link = folder / name
            if not link.exists():
                link.symlink_to(str(installed.locate_file(name)))


def _requirements(installed: Distribution) -> Iterator[NormalizedName]:
    for text in _read_requirements(installed):
        name = _choose_requirement(text)
        if name is not None:
            yield name


def _read_requirements(installed: Distribution) -> list[str]:
    """Read what importlib.metadata parses with the whole of the long description."""
    metadata = installed.read_text("METADATA")
    if metadata is None:
        return installed.requires or []
    return _REQUIRES.findall(metadata.partition("\n\n")[0])


@cache
def _choose_requirement(text: str) -> NormalizedName | None:
    """Name what is required here and without extras."""
    requirement = Requirement(text)
    if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
        return canonicalize_name(requirement.name)
    return None


def _top_level(installed: Distribution) -> set[str]:
    """Name what lies in the folder that it is installed in, of thousands of files."""
    # importlib.metadata makes a path of each of them.
    record = installed.read_text("RECORD") or ""
    tops = {quoted or bare for quoted, bare in _FIRST_PART.findall(record)}
    return {top for top in tops if top not in {"", "..", "__pycache__"}}
