"""The IAM policies: one template per role, filled in for a stage."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deployment.placeholders import fill
from deployment.target import FUNCTIONS, ROLES

if TYPE_CHECKING:
    from deployment.target import Target


@dataclass(frozen=True)
class PolicyTemplates:
    """The folder of the project, and where its policy templates are."""

    project: Path

    def path(self, part: str) -> Path:
        """Find the template of a Lambda function or of a role."""
        if part in FUNCTIONS:
            return self.project / ".chalice" / "policies" / f"{part}.json"
        return Path(__file__).parent / "policies" / f"{part}.json"

    def read(self, part: str) -> str:
        """Read the template of a Lambda function or of a role."""
        return self.path(part).read_text()


def list_parts() -> tuple[str, ...]:
    """Name everything that has a role of its own."""
    return (*FUNCTIONS, *ROLES)


def build_policy(template: str, target: Target) -> dict[str, Any]:
    """Fill a policy template in for a stage."""
    policy: dict[str, Any] = json.loads(fill(template, build_values(target)))
    return policy


def build_values(target: Target) -> dict[str, str]:
    """Build the values that policy templates may use."""
    return {
        "Partition": target.partition,
        "Region": target.region,
        "Account": target.account,
        "Stage": target.stage,
        "Bucket": target.bucket,
        "StateMachine": target.state_machine,
    }
