"""Run the Chalice of this very Python environment."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deployment.errors import DeploymentError

if TYPE_CHECKING:
    from collections.abc import Mapping

# Where Chalice is given the files of its own that it packs, in the app's folder.
RUNTIME = Path(".chalice") / "runtime"
# Chalice has no __main__ to give to -m, and its script may not be on the PATH. It packs
# of itself what these two modules say that they were imported from. What is left at the
# end is not gone through again, object by object.
_RUN_CHALICE = f"""\
import atexit, gc, sys
import chalice.app
from chalice.cli import main
chalice.__file__ = {str(RUNTIME / "__init__.py")!r}
chalice.app.__file__ = {str(RUNTIME / "app.py")!r}
atexit.register(gc.freeze)
sys.exit(main())
"""
# The last line of a traceback: `package.SomeError: message`, not indented.
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(Error|Exception|Exit|Interrupt)\b")


@dataclass(frozen=True)
class Chalice:
    """Where Chalice runs and what it sees."""

    project: Path
    region: str
    profile: str | None
    environment: Mapping[str, str]

    def run(self, *command: str, stage: str) -> str:
        """Run one command of Chalice for a stage and return what it said.

        Raises
        ------
        DeploymentError
            When it fails, with the reason that it gave.
        """
        arguments = [*command, "--stage", stage]
        if self.profile is not None:
            arguments += ["--profile", self.profile]
        done = subprocess.run(
            [sys.executable, "-c", _RUN_CHALICE, *arguments],
            cwd=self.project,
            env=self._build_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise DeploymentError(
                f"`chalice {command[0]} --stage {stage}` failed (it said: "
                f"{find_reason(done.stdout)}); fix the problem and run it again, "
                "it continues where it stopped"
            )
        return done.stdout

    def _build_environment(self) -> dict[str, str]:
        return {
            **self.environment,
            "AWS_DEFAULT_REGION": self.region,
            # Chalice packs whatever lies in chalicelib/, compiled files included.
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def find_reason(output: str) -> str:
    """Find in what Chalice printed why it failed, and say it in one line.

    Chalice prints tracebacks; its reason is the message of the last exception, which
    may go on over several lines.
    """
    lines = output.strip().splitlines()
    starts = [n for n, line in enumerate(lines) if _EXCEPTION.match(line)]
    reason = lines[starts[-1] :] if starts else lines[-1:]
    return " ".join(" ".join(reason).split()) or "nothing"
