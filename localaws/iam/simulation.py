"""SimulatePrincipalPolicy, which moto lacks: what a role's own policies say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse

from localaws.iam.authorize import Need, is_allowed
from localaws.iam.gate import read_policies
from localaws.patches import Patches


def install(patches: Patches) -> None:
    """Answer the operation."""
    patches.give(IamResponse, "simulate_principal_policy", simulate)


def simulate(response: Any) -> ActionResult:
    """Evaluate each action on each resource, in the context that is given."""
    role_arn = response._get_param("PolicySourceArn")
    # A role that is not there is refused in moto's own words.
    response.backend.get_role_by_arn(role_arn)
    policies = read_policies(role_arn, response.current_account)
    needs = list(_list_needs(response))
    return ActionResult(
        {
            "EvaluationResults": [
                {
                    "EvalActionName": need.action,
                    "EvalResourceName": need.resource,
                    "EvalDecision": "allowed"
                    if is_allowed(need, policies)
                    else "implicitDeny",
                }
                for need in needs
            ],
            "IsTruncated": False,
        }
    )


def _list_needs(response: Any) -> Iterator[Need]:
    entries = response._get_param("ContextEntries", [])
    context = {e["ContextKeyName"]: e["ContextKeyValues"][0] for e in entries}
    for action in response._get_param("ActionNames", []):
        for resource in response._get_param("ResourceArns", ["*"]):
            yield Need(action, resource, context)
