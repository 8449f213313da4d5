"""Writes the list of the engine's wheels: which file of each library Glue can run.

    python -m deployment.lock_wheels

``make lock`` does, once it has pinned the versions that everything else runs with.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deployment.fetch_wheels import FOR_GLUE
from deployment.resources.engine_wheels import LOCK

if TYPE_CHECKING:
    from collections.abc import Mapping

_PIN = re.compile(r"^[\w.-]+==[^ ;\\]+", re.MULTILINE)


def list_wheels(report: Mapping[str, Any]) -> list[str]:
    """Give a line a wheel of pip's report: its pin, hash and file, and no address."""
    return sorted(_describe(one) for one in report["install"])


def _describe(found: Mapping[str, Any]) -> str:
    name, version = found["metadata"]["name"], found["metadata"]["version"]
    source = found["download_info"]
    sha256 = source["archive_info"]["hashes"]["sha256"]
    file = source["url"].rpartition("/")[2]
    return f"{name}=={version} --hash=sha256:{sha256}  # {file}"


def main(project: Path) -> None:
    """Ask pip which files it would install on Glue, and list them."""
    with tempfile.TemporaryDirectory(prefix="lock-") as folder:
        pins = Path(folder) / "pins.txt"
        locked = (project / "requirements-run.txt").read_text()
        pins.write_text("\n".join(_PIN.findall(locked)))
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run"]
        asked = ["--ignore-installed", "--target", folder, "--report", "-"]
        wanted = ["-c", str(pins), "-r", str(project / "requirements-engine.in")]
        done = subprocess.run(
            [*pip, *asked, *FOR_GLUE, *wanted],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    lines = list_wheels(json.loads(done.stdout))
    (project / LOCK).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(__file__).parents[1])
