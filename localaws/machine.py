"""What the services of one local AWS share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from localaws.faults.plan import Plan
from localaws.glue_jobs.wheels import Wheels
from localaws.host.isolation import build_bare_environ
from localaws.host.libraries import Libraries
from localaws.host.processes import Processes
from localaws.host.tasks import Tasks
from localaws.patches import Patches

if TYPE_CHECKING:
    from localaws.state.keeper import Keeper
from localaws.service_quotas.table import Quotas

ACCOUNT = "123456789012"
GlueErrors = Literal["full", "generic"]


@dataclass(frozen=True)
class Machine:
    """One local AWS: where it answers, how fast its clocks go, what it holds."""

    endpoint_url: str
    region: str
    speedup: float
    glue_errors: GlueErrors
    quotas: Quotas
    folder: Path
    faults: Plan
    keeper: Keeper | None
    tasks: Tasks
    processes: Processes
    libraries: Libraries
    wheels: Wheels

    def environ(self, region: str) -> dict[str, str]:
        """Build the environment of a subprocess, but for its credentials."""
        return {
            **build_bare_environ(),
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
