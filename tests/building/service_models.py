"""The judge of requests: botocore's own models, patterns and lengths included."""

from collections.abc import Iterator
from typing import Any

import botocore.session
from botocore.model import OperationModel, Shape
from botocore.validate import validate_parameters

try:
    import regex
except ModuleNotFoundError:  # Glue's own environment: its models have plain patterns
    import re as regex

_JAVA_PAIRS, _PAIRS = r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF"
_SESSION = botocore.session.Session()


def find_faults(service: str, operation: str, request: dict[str, Any]) -> list[str]:
    """List what the service's model says against a request; empty when it is right."""
    model = _SESSION.get_service_model(service)
    return find_faults_by(model.operation_model(operation), request)


def find_faults_by(model: OperationModel, request: dict[str, Any]) -> list[str]:
    """List what an operation's model says against a request."""
    shape = model.input_shape
    assert shape is not None
    try:
        validate_parameters(request, shape)
    except Exception as error:  # botocore's ParamValidationError holds them all
        return [str(error)]
    return list(_walk(shape, request, model.name))


def _walk(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """Check what botocore leaves to the service: patterns, maxima and enums."""
    if shape.type_name == "structure":
        for name, inner in value.items():
            yield from _walk(shape.members[name], inner, f"{path}.{name}")
    elif shape.type_name == "list":
        yield from _check_size(shape, value, path)
        for index, inner in enumerate(value):
            yield from _walk(shape.member, inner, f"{path}[{index}]")
    elif shape.type_name == "map":
        yield from _check_size(shape, value, path)
        for key, inner in value.items():
            yield from _walk(shape.key, key, f"{path} key")
            yield from _walk(shape.value, inner, f"{path}.{key}")
    elif shape.type_name == "string":
        yield from _check_string(shape, value, path)
    elif shape.metadata.get("max") is not None and value > shape.metadata["max"]:
        yield f"{path}: {value} is above {shape.metadata['max']}"


def _check_string(shape: Shape, value: str, path: str) -> Iterator[str]:
    yield from _check_size(shape, value, path)
    pattern = shape.metadata.get("pattern")
    if pattern and not fits(pattern, value):
        yield f"{path}: {value!r} does not match {pattern}"
    if shape.enum and value not in shape.enum:
        yield f"{path}: {value!r} is none of {shape.enum}"


def fits(pattern: str, value: str) -> bool:
    """Tell whether a text is what a model's pattern asks for."""
    # The models are written for Java, with pairs of surrogates and classes such as
    # \p{L}, of which Python's own expressions know neither.
    return regex.fullmatch(pattern.replace(_JAVA_PAIRS, _PAIRS), value) is not None


def _check_size(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if len(value) > shape.metadata.get("max", len(value)):
        yield f"{path}: longer than {shape.metadata['max']}"
