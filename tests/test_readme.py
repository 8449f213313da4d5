"""What the README and the pages tell people to type and to open is there."""

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

import deploy
from client.command.group import commands
from client.command.words import find_command
from tests.building.paths import ROOT

README = (ROOT / "README.md").read_text()
MOST_BYTES = 8 * 1024
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text()
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))
}


def read_forecast_words(words):
    """Parse the words as the command would, and run nothing."""
    found = find_command(words, commands.commands, valued={"--stage", "--limit"})
    assert found, words
    name, *rest = found
    return commands.commands[name].make_context(name, rest)


PARSERS = {
    "deploy.py": deploy.parse_arguments,
    "forecast.py": read_forecast_words,
}


def list_commands(text):
    """List the indented lines that are commands, without the comment behind them."""
    unfenced = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [
        line.split(" #")[0].strip()
        for line in unfenced.splitlines()
        if re.match(r" {4,}(make|python|chalice|forecast) ", line)
    ]


def list_links(text):
    """List the links to files and places of the project."""
    return re.findall(r"\]\((?!https?:)([^)]+)\)", text)


def list_anchors(text):
    """Name every heading of a page as GitHub does."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }


COMMANDS = sorted({c for text in PAGES.values() for c in list_commands(text)})
LINKS = sorted({(page, link) for page, t in PAGES.items() for link in list_links(t)})


def words_of(program):
    return [shlex.split(c) for c in COMMANDS if c.split()[0] == program]


def test_pages_have_commands_and_links():
    assert len(list_commands(README)) >= 5
    assert len(COMMANDS) >= 20
    assert len(LINKS) >= 50


def test_readme_is_read_in_five_minutes():
    assert len(README.encode()) <= MOST_BYTES


def test_readme_says_first_what_was_never_tried():
    first = "\n".join(README.splitlines()[:10])

    assert "never run in a real AWS account" in first


@pytest.mark.parametrize(("page", "link"), LINKS)
def test_link_leads_somewhere(page, link):
    target, _, anchor = link.partition("#")
    path = (ROOT / page).parent / target if target else ROOT / page

    assert path.exists()
    assert not anchor or anchor in list_anchors(path.read_text())


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_reached_from_the_index(page):
    starts = [ROOT / "README.md", ROOT / "docs" / "index.md"]
    linked = {
        (start.parent / link.partition("#")[0]).resolve()
        for start in starts
        for link in list_links(start.read_text())
    }

    assert (ROOT / page).resolve() in {*starts, *linked}


@pytest.mark.parametrize("words", words_of("make"), ids=" ".join)
def test_make_target_exists(words):
    makefile = (ROOT / "Makefile").read_text()

    assert re.search(rf"^{re.escape(words[1])}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("words", words_of("python"), ids=" ".join)
def test_python_command_is_understood(words):
    script, *arguments = words[1:]

    if script == "-m":
        module = arguments[0]
        assert find_spec(f"{module}.__main__" if (ROOT / module).is_dir() else module)
    else:
        assert PARSERS[script](arguments)


@pytest.mark.parametrize("words", words_of("forecast"), ids=" ".join)
def test_forecast_command_is_understood(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("plan.csv").touch()  # a file that a command reads before all else

    assert read_forecast_words(words[1:])


def test_every_part_of_the_project_is_named():
    text = README + PAGES["docs/architecture.md"]
    parts = [p.name for p in ROOT.iterdir() if (p / "__init__.py").exists()]

    assert parts
    assert all(f"`{part}/`" in text for part in parts)
