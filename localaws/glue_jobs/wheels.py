"""The wheels of Glue jobs, installed once each, and shown to every run that asks."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile
from packaging.metadata import parse_email
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import sys_tags
from packaging.utils import parse_wheel_filename

from localaws.host.isolation import build_bare_environ

_AFTER_ALL_ELSE = ("nice", "-n", "19")


class WheelNotInstalled(Exception):
    """A wheel of a job cannot be installed."""


class Wheels:
    """Installs each wheel into a folder named by its content, as pip does for Glue.

    Nothing is fetched: what a wheel requires must be in the job's library set. To
    start pip takes ten times as long as to install with PyPA's library.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._compiled: set[Path] = set()

    def install(self, name: str, content: bytes) -> Path:
        """Give the folder that a wheel of this name and content is installed in.

        Raises
        ------
        WheelNotInstalled
            When pip would refuse it.
        """
        place = self._folder / hashlib.sha256(content).hexdigest()
        with self._lock, tempfile.TemporaryDirectory() as folder:
            if not place.exists():
                wheel = Path(folder) / name
                wheel.write_bytes(content)
                _install(wheel, place)
        return place

    def compile(self, place: Path, *, hurries: bool) -> None:
        """Compile an installed wheel once, as pip does; each run would do it anew.

        What does not hurry goes after all else that needs the machine.
        """
        with self._lock:
            known = place in self._compiled
            self._compiled.add(place)
        if not known:
            _compile(place, () if hurries else _AFTER_ALL_ELSE)


def _compile(place: Path, before: tuple[str, ...]) -> None:
    command = [sys.executable, "-I", "-S", "-m", "compileall", "-q", str(place)]
    subprocess.run(
        [*before, *command],
        env=build_bare_environ(),
        capture_output=True,
        check=False,
    )


def _install(wheel: Path, place: Path) -> None:
    # Beside it first: a run must not see half of it.
    unfinished = place.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        _check_tags(wheel.name)
        with WheelFile.open(wheel) as source:
            _check_python(source)
            install(source, _make_destination(unfinished), {})
    # A file may be no wheel in more ways than there are words for.
    except Exception as error:
        raise WheelNotInstalled(f"could not install {wheel.name}: {error}") from error
    unfinished.rename(place)


def _check_tags(name: str) -> None:
    """Refuse a wheel that is for another Python or another system.

    Raises
    ------
    ValueError
        For one that is, and for a name that no wheel has.
    """
    tags = parse_wheel_filename(name)[3]
    if tags.isdisjoint(sys_tags()):
        raise ValueError("it is not a supported wheel on this platform")


def _check_python(source: WheelFile) -> None:
    """Refuse a wheel that needs another Python.

    Raises
    ------
    ValueError
        When it does.
    """
    metadata, _ = parse_email(source.read_dist_info("METADATA"))
    needed, here = metadata.get("requires_python", ""), _spell_python()
    # pip takes what it cannot read.
    with suppress(InvalidSpecifier):
        if not SpecifierSet(needed).contains(here, prereleases=True):
            raise ValueError(
                f"it requires a different Python: {here} not in {needed!r}"
            )


def _spell_python() -> str:
    return ".".join(map(str, sys.version_info[:3]))


def _make_destination(folder: Path) -> SchemeDictionaryDestination:
    places = {
        **dict.fromkeys(("purelib", "platlib", "data"), str(folder)),
        "headers": str(folder / "include"),
        "scripts": str(folder / "bin"),
    }
    return SchemeDictionaryDestination(
        places,
        interpreter=sys.executable,
        script_kind="posix",
        overwrite_existing=True,
    )
