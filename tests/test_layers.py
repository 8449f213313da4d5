"""Imports point one way only, and AWS is reached from the entry points alone."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = {
    *("chalicelib", "client", "demo", "deployment", "forecaster", "glue", "localaws"),
}
MAY_IMPORT = {
    "forecaster": set(),
    "chalicelib": set(),
    "glue": set(),
    "deployment": {"chalicelib"},
    "client": {"chalicelib", "glue"},
    "localaws": {"forecaster"},
    "demo": {"forecaster", "localaws"},
}
ENTRY_POINTS = {"app.py", "deploy.py", "forecast.py"}
GLUE_ENTRY_POINTS = {"glue/preprocess.py", "glue/report.py"}
_CLIENTS = {"mypy_boto3_sagemaker", "mypy_boto3_stepfunctions"}
# What each runtime has; anything else would fail there.
THIRD_PARTY = {
    "chalicelib": {"boto3", "botocore", "mypy_boto3_s3", *_CLIENTS},
    "glue": {"boto3", "botocore", "mypy_boto3_s3", "numpy", "pandas"},
    "forecaster": {"numpy", "pandas", "lightgbm", "holidays"},
}


def list_sources(part):
    return sorted((ROOT / part).rglob("*.py"))


def list_imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
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
