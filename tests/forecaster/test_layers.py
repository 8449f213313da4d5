"""Inside the engine too, imports point one way only."""

import ast
from pathlib import Path

import pytest

from forecaster.autopilot.config import ALGORITHMS
from forecaster.candidates.catalogue import candidates_by_name

ENGINE = Path(__file__).parents[2] / "forecaster"
# Each floor may use those before it; modules of one floor may use each other.
FLOORS = (
    {"arrays", "errors", "time_limit"},
    {"metrics"},
    {"data"},
    {"autopilot"},
    {"candidates"},
    {"training"},
    {"artefact", "setup"},
    {"model"},
    {"fitting"},
    {"__init__"},
    {"__main__"},
)
SOURCES = sorted(ENGINE.rglob("*.py"))


def find_floor(room):
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def list_rooms(path):
    """Rooms of the engine that a module imports from."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        package, *rest = node.module.split(".")
        if package == "forecaster":
            names = rest[:1] or [alias.name for alias in node.names]
            yield from (name if is_room(name) else "__init__" for name in names)


def is_room(name):
    return any(name in rooms for rooms in FLOORS)


@pytest.mark.parametrize(
    "path", SOURCES, ids=lambda path: path.relative_to(ENGINE).as_posix()
)
def test_modules_import_from_lower_floors(path):
    room = path.relative_to(ENGINE).parts[0].removesuffix(".py")

    above = [
        other for other in list_rooms(path) if find_floor(other) > find_floor(room)
    ]

    assert not above


def test_candidates_stand_in_for_real_algorithms():
    algorithms = {one.algorithm for one in candidates_by_name().values()}

    assert algorithms == set(ALGORITHMS)
