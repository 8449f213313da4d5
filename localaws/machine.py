"""What the services of one local AWS share."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from localaws.faults.plan import Plan
from localaws.glue_jobs.wheels import Wheels
from localaws.host import libraries
from localaws.host.isolation import build_bare_environ
from localaws.host.libraries import Libraries
from localaws.host.processes import Processes
from localaws.host.tasks import Tasks
from localaws.patches import Patches
from localaws.service_quotas.table import Quotas

if TYPE_CHECKING:
    from localaws.state.keeper import Keeper

ACCOUNT = "123456789012"
GlueErrors = Literal["full", "generic"]


def _make_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="localaws-"))


@dataclass(frozen=True)
class Machine:
    """One local AWS: where it answers, how fast its clocks go, what it holds."""

    endpoint_url: str
    region: str
    speedup: float
    glue_errors: GlueErrors
    quotas: Quotas
    faults: Plan
    keeper: Keeper | None
    processes: Processes
    # Whether jobs and functions are made ready before they are asked for.
    ahead: bool
    folder: Path = field(default_factory=_make_folder)
    tasks: Tasks = field(default_factory=Tasks)

    @cached_property
    def libraries(self) -> Libraries:
        """Give what subprocesses are shown of what is installed here."""
        return Libraries(self.folder)

    @cached_property
    def wheels(self) -> Wheels:
        """Give the wheels of jobs."""
        return Wheels(self.folder / "wheels")

    def import_ahead(self) -> None:
        """Begin to import what functions and jobs will find."""
        for names in (libraries.LAMBDA, libraries.GLUE_ANALYTICS, libraries.ENGINE):
            self.processes.prepare(self.libraries.warm(names))

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
