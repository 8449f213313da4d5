"""Requests of the query protocol, put together again as their callers made them."""

from typing import Any

import botocore.session

_SESSION = botocore.session.Session()


def join_fields(service, operation, parameters):
    """Make maps and structures of fields such as ``Attributes.entry.1.Name``.

    The parameters of any other protocol are given as they are.
    """
    model = _SESSION.get_service_model(service)
    if model.metadata["protocol"] != "query":
        return parameters
    tree: dict[str, Any] = {}
    for path, text in parameters.items():
        *parents, last = path.split(".")
        place = tree
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = text
    return _join(model.operation_model(operation).input_shape, tree)


def _join(shape, found):
    if shape.type_name == "structure":
        members = shape.members
        return {
            name: _join(members[name], inner) if name in members else inner
            for name, inner in found.items()
        }
    if shape.type_name == "map":
        key = shape.key.serialization.get("name", "key")
        value = shape.value.serialization.get("name", "value")
        entries = found["entry"].values()
        return {entry[key]: _join(shape.value, entry[value]) for entry in entries}
    return found
