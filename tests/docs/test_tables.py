"""The generated parts of docs/ are what the code says now."""

import json

import pytest

from deployment.resources.policies import PolicyTemplates
from deployment.resources.star_reasons import STAR_REASONS
from docs.tables import (
    PAGES,
    ROOT,
    build_findings,
    build_help,
    build_page,
    build_permissions,
    build_star_reasons,
    replace_part,
)
from glue.findings.codes import CODES


@pytest.mark.parametrize("name", PAGES)
def test_page_shows_the_code_as_it_is(name):
    text = (ROOT / "docs" / name).read_text()

    assert build_page(name) == text, "run: python -m docs.tables"


def test_every_code_has_its_row():
    table = build_findings()

    assert all(table.count(f"| `{code}` |") == 1 for code in CODES)


def test_every_action_is_in_the_table():
    table = build_permissions()
    templates = PolicyTemplates(ROOT)

    assert "${" not in table
    for part in templates.pipeline.parts:
        for statement in json.loads(templates.read(part))["Statement"]:
            assert all(f"`{action}`" in table for action in statement["Action"])


def test_every_reason_names_its_page():
    table = build_star_reasons()

    assert all(page in table for _, page in STAR_REASONS.values())


def test_help_is_what_the_command_prints():
    assert "--destroy" in build_help("deploy.py")


def test_replacing_keeps_the_rest():
    page = "before\n<!-- x:start -->\nold\n<!-- x:end -->\nafter\n"

    changed = replace_part(page, "x", "new")

    assert changed == "before\n<!-- x:start -->\nnew\n<!-- x:end -->\nafter\n"


def test_page_without_markers_is_refused():
    with pytest.raises(ValueError, match="no markers"):
        replace_part("no table here", "x", "new")
