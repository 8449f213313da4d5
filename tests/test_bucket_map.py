"""docs/bucket.md is the map of the bucket: policies, lifecycle and code follow it."""

import ast
from fnmatch import fnmatchcase

import pytest

from chalicelib.keys import (
    BARE_UPLOAD_KEY,
    UPLOAD_FOLDER,
    autopilot_prefix,
    forecast_key,
    run_key,
    settings_keys,
)
from deployment.options import Options
from deployment.resources.bucket_aspects import build_lifecycle
from deployment.resources.glue_code import WHEEL, GlueCode
from deployment.resources.policies import PolicyTemplates
from glue.bucket import RunKeys
from tests.building.bucket_map import read_map
from tests.building.made_up_account import make_stage
from tests.building.paths import ROOT

ROWS = read_map()
FOLDERS = {row.pattern.partition("/")[0] for row in ROWS}
STAGE = make_stage()
TEMPLATES = PolicyTemplates(ROOT)
PARTS = TEMPLATES.pipeline.parts
READING = {"s3:GetObject", "s3:GetObjectVersion"}
WRITING = {"s3:PutObject"}
# Whose permissions are not ours to give.
OTHERS = {"client", "people", "deploy.py"}


def list_objects(part, actions):
    """List the patterns of keys that a part's policy allows actions on."""
    policy = TEMPLATES.build(part, STAGE, Options())
    bucket = f"arn:aws:s3:::{STAGE.bucket}/"
    return [
        resource.removeprefix(bucket)
        for statement in policy["Statement"]
        if actions & set(statement["Action"])
        for resource in statement["Resource"]
    ]


@pytest.mark.parametrize("part", PARTS)
def test_part_may_read_what_the_map_says(part):
    allowed = list_objects(part, READING)
    mapped = [row.example for row in ROWS if part in row.readers]

    assert not [key for key in mapped if not is_any(key, allowed)]
    assert not [pattern for pattern in allowed if not covers_any(pattern, mapped)]


@pytest.mark.parametrize("part", PARTS)
def test_part_may_write_what_the_map_says(part):
    allowed = list_objects(part, WRITING)
    mapped = [row.example for row in ROWS if part in row.writers]

    assert not [key for key in mapped if not is_any(key, allowed)]
    assert not [pattern for pattern in allowed if not covers_any(pattern, mapped)]


def is_any(key, patterns):
    return any(fnmatchcase(key, pattern) for pattern in patterns)


def covers_any(pattern, keys):
    return any(fnmatchcase(key, pattern) for key in keys)


def test_map_names_only_who_there_is():
    named = {name for row in ROWS for name in (*row.writers, *row.readers)}

    assert named <= {*PARTS, *OTHERS}
    assert all(row.writers and row.readers for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.pattern)
def test_file_stays_as_long_as_the_map_says(row):
    rules = [
        rule
        for rule in build_lifecycle()
        if rule["Filter"]["Prefix"] and row.example.startswith(rule["Filter"]["Prefix"])
    ]

    assert row.stays == describe_stay(rules)


def describe_stay(rules):
    if not rules:
        return "kept"
    (rule,) = rules
    if "Expiration" in rule:
        days = rule["Expiration"]["Days"]
        return "1 day" if days == 1 else f"{days} days"
    days = rule["NoncurrentVersionExpiration"]["NoncurrentDays"]
    return f"kept, old versions {days} days"


def test_every_rule_is_about_a_folder_of_the_map():
    prefixes = {rule["Filter"]["Prefix"] for rule in build_lifecycle()} - {""}

    assert {prefix.rstrip("/") for prefix in prefixes} <= FOLDERS


def build_keys():
    """Build keys by the functions that name them, and the folders that they give."""
    run, dataset = "<run_id>", "<dataset>"
    keys = RunKeys(run)
    names = ("settings.json", "status.json", "run.json", "candidates.json")
    return {
        UPLOAD_FOLDER,
        BARE_UPLOAD_KEY,
        *settings_keys(dataset),
        f"{autopilot_prefix(run)}/",
        forecast_key(dataset, run, "forecast.csv"),
        f"{GlueCode({}).prefix.split('/')[0]}/<sha256>/{WHEEL}",
        *(run_key(run, name) for name in names),
        *(getattr(keys, name) for name in list_properties(RunKeys)),
        keys.results(dataset),
        keys.raw_folder(dataset),
    }


def list_properties(kind):
    return [name for name, what in vars(kind).items() if isinstance(what, property)]


@pytest.mark.parametrize("key", sorted(build_keys()))
def test_key_that_is_built_is_on_the_map(key):
    assert any(row.begins_with(key) for row in ROWS)


def list_written_keys():
    """List every text in the code that names a key, with ``<x>`` for what varies."""
    found = {}
    for part in ("app.py", "chalicelib", "client", "glue"):
        path = ROOT / part
        for source in [path] if path.is_file() else sorted(path.rglob("*.py")):
            for text in list_texts(ast.parse(source.read_text())):
                key = text.removeprefix("s3://<x>/")
                if key.partition("/")[0] in FOLDERS and "/" in key:
                    found[key] = source.relative_to(ROOT).as_posix()
    return found


def list_texts(node):
    """List the texts of a program, f-strings whole."""
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if is_text(part) else "<x>" for part in node.values]
        yield "".join(parts)
    elif is_text(node):
        yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from list_texts(child)


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.parametrize("key", sorted(list_written_keys()))
def test_key_in_the_code_is_on_the_map(key):
    # What varies at the end may be a whole name, or more than one.
    beginning = key.removesuffix("<x>")

    assert any(row.begins_with(beginning) for row in ROWS), list_written_keys()[key]


def test_documents_of_a_run_say_their_schema():
    ours = [row for row in ROWS if row.keys and "people" not in row.writers]

    assert {row.pattern for row in ours} >= {"runs/<run_id>/run.json"}
    assert all(row.keys[0] == "schema" for row in ours)
