"""Which services a function's own policy lets invoke it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True)
class Source:
    """A service that invokes a function, for one of its resources."""

    principal: str
    arn: str
    account: str


def may_invoke(source: Source, statements: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether AddPermission has let a service in."""
    return any(_allows(statement, source) for statement in statements)


def _allows(statement: Mapping[str, Any], source: Source) -> bool:
    principal = statement.get("Principal")
    named = principal.get("Service") if isinstance(principal, dict) else principal
    if named not in (source.principal, "*"):
        return False
    # moto keeps a lone condition outside of Condition.
    conditions = {
        key.lower(): (operator, value)
        for part in ("Condition", "SourceArn", "SourceAccount")
        for operator, tests in (statement.get(part) or {}).items()
        for key, value in tests.items()
    }
    known = {"aws:sourcearn": source.arn, "aws:sourceaccount": source.account}
    return all(
        key in known and _holds(operator, known[key], value)
        for key, (operator, value) in conditions.items()
    )


def _holds(operator: str, found: str, wanted: str) -> bool:
    if operator in {"ArnLike", "StringLike"}:
        return fnmatchcase(found, wanted)
    return operator in {"ArnEquals", "StringEquals"} and found == wanted
