"""Run the Chalice of this very Python environment."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deployment.errors import DeploymentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_ROOT = Path(__file__).parents[2]
# Chalice has no __main__ to give to -m, and its script may not be on the PATH.
_PROGRAM = "deployment.chalice.program"
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
        with self.start(*command, stage=stage) as finish:
            return finish()

    @contextmanager
    def start(self, *command: str, stage: str) -> Iterator[Callable[[], str]]:
        """Have one command of Chalice made ready, and give what runs it.

        What is not run by the end of the block is not run at all.
        """
        arguments = [*command, "--stage", stage]
        if self.profile is not None:
            arguments += ["--profile", self.profile]
        with subprocess.Popen(
            [sys.executable, "-m", _PROGRAM, str(self.project), *arguments],
            cwd=_ROOT,
            env=self._build_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                yield lambda: _finish(process, command[0], stage)
            finally:
                process.kill()

    def _build_environment(self) -> dict[str, str]:
        return {
            **self.environment,
            "AWS_DEFAULT_REGION": self.region,
            # Chalice packs whatever lies in chalicelib/, compiled files included.
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def _finish(process: subprocess.Popen[str], command: str, stage: str) -> str:
    said, _ = process.communicate("go on\n")
    if process.returncode != 0:
        raise DeploymentError(
            f"`chalice {command} --stage {stage}` failed (it said: "
            f"{find_reason(said)}); fix the problem and run it again, "
            "it continues where it stopped"
        )
    return said


def find_reason(output: str) -> str:
    """Find in what Chalice printed why it failed, and say it in one line.

    Chalice prints tracebacks; its reason is the message of the last exception, which
    may go on over several lines.
    """
    lines = output.strip().splitlines()
    starts = [n for n, line in enumerate(lines) if _EXCEPTION.match(line)]
    reason = lines[starts[-1] :] if starts else lines[-1:]
    return " ".join(" ".join(reason).split()) or "nothing"
