"""A stage stays in the account and region that it was deployed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.chalice.record import read_record
from deployment.resources.bucket import bucket_exists

if TYPE_CHECKING:
    from deployment.deployment import Deployment


def check_place(deployment: Deployment) -> None:
    """Refuse a stage that is somewhere else already.

    Chalice's record says so where it is at hand, and the bucket where it is not.

    Raises
    ------
    DeploymentError
        When the stage was deployed to another account or region.
    """
    read_record(deployment.project, deployment.stage.name).check(deployment.stage)
    bucket_exists(deployment.clients.s3, deployment.stage)
