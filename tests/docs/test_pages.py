"""What the pages say of settings, states and costs is what the code does."""

import json
import re
import runpy

import pytest

from client.explain import explain_source, is_accepted
from deployment.pipeline import Pipeline
from deployment.resources.logs import list_log_groups
from docs.tables import ROOT
from glue.reporting.costs import estimate_cost
from glue.reporting.timeline import build_timeline
from glue.settings.layers import DEFAULTS
from glue.settings.rules import SETTINGS, ListOf, MapOf, Struct
from tests.building.made_up_account import make_stage


def read_page(name):
    return (ROOT / "docs" / name).read_text()


def list_keys(rule):
    """List every key that a settings file may hold."""
    if isinstance(rule, Struct):
        for key, inner in rule.members.items():
            yield key
            yield from list_keys(inner)
    elif isinstance(rule, MapOf):
        yield from rule.key.choices
        yield from list_keys(rule.value)
    elif isinstance(rule, ListOf):
        yield from list_keys(rule.member)


@pytest.mark.parametrize("key", sorted(set(list_keys(SETTINGS))))
def test_setting_is_explained(key):
    assert re.search(rf"\b{key}\b", read_page("settings.md"))


def test_default_instance_is_the_one_that_is_priced():
    instance = DEFAULTS["TransformResources"]["InstanceType"]

    assert instance in read_page("operations.md")
    assert instance in read_page("deploy.md")


def test_state_is_in_the_architecture():
    states = json.loads((ROOT / "statemachine.asl.json").read_text())["States"]
    page = read_page("architecture.md")

    assert all(f"`{state}`" in page for state in states)


def test_cost_is_said_everywhere_alike():
    resources = DEFAULTS["TransformResources"]
    cost = estimate_cost(build_timeline({}), resources, local=False)
    said = f"${cost['least']:.0f} to ${cost['most']:.0f}"

    assert said in (ROOT / "README.md").read_text()
    assert said in read_page("operations.md")
    assert said in read_page("faq.md")


@pytest.mark.parametrize("name", ["retail", "energy"])
def test_tutorial_s_data_would_be_accepted(name, tmp_path, monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", read_page(f"tutorial-{name}.md"), re.S)
    script = tmp_path / "make_data.py"
    script.write_text(code)
    monkeypatch.chdir(tmp_path)

    runpy.run_path(str(script))
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    report = explain_source(folder)

    assert is_accepted(report)
    assert "warning" not in {finding["level"] for finding in report["findings"]}


def test_what_is_created_is_counted():
    pipeline = Pipeline(ROOT)
    counted = {
        "Lambda functions": len(pipeline.functions),
        "IAM roles": len(pipeline.parts),
        "log groups": len(list_log_groups(make_stage(), pipeline.functions)),
    }

    page = read_page("deploy.md")
    said = dict(re.findall(r"^\| ([\w ]+) \| (\d+) \|", page, re.MULTILINE))
    assert {name: int(said[name]) for name in counted} == counted
    jobs = [
        int(number) for name, number in said.items() if re.match("Glue .*job", name)
    ]
    assert sum(jobs) == len(pipeline.glue_jobs)
