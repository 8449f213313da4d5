"""Imports point one way only, and AWS is reached from the entry points alone."""

import ast
import sys
from graphlib import TopologicalSorter

import pytest

from tests.building.paths import ROOT

PARTS = {
    *("chalicelib", "cli", "client", "demo", "deployment", "forecaster", "glue"),
    *("localaws", "trainer"),
}
MAY_IMPORT = {
    "forecaster": set(),
    "chalicelib": set(),
    "glue": set(),
    "cli": {"chalicelib"},
    "deployment": {"chalicelib", "cli"},
    "client": {"chalicelib", "cli", "glue"},
    "localaws": {"forecaster", "trainer"},
    "demo": {"client", "forecaster", "localaws"},
    "trainer": {"forecaster", "glue"},
}
ENTRY_POINTS = {"app.py", "deploy.py", "forecast.py"}
# The folders of glue/, lower ones first; a step of the data imports none after it.
DATA_ORDER = ("findings", "settings", "reading", "understanding", "shaping")
# The topmost is the job that is another with more hands.
MOST_FLOORS = 8
GLUE_ENTRY_POINTS = {
    "glue/compare_models.py",
    "glue/preprocess.py",
    "glue/preprocess_on_spark.py",
    "glue/report.py",
    "glue/spark/connection.py",  # on the machines that Spark starts
    "trainer/train.py",
}
_CLIENTS = {
    "mypy_boto3_logs",
    "mypy_boto3_sagemaker",
    "mypy_boto3_stepfunctions",
}
# What each runtime has; anything else would fail there.
THIRD_PARTY = {
    "chalicelib": {"boto3", "botocore", "mypy_boto3_s3", *_CLIENTS},
    "glue": {
        *("boto3", "botocore", "mypy_boto3_s3", "numpy", "pandas", "pyarrow"),
        "pyspark",  # of the job on Spark only
    },
    "forecaster": {"numpy", "pandas", "lightgbm", "holidays"},
    "trainer": {"boto3", "botocore", "pandas"},
}


def list_sources(part):
    return sorted((ROOT / part).rglob("*.py"))


def list_imports(path):
    return list_imports_of(ast.parse(path.read_text()))


def list_imports_of(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module


@pytest.mark.parametrize("part", sorted(PARTS))
def test_imports_point_one_way(part):
    sources = list_sources(part)
    imported = {
        module.split(".")[0] for path in sources for module in list_imports(path)
    }

    assert sources
    assert (imported & PARTS) - {part} <= MAY_IMPORT[part]


@pytest.mark.parametrize("part", sorted(THIRD_PARTY))
def test_part_needs_only_what_its_runtime_has(part):
    imported = {
        module.split(".")[0]
        for path in list_sources(part)
        for module in list_imports(path)
    }
    foreign = imported - sys.stdlib_module_names - PARTS

    assert foreign <= THIRD_PARTY[part]


@pytest.mark.parametrize(
    "path",
    [
        path
        for part in sorted(PARTS - {"demo", "localaws"})
        for path in list_sources(part)
        if path.relative_to(ROOT).as_posix() not in GLUE_ENTRY_POINTS
    ],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_clients_and_environment_come_as_arguments(path):
    tree = ast.parse(path.read_text())
    touched = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }

    assert not touched & {
        "boto3.client",
        "boto3.resource",
        "boto3.session",
        "boto3.Session",
        "os.environ",
        "os.getenv",
    }


def drop_type_imports(tree):
    """Take out what only a type checker imports: it holds nothing up."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = [ast.Pass()]
    return tree


def name_room(module):
    """Name the room of a module of glue/: its folder, else the module itself."""
    return module.split(".")[1]


def list_arrows():
    """Pair each room of glue/ with the other rooms that it imports."""
    arrows = {}
    for path in list_sources("glue"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        names = list_imports_of(drop_type_imports(ast.parse(path.read_text())))
        imported = {name for name in names if name.startswith("glue.")}
        room = name_room(module)
        arrows.setdefault(room, set()).update(map(name_room, imported))
    return {room: others - {room} for room, others in arrows.items()}


def stack_rooms():
    """Give the floor of each room: one above the highest that it imports.

    A circle raises graphlib.CycleError.
    """
    arrows, floors = list_arrows(), {}
    for room in TopologicalSorter(arrows).static_order():
        below = (floors[other] for other in arrows[room])
        floors[room] = 1 + max(below, default=0)
    return floors


def test_glue_has_few_floors_and_no_circle():
    assert max(stack_rooms().values()) <= MOST_FLOORS


def test_folders_of_glue_stand_in_the_order_of_the_data():
    arrows = list_arrows()
    order = [*DATA_ORDER]

    for place, room in enumerate(order):
        assert not arrows[room] & set(order[place + 1 :])
