"""The IAM policies: one template per role, filled in for a stage."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deployment.pipeline import Pipeline
from deployment.placeholders import fill

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from chalicelib.stages import Stage
    from deployment.options import Options

# What a part needs beside its own template when an option is set.
_WITH_KEY = "use-key"
_MESSAGES_WITH_KEY = "use-key-for-messages"
_VOLUMES_WITH_KEY = "encrypt-volumes"
# What a part does with what is encrypted, by the beginnings of its actions.
_TOUCHING, _SENDING = ("s3:GetObject", "s3:PutObject"), ("sns:Publish", "sqs:Send")
_IN_NETWORK = "join-network-{}"
_WITH_NETWORK = ("glue", "sagemaker")
# A resource of a template that names one of these stands for one of each.
_STATE_FUNCTION, _GLUE_JOB = "${StateFunction}", "${GlueJob}"


@dataclass(frozen=True)
class PolicyTemplates:
    """The policy templates of a project."""

    project: Path

    @property
    def pipeline(self) -> Pipeline:
        """The functions and the Glue jobs that the policies are about."""
        return Pipeline(self.project)

    def path(self, name: str) -> Path:
        """Find a template: of a Lambda function, a role, or what an option adds."""
        path = self.project / ".chalice" / "policies" / f"{name}.json"
        if path.exists():
            return path
        return self.project / "deployment" / "policies" / f"{name}.json"

    def read(self, name: str) -> str:
        """Read a template, with every function and job that the states call."""
        template = json.loads(self.path(name).read_text())
        each = {
            _STATE_FUNCTION: self.pipeline.state_functions,
            _GLUE_JOB: self.pipeline.glue_jobs,
        }
        for statement in template["Statement"]:
            statement["Resource"] = _repeat(statement["Resource"], each)
        return json.dumps(template, indent=2)

    def build(self, part: str, stage: Stage, options: Options) -> dict[str, Any]:
        """Fill in the policy of a Lambda function or of a role for a stage."""
        values = build_values(stage, options)
        policy: dict[str, Any] = json.loads(fill(self.read(part), values))
        for name in list_additions(part, policy, options):
            addition = json.loads(fill(self.read(name), values))
            policy["Statement"] += addition["Statement"]
        return policy


def list_additions(part: str, policy: Mapping[str, Any], options: Options) -> list[str]:
    """Name the templates that a stage's options add to a part's own policy."""
    service = part.partition("-")[0]
    names = []
    if options.kms_key is not None and _has_action(policy, _TOUCHING):
        names.append(_WITH_KEY)
    if options.kms_key is not None and _has_action(policy, _SENDING):
        names.append(_MESSAGES_WITH_KEY)
    if options.kms_key is not None and part == "sagemaker":
        names.append(_VOLUMES_WITH_KEY)
    if options.has_network and service in _WITH_NETWORK:
        names.append(_IN_NETWORK.format(service))
    return names


def build_values(stage: Stage, options: Options) -> dict[str, str]:
    """Build the values that policy templates may use."""
    values = {
        "Partition": stage.partition,
        "DnsSuffix": f"amazonaws.com{'.cn' if stage.partition == 'aws-cn' else ''}",
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


def _repeat(resources: Iterable[str], each: Mapping[str, Iterable[str]]) -> list[str]:
    """Write a resource once for each of what its placeholder stands for."""
    repeated = []
    for resource in resources:
        lists = [(mark, names) for mark, names in each.items() if mark in resource]
        for mark, names in lists:
            repeated += [resource.replace(mark, name) for name in names]
        if not lists:
            repeated.append(resource)
    return repeated


def _has_action(policy: Mapping[str, Any], beginnings: tuple[str, ...]) -> bool:
    actions = [action for one in policy["Statement"] for action in one["Action"]]
    return any(action.startswith(beginnings) for action in actions)
