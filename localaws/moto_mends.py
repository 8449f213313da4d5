"""Defects of moto 5.2.5, each mended in one function; a test each sees them upstream."""

from __future__ import annotations

import json
import re
from typing import Any

import moto.s3.models as moto_s3_models
import moto.s3.responses as moto_s3
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import (
    ExecutionState,
)

from localaws.patches import Patches

_UNENCRYPTED = {"Bool": {"aws:SecureTransport": "false"}}
_FILTER_NAME = re.compile(rb"(<Name>\s*)(Prefix|Suffix)(\s*</Name>)")


def install(patches: Patches) -> None:
    """Mend everything."""
    accept_capital_filter_names(patches)
    let_a_stop_end_a_task(patches)
    read_conditions_of_bucket_policies(patches)


def accept_capital_filter_names(patches: Patches) -> None:
    """Take the filter names ``Prefix`` and ``Suffix``: moto asserts lower case."""

    def parse(response: Any) -> dict[str, Any]:
        body = response.body
        raw = body.encode() if isinstance(body, str) else body
        response.body = _FILTER_NAME.sub(
            lambda match: match[1] + match[2].lower() + match[3], raw
        )
        config: dict[str, Any] = original(response)
        return config

    original = patches.replace(
        moto_s3.S3Response, "_notification_config_from_body", parse
    )


def let_a_stop_end_a_task(patches: Patches) -> None:
    """Keep an execution ABORTED: moto turns a task's error after a stop into FAILED."""

    def evaluate(state: Any, env: Any) -> None:
        try:
            original(state, env)
        except Exception:
            if env.is_running():
                raise

    original = patches.replace(ExecutionState, "_evaluate_with_timeout", evaluate)


def read_conditions_of_bucket_policies(patches: Patches) -> None:
    """Pass over statements on unencrypted requests: moto denies by any condition."""

    def get_permission(bucket: Any, action: str, resource: str) -> Any:
        policy = json.loads(bucket.policy or b"{}")
        statements = [
            statement
            for statement in policy.get("Statement", [])
            # Loopback stands for the encrypted way to AWS.
            if statement.get("Condition") != _UNENCRYPTED
        ]
        if not statements:
            return PermissionResult.NEUTRAL
        document = json.dumps({**policy, "Statement": statements})
        return IAMPolicy(document).is_action_permitted(action, resource)

    patches.replace(moto_s3_models.FakeBucket, "get_permission", get_permission)
