"""Who may do what, and why some of it anywhere: the table in the README.

``python -m deployment.permissions`` writes it between its markers.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deployment.resources.policies import PolicyTemplates, list_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

START, END = "<!-- permissions:start -->", "<!-- permissions:end -->"
_ROOT = Path(__file__).parents[1]
# What the options of a stage add, and to whom.
_ADDITIONS = {
    "use-key": "with `--kms-key`: all that touch objects",
    "encrypt-volumes": "with `--kms-key`: sagemaker",
    "join-network-glue": "with `--subnet-ids`: both Glue jobs",
    "join-network-sagemaker": "with `--subnet-ids`: sagemaker",
}
_REFERENCE = "https://docs.aws.amazon.com/service-authorization/latest/reference/"
_NO_RESOURCE = "the action can be held against no resource"
# Why an action stands on `*`, and the page that says so.
STAR_REASONS: dict[str, tuple[str, str]] = {
    "cloudwatch:PutMetricData": (
        "metrics of a namespace have no ARN",
        f"{_REFERENCE}list_amazoncloudwatch.html",
    ),
    "ecr:BatchCheckLayerAvailability, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer": (
        "Autopilot's images lie in accounts of AWS, others in each region",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
    ),
    "ecr:GetAuthorizationToken": (
        _NO_RESOURCE,
        f"{_REFERENCE}list_amazonelasticcontainerregistry.html",
    ),
    "logs:*Deliver*, logs:*ResourcePolic*, logs:DescribeLogGroups": (
        "log delivery is set up for the account, not for one group",
        "https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html",
    ),
    "sagemaker:ListCandidatesForAutoMLJob": (
        _NO_RESOURCE,
        f"{_REFERENCE}list_amazonsagemaker.html",
    ),
    "ec2:Describe*": (
        _NO_RESOURCE,
        f"{_REFERENCE}list_amazonec2.html",
    ),
}


def build_table(templates: PolicyTemplates) -> str:
    """Build the table of all statements, and the reasons of those on ``*``."""
    rows = [
        f"| {who} | {actions} | {resources} |"
        for name, who in _list_templates()
        for actions, resources in _describe(templates.read(name))
    ]
    reasons = [
        f"| `{actions}` | {reason} | [{page.rsplit('/', 1)[1]}]({page}) |"
        for actions, (reason, page) in STAR_REASONS.items()
    ]
    return "\n".join(
        [
            "| Who | may | on |",
            "| --- | --- | --- |",
            *rows,
            "",
            "| On `*` | because | says |",
            "| --- | --- | --- |",
            *reasons,
        ]
    )


def update(text: str, table: str) -> str:
    """Put the table between the markers of a text."""
    before, found, rest = text.partition(START)
    _, closed, after = rest.partition(END)
    if not (found and closed):
        raise ValueError(f"no {START} and {END} in the text; add them where it belongs")
    return f"{before}{START}\n{table}\n{END}{after}"


def explain_star(action: str) -> str | None:
    """Find why an action may stand on ``*``; None where it may not."""
    for patterns, (reason, _) in STAR_REASONS.items():
        for pattern in patterns.split(", "):
            if re.fullmatch(pattern.replace("*", ".*"), action):
                return reason
    return None


def _list_templates() -> Iterator[tuple[str, str]]:
    yield from ((part, part) for part in list_parts())
    yield from _ADDITIONS.items()


def _describe(template: str) -> Iterator[tuple[str, str]]:
    for statement in json.loads(template)["Statement"]:
        actions = ", ".join(f"`{action}`" for action in statement["Action"])
        resources = ", ".join(f"`{_shorten(arn)}`" for arn in statement["Resource"])
        yield actions, resources + _describe_condition(statement.get("Condition", {}))


def _describe_condition(condition: dict[str, Any]) -> str:
    parts = [
        f"`{key}` is `{_shorten(value if isinstance(value, str) else value[0])}`"
        for keys in condition.values()
        for key, value in keys.items()
    ]
    return f", if {' and '.join(parts)}" if parts else ""


# The same for everything in a policy, and longer than what differs.
_SHORT = {
    "arn:${Partition}:": "",
    ":${Region}:${Account}:": ":",
    "::${Account}:": ":",
    ":${Region}:*:": ":*:",
    ":::": ":",
    "automl-ts-mlops-pipeline-${Stage}": "<app>-<stage>",
    "${StateMachine}": "<app>-<stage>",
    "${Queue}": "<app>-<stage>-failed-events",
    "${Topic}": "<app>-<stage>-runs",
    "${Connection}": "<app>-<stage>-network",
    "${Bucket}": "<bucket>",
    "${KeyArn}": "<key>",
    "${Stage}": "<stage>",
    "${Region}": "<region>",
}


def _shorten(text: str) -> str:
    for long, short in _SHORT.items():
        text = text.replace(long, short)
    return text


def main() -> int:
    """Write the table into the README."""
    readme = _ROOT / "README.md"
    table = build_table(PolicyTemplates(_ROOT))
    readme.write_text(update(readme.read_text(), table))
    return 0


if __name__ == "__main__":
    sys.exit(main())
