"""Which statements of a bucket's policy apply to a request over loopback."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Nothing leaves the machine, so that a request counts as encrypted on its way.
_KNOWN = {"aws:securetransport": "true"}


def keep_applicable(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the statements whose conditions do not hold, and the other conditions.

    A condition on what is not known here does not hold.
    """
    statements = policy["Statement"]
    listed = [statements] if isinstance(statements, Mapping) else statements
    return {
        **policy,
        "Statement": [
            {name: part for name, part in statement.items() if name != "Condition"}
            for statement in listed
            if _holds(statement.get("Condition", {}))
        ],
    }


def _holds(condition: Mapping[str, Mapping[str, Any]]) -> bool:
    return all(
        operator == "Bool" and _KNOWN.get(key.lower(), "") in _as_texts(value)
        for operator, tests in condition.items()
        for key, value in tests.items()
    )


def _as_texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(one).lower() for one in values]
