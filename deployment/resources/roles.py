"""One role per part: each Lambda, each Glue job, the state machine, SageMaker."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from deployment.review import (
    Fix,
    Review,
    pair_tags,
    review_removal,
    review_tags,
    unpair_tags,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_iam import IAMClient

    from chalicelib.stages import Stage

# Who takes a role on, by the first word of its part; Lambda, where none is named.
_SERVICES = ("states", "glue", "sagemaker")


def review_role(
    iam: IAMClient, stage: Stage, part: str, *, policy: Mapping[str, Any]
) -> Review:
    """Compare one of the stage's roles with what it should be."""
    name = stage.resource(part)
    trust = build_trust(part, stage)
    found = _find_role(iam, name)
    put_policy = Fix(
        "policy",
        lambda: iam.put_role_policy(
            RoleName=name, PolicyName=name, PolicyDocument=json.dumps(policy)
        ),
    )
    if found is None:
        create = Fix("role", lambda: _create_role(iam, stage, part))
        return Review("role", name, False, (create, put_policy))
    fixes = [
        *_review_trust(iam, found, trust),
        *_review_policies(iam, name, policy, put_policy),
        *review_tags(
            lambda: unpair_tags(iam.list_role_tags(RoleName=name)["Tags"]),
            lambda tags: iam.tag_role(RoleName=name, Tags=pair_tags(tags)),
            stage.tags,
        ),
    ]
    return Review("role", name, True, tuple(fixes))


def build_trust(part: str, stage: Stage) -> dict[str, Any]:
    """Build the policy that says which service may take the role on.

    Where the service's guide shows that it names the resource that it acts for, only
    resources of this account may make it do so (the confused deputy problem):
    docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html and
    docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html.
    Of SageMaker's features that page lists those that do, and Autopilot is not among
    them: its role is held to the account only where the key is sent.
    """
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": f"{_name_service(part)}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    source = _build_source(part, stage)
    if source is not None:
        operator = "ArnLikeIfExists" if part == "sagemaker" else "ArnLike"
        statement["Condition"] = {operator: {"aws:SourceArn": source}}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _name_service(part: str) -> str:
    service = part.partition("-")[0]
    return service if service in _SERVICES else "lambda"


def _build_source(part: str, stage: Stage) -> str | None:
    if part == "states":
        return stage.state_machine_arn
    if part == "sagemaker":
        return stage.arn("sagemaker", "*")
    return None


def review_role_removal(iam: IAMClient, name: str) -> Review:
    """Review a role that should not be there."""
    exists = _find_role(iam, name) is not None
    return review_removal(
        "role", name, exists=exists, remove=lambda: _delete_role(iam, name)
    )


def _delete_role(iam: IAMClient, name: str) -> None:
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
    iam.delete_role(RoleName=name)


def _find_role(iam: IAMClient, name: str) -> Any | None:
    try:
        return iam.get_role(RoleName=name)["Role"]
    except ClientError as error:
        if error_code(error) == "NoSuchEntity":
            return None
        raise


def _create_role(iam: IAMClient, stage: Stage, part: str) -> None:
    iam.create_role(
        RoleName=stage.resource(part),
        AssumeRolePolicyDocument=json.dumps(build_trust(part, stage)),
        Description=f"What {part} of stage {stage.name} may do",
        Tags=pair_tags(stage.tags),
    )


def _review_trust(iam: IAMClient, found: Any, trust: dict[str, Any]) -> list[Fix]:
    if found["AssumeRolePolicyDocument"] == trust:
        return []
    name = found["RoleName"]
    return [
        Fix(
            "trust",
            lambda: iam.update_assume_role_policy(
                RoleName=name, PolicyDocument=json.dumps(trust)
            ),
        )
    ]


def _review_policies(
    iam: IAMClient, name: str, policy: Mapping[str, Any], put_policy: Fix
) -> list[Fix]:
    inline = iam.list_role_policies(RoleName=name)["PolicyNames"]
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    fixes = []
    if name not in inline or _read_policy(iam, name) != policy:
        fixes.append(put_policy)
    fixes += [
        Fix("extra policy", _delete_policy(iam, name, extra))
        for extra in inline
        if extra != name
    ]
    fixes += [
        Fix("attached policy", _detach_policy(iam, name, extra["PolicyArn"]))
        for extra in attached
    ]
    return fixes


def _read_policy(iam: IAMClient, name: str) -> Any:
    return iam.get_role_policy(RoleName=name, PolicyName=name)["PolicyDocument"]


def _delete_policy(iam: IAMClient, role: str, policy: str) -> Callable[[], object]:
    return lambda: iam.delete_role_policy(RoleName=role, PolicyName=policy)


def _detach_policy(iam: IAMClient, role: str, arn: str) -> Callable[[], object]:
    return lambda: iam.detach_role_policy(RoleName=role, PolicyArn=arn)
