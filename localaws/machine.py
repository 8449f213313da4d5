"""What the services of one local AWS share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from localaws.glue_jobs.wheels import Wheels
from localaws.host.isolation import isolate
from localaws.host.libraries import Libraries
from localaws.host.processes import Processes
from localaws.host.tasks import Tasks
from localaws.patches import Patches

ACCOUNT = "123456789012"
GlueErrors = Literal["full", "generic"]
# https://docs.aws.amazon.com/sagemaker/latest/dg/autopilot-quotas.html
_AUTOPILOT_JOBS = {
    **dict.fromkeys(("us-east-1", "us-east-2", "us-west-2", "ap-northeast-1"), 4),
    **dict.fromkeys(("eu-west-1", "eu-central-1"), 4),
    **dict.fromkeys(
        ("ap-northeast-2", "ap-southeast-2", "eu-west-2", "ap-southeast-1"), 2
    ),
}


@dataclass(frozen=True)
class Machine:
    """One local AWS: where it answers, how fast its clocks go, what it holds."""

    endpoint_url: str
    region: str
    speedup: float
    glue_errors: GlueErrors
    autopilot_jobs: int | None
    folder: Path
    tasks: Tasks
    processes: Processes
    libraries: Libraries
    wheels: Wheels

    def shorten(self, seconds: float) -> float:
        """Turn a wait of AWS into one of this machine."""
        return seconds / self.speedup

    def count_autopilot_jobs(self, region: str) -> int:
        """Say how many AutoML jobs may run at once."""
        if self.autopilot_jobs is not None:
            return self.autopilot_jobs
        return _AUTOPILOT_JOBS.get(region, 1)

    def environ(self, region: str) -> dict[str, str]:
        """Build the environment of a subprocess, but for its credentials."""
        bare = isolate({"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "en_US.UTF-8"})
        return {
            **bare,
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
        }


class _Active:
    machine: Machine | None = None


def run_here(patches: Patches, machine: Machine) -> None:
    """Say which local AWS this process runs: moto keeps its state by process too."""
    patches.replace(_Active, "machine", machine)


def refuse_second() -> None:
    """Refuse to start another local AWS in the same process.

    Raises
    ------
    RuntimeError
        When one runs in it.
    """
    if _Active.machine is not None:
        raise RuntimeError(
            "a local AWS runs in this process already; stop it, or start the second "
            "with `python -m localaws`"
        )
