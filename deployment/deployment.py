"""A stage, the project that it is deployed from, and the means to do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deployment.chalice.record import read_record
from deployment.pipeline import Pipeline
from deployment.resources.bucket import bucket_exists
from deployment.resources.policies import PolicyTemplates

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from chalicelib.stages import Stage
    from deployment.chalice.command import Chalice
    from deployment.clients import Clients
    from deployment.options import Options
    from deployment.resources.engine_wheels import Libraries
    from deployment.resources.glue_code import GlueCode


@dataclass(frozen=True)
class Deployment:
    """Everything that deploying, planning and destroying a stage need."""

    project: Path
    stage: Stage
    options: Options
    clients: Clients
    chalice: Chalice
    caller: str  # the ARN of whoever deploys
    libraries: Libraries
    read_code: Callable[[], GlueCode]

    @property
    def pipeline(self) -> Pipeline:
        """What the project deploys."""
        return Pipeline(self.project)

    @property
    def templates(self) -> PolicyTemplates:
        """The project's policy templates."""
        return PolicyTemplates(self.project)

    def check_place(self) -> None:
        """Refuse a stage that is in another account or region already.

        Chalice's record says so where it is at hand, and the bucket where it is not.

        Raises
        ------
        DeploymentError
            When the stage was deployed elsewhere.
        """
        read_record(self.project, self.stage.name).check(self.stage)
        bucket_exists(self.clients.s3, self.stage)
