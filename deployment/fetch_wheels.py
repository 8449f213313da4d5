"""Wheels brought by pip for Glue's Python and Linux, whatever the machine here is."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from deployment.errors import DeploymentError

if TYPE_CHECKING:
    from deployment.resources.engine_wheels import Wheel

# https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-libraries.html,
# appendix B: Glue 5.1 has Python 3.11 and glibc 2.34.
PYTHON_VERSION = "3.11"
_GLIBC = ("2_34", "2_28", "2_27", "2_24", "2_17")
PLATFORMS = ("manylinux2014_x86_64", *(f"manylinux_{one}_x86_64" for one in _GLIBC))
FOR_GLUE = (
    *("--only-binary", ":all:", "--implementation", "cp"),
    *("--python-version", PYTHON_VERSION),
    *(word for platform in PLATFORMS for word in ("--platform", platform)),
)


def fetch_wheel(wheel: Wheel) -> bytes:
    """Bring one wheel by pip, from where pip is set up to look.

    Raises
    ------
    DeploymentError
        When pip finds none with this hash, or has no way to look.
    """
    with tempfile.TemporaryDirectory(prefix="wheel-") as folder:
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text(wheel.requirement)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input"]
        kept = ["--no-deps", "--require-hashes", "--disable-pip-version-check"]
        done = subprocess.run(
            [*pip, *kept, *FOR_GLUE, "--dest", folder, "-r", str(wanted)],
            capture_output=True,
            text=True,
            check=False,
        )
        brought = Path(folder) / wheel.name
        if done.returncode or not brought.exists():
            said = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
            raise DeploymentError(
                f"pip could not bring {wheel.name}, which the embedded engine needs "
                f"(received: {said[0]}); deploy from where pip finds packages, or name "
                "a mirror in PIP_INDEX_URL"
            )
        return brought.read_bytes()
