"""What the README tells people to type and to open is there."""

import re
import shlex
from importlib.util import find_spec

import pytest

import deploy
import forecast
from tests.building.paths import ROOT

README = (ROOT / "README.md").read_text()
# Indented lines, without the comment that explains them.
COMMANDS = [
    line.split(" #")[0].strip()
    for line in README.splitlines()
    if line.startswith("    ") and re.match(r" +(make|python|chalice) ", line)
]
LINKS = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
PARSERS = {
    "deploy.py": deploy.parse_arguments,
    "forecast.py": forecast.parse_arguments,
}


def words_of(program):
    return [shlex.split(c) for c in COMMANDS if c.split()[0] == program]


def test_readme_has_commands_and_links():
    assert len(COMMANDS) >= 10
    assert LINKS


@pytest.mark.parametrize("link", sorted(set(LINKS)))
def test_link_leads_to_a_file(link):
    assert (ROOT / link).exists()


@pytest.mark.parametrize("words", words_of("make"), ids=" ".join)
def test_make_target_exists(words):
    makefile = (ROOT / "Makefile").read_text()

    assert re.search(rf"^{re.escape(words[1])}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("words", words_of("python"), ids=" ".join)
def test_python_command_is_understood(words):
    script, *arguments = words[1:]

    if script == "-m":
        assert find_spec(f"{arguments[0]}.__main__")
    else:
        assert PARSERS[script](arguments)


def test_every_part_of_the_project_is_named():
    parts = [p.name for p in ROOT.iterdir() if (p / "__init__.py").exists()]

    assert parts
    assert all(f"`{part}/`" in README for part in parts)
