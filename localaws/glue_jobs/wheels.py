"""The wheels of Glue jobs, installed once each, and shown to every run that asks."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from localaws.host.isolation import isolate


class WheelNotInstalled(Exception):
    """A wheel of a job cannot be installed; the message is pip's own."""


class Wheels:
    """Installs each wheel as Glue does, by pip, into a folder named by its content.

    Nothing is fetched: what a wheel requires must be in the job's library set.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def install(self, name: str, content: bytes) -> Path:
        """Give the folder that a wheel of this name and content is installed in.

        Raises
        ------
        WheelNotInstalled
            When pip refuses it.
        """
        place = self._folder / hashlib.sha256(content).hexdigest()
        with self._lock, tempfile.TemporaryDirectory() as folder:
            if not place.exists():
                wheel = Path(folder) / name
                wheel.write_bytes(content)
                _install(wheel, place)
        return place


def _install(wheel: Path, place: Path) -> None:
    # Beside it first: a run must not see half of it.
    unfinished = place.with_suffix(".unfinished")
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps"]
    quiet = ["--quiet", "--disable-pip-version-check", "--target", str(unfinished)]
    done = subprocess.run(
        [*command, *quiet, str(wheel)],
        env=isolate({}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise WheelNotInstalled(f"pip could not install {wheel.name}: {done.stderr}")
    unfinished.rename(place)
