"""Who may write the Glue code into the bucket: whoever deploys, and nobody else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.stages import Stage

# What puts an object there, takes one away, or does so by way of another bucket.
_WRITING = [
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutObject",
    "s3:ReplicateDelete",
    "s3:ReplicateObject",
]
_SESSION = re.compile(r"arn:([\w-]+):sts::(\d{12}):assumed-role/([^/]+)/.+")


def list_writers(caller: str, others: Iterable[str]) -> list[str]:
    """List the principals that may write code, as a policy's patterns.

    Parameters
    ----------
    caller
        The ARN of whoever deploys, as STS tells it.
    others
        The ARNs of users and roles that deploy too.
    """
    return sorted({*_name_principal(caller), *others})


def build_code_statement(stage: Stage, writers: Iterable[str]) -> dict[str, Any]:
    """Build the statement that refuses to let others write what Glue will run.

    It gives nobody a permission. The condition is on who acts, so that a role counts
    under every session's name:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    return {
        "Sid": "OnlyDeployersWriteCode",
        "Effect": "Deny",
        "Principal": "*",
        "Action": _WRITING,
        "Resource": [f"arn:{stage.partition}:s3:::{stage.bucket}/code/*"],
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": list(writers)}},
    }


def _name_principal(caller: str) -> list[str]:
    found = _SESSION.fullmatch(caller)
    if found is None:
        # A user, the root user, a federated user: known by the same ARN everywhere.
        return [caller]
    partition, account, name = found.groups()
    # STS leaves the role's path out. No two roles of an account share a name, so that
    # a path of any kind leads to the same one.
    role = f"arn:{partition}:iam::{account}:role"
    return [f"{role}/{name}", f"{role}/*/{name}"]
