"""Hold a request against botocore's model of it, as the service itself would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from localaws.host.models import load_service_model

_TYPES: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "double": (int, float),
    "float": (int, float),
    "integer": (int,),
    "list": (list,),
    "long": (int,),
    "map": (dict,),
    "string": (str,),
    "structure": (dict,),
}


def find_violations(service: str, operation: str, request: Any) -> list[str]:
    """Say what in a request the service's model does not allow, in AWS's words."""
    shape = load_service_model(service).operation_model(operation).input_shape
    return [] if shape is None else find_misfits(request, shape)


def find_misfits(value: Any, shape: Shape) -> list[str]:
    """Say where a value does not fit a shape, in AWS's words."""
    return list(_check(value, shape, ""))


def spell_violations(violations: list[str]) -> str:
    """Put violations into one message, as AWS does."""
    count = len(violations)
    errors = "validation error" if count == 1 else "validation errors"
    return f"{count} {errors} detected: {'; '.join(violations)}"


def _check(value: Any, shape: Shape, path: str) -> Iterator[str]:
    expected = _TYPES.get(shape.type_name)
    if expected and (
        not isinstance(value, expected)
        or (isinstance(value, bool) and bool not in expected)
    ):
        yield _spell(value, path, f"Member must be of type {shape.type_name}")
    elif isinstance(shape, StructureShape):
        yield from _check_structure(value, shape, path)
    elif isinstance(shape, ListShape):
        yield from _check_range(value, len(value), shape, path)
        for index, member in enumerate(value, start=1):
            yield from _check(member, shape.member, f"{path}.{index}.member")
    elif isinstance(shape, MapShape):
        yield from _check_map(value, shape, path)
    elif shape.type_name == "string":
        yield from _check_string(value, shape, path)
    elif isinstance(value, int | float):
        yield from _check_range(value, value, shape, path)


def _check_structure(value: Any, shape: StructureShape, path: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            where = _join(path, name)
            yield _spell(None, where, "Member must not be null")
    for name, member in value.items():
        if member is not None and name in shape.members:
            yield from _check(member, shape.members[name], _join(path, name))


def _check_map(value: Any, shape: MapShape, path: str) -> Iterator[str]:
    yield from _check_range(value, len(value), shape, path)
    for key, member in value.items():
        yield from _check(key, shape.key, f"{path}.key")
        yield from _check(member, shape.value, f"{path}.{key}.member")


def _check_string(value: str, shape: Shape, path: str) -> Iterator[str]:
    yield from _check_range(value, len(value), shape, path)
    allowed = getattr(shape, "enum", None)
    if allowed and value not in allowed:
        choice = ", ".join(allowed)
        yield _spell(value, path, f"Member must satisfy enum value set: [{choice}]")
    pattern = shape.metadata.get("pattern")
    if pattern and not _matches(value, pattern):
        yield _spell(
            value, path, f"Member must satisfy regular expression pattern: {pattern}"
        )


def _check_range(value: Any, size: float, shape: Shape, path: str) -> Iterator[str]:
    what = "value" if isinstance(value, int | float) else "length"
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield _spell(
            value, path, f"Member must have {what} greater than or equal to {least}"
        )
    if most is not None and size > most:
        yield _spell(
            value, path, f"Member must have {what} less than or equal to {most}"
        )


def _matches(value: str, pattern: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return True  # written for Java; what Python cannot read is not checked


def _join(path: str, name: str) -> str:
    lowered = name[0].lower() + name[1:]
    return f"{path}.{lowered}" if path else lowered


def _spell(value: Any, path: str, constraint: str) -> str:
    shown = "null" if value is None else str(value)
    return f"Value '{shown}' at '{path}' failed to satisfy constraint: {constraint}"
