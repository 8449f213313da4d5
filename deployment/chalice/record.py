"""Chalice's own record of what it deployed for a stage."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deployment.errors import DeploymentError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from chalicelib.stages import Stage


@dataclass(frozen=True)
class ChaliceRecord:
    """The resources of ``.chalice/deployed/<stage>.json``; none before a deploy."""

    path: Path
    resources: Sequence[Any]

    @property
    def function_arns(self) -> dict[str, str]:
        """The ARN of every Lambda function, by the name it has in ``app.py``."""
        return {
            resource["name"]: resource["lambda_arn"]
            for resource in self.resources
            if resource["resource_type"] == "lambda_function"
        }

    def check(self, stage: Stage) -> None:
        """Refuse a stage that was deployed elsewhere.

        Raises
        ------
        DeploymentError
            When the record names another account or region. Chalice would look for
            its functions there, find none, and forget them.
        """
        for arn in self.function_arns.values():
            region, account = arn.split(":")[3:5]
            if (account, region) != (stage.account, stage.region):
                raise DeploymentError(
                    f"stage {stage.name!r} was deployed to account {account} in "
                    f"{region} (found in {self.path.name}, received account "
                    f"{stage.account} in {stage.region}); choose another stage, or "
                    "destroy it there first"
                )


def read_record(project: Path, stage: str) -> ChaliceRecord:
    """Read the record of a stage."""
    path = record_path(project, stage)
    if not path.exists():
        return ChaliceRecord(path, ())
    return ChaliceRecord(path, json.loads(path.read_text())["resources"])


def record_path(project: Path, stage: str) -> Path:
    """Say where Chalice keeps the record of a stage."""
    return project / ".chalice" / "deployed" / f"{stage}.json"
