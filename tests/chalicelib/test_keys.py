"""The map of the bucket, and that nobody draws another."""

import ast
import re
from pathlib import Path

import pytest

from chalicelib.keys import (
    autopilot_prefix,
    build_uri,
    forecast_key,
    run_key,
    settings_keys,
    training_prefix,
    transform_prefix,
    upload_key,
)

ROOT = Path(__file__).parents[2]
MAP = ROOT / "chalicelib" / "keys.py"
FOLDERS = re.compile(
    r"\b(raw|config|runs|waiting|input|autopilot-output|output-forecasted-data|code)/"
)
SOURCES = sorted(
    path
    for place in ("app.py", "chalicelib/*.py", "client/*.py")
    for path in ROOT.glob(place)
)


def list_texts(path):
    """List the texts of a module, but for its docstrings."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]


def find_folders(path):
    return [t for t in list_texts(path) if t == "raw" or FOLDERS.search(t)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_folders_of_the_bucket_are_named_once(path):
    assert bool(find_folders(path)) == (path == MAP)


def test_map_says_where_everything_stands():
    found = [
        upload_key("sales.zip"),
        *settings_keys("sales"),
        run_key("r1", "run.json"),
        training_prefix("r1"),
        transform_prefix("r1"),
        autopilot_prefix("r1"),
        forecast_key("sales", "r1", "forecast.csv"),
    ]

    assert found == [
        "raw/sales.zip",
        "config/sales.json",
        "config/default.json",
        "runs/r1/run.json",
        "input/r1/train/",
        "input/r1/transform/",
        "autopilot-output/r1",
        "output-forecasted-data/sales/r1/forecast.csv",
    ]


def test_address_of_a_key_names_its_bucket():
    assert build_uri("bucket", "raw/sales.zip") == "s3://bucket/raw/sales.zip"
