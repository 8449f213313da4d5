"""The IAM policies: one template per role, filled in for a stage."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deployment.parts import FUNCTIONS, ROLES
from deployment.placeholders import fill

if TYPE_CHECKING:
    from pathlib import Path

    from chalicelib.stages import Stage
    from deployment.options import Options


# What a part needs beside its own template when an option is set.
_WITH_KEY = "use-key"
_VOLUMES_WITH_KEY = "encrypt-volumes"
_IN_NETWORK = {
    "glue-preprocess": "join-network-glue",
    "glue-report": "join-network-glue",
    "sagemaker": "join-network-sagemaker",
}
# These touch no object of the bucket.
_WITHOUT_DATA = ("on_upload", "states")


@dataclass(frozen=True)
class PolicyTemplates:
    """The policy templates of a project."""

    project: Path

    def path(self, name: str) -> Path:
        """Find a template: of a Lambda function, a role, or what an option adds."""
        if name in FUNCTIONS:
            return self.project / ".chalice" / "policies" / f"{name}.json"
        return self.project / "deployment" / "policies" / f"{name}.json"

    def read(self, name: str) -> str:
        """Read a template."""
        return self.path(name).read_text()

    def build(self, part: str, stage: Stage, options: Options) -> dict[str, Any]:
        """Fill in the policy of a Lambda function or of a role for a stage."""
        values = build_values(stage, options)
        policy: dict[str, Any] = json.loads(fill(self.read(part), values))
        for name in list_additions(part, options):
            addition = json.loads(fill(self.read(name), values))
            policy["Statement"] += addition["Statement"]
        return policy


def list_parts() -> tuple[str, ...]:
    """Name everything that has a role of its own."""
    return (*FUNCTIONS, *ROLES)


def list_additions(part: str, options: Options) -> list[str]:
    """Name the templates that a stage's options add to a part's own."""
    names = []
    if options.kms_key is not None and part not in _WITHOUT_DATA:
        names.append(_WITH_KEY)
    if options.kms_key is not None and part == "sagemaker":
        names.append(_VOLUMES_WITH_KEY)
    if options.has_network and part in _IN_NETWORK:
        names.append(_IN_NETWORK[part])
    return names


def build_values(stage: Stage, options: Options) -> dict[str, str]:
    """Build the values that policy templates may use."""
    values = {
        "Partition": stage.partition,
        "Region": stage.region,
        "Account": stage.account,
        "Stage": stage.name,
        "Bucket": stage.bucket,
        "StateMachine": stage.state_machine,
        "Topic": stage.topic,
        "Queue": stage.queue,
        "Connection": stage.resource("network"),
    }
    if options.kms_key is not None:
        values["KeyArn"] = options.kms_key
    return values
