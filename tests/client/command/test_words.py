"""A command line means one thing, however it is spelt."""

import pytest

from client.command.group import commands
from client.command.words import find_command, suggest_command

VALUED = {"--stage", "--output", "--limit", "--settings"}


def find(*words):
    return find_command(words, commands.commands, valued=VALUED)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("list --limit 3", "list --limit 3"),
        ("data.zip", "run data.zip"),
        ("--stage local data.zip", "run --stage local data.zip"),
        ("--stage local list", "list --stage local"),
        ("--explain data.zip", "check data.zip"),
        ("data.zip --explain", "check data.zip"),
        ("--run r1 --stage dev", "follow r1 --stage dev"),
        ("./list", "run ./list"),
        ("folder/inside", "run folder/inside"),
        ("Sales.XLSX", "run Sales.XLSX"),
        ("help run", "run --help"),
        ("help", "--help"),
        ("", ""),
    ],
)
def test_command_comes_first(words, expected):
    assert find(*words.split()) == expected.split()


@pytest.mark.parametrize("words", ["lst", "--stage local statsu", "nonsense"])
def test_word_that_means_nothing_is_no_source(words):
    assert find(*words.split()) is None


def test_folder_that_is_there_is_a_source(tmp_path, monkeypatch):
    (tmp_path / "shop").mkdir()
    monkeypatch.chdir(tmp_path)

    assert find("shop") == ["run", "shop"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("lst", "list"),
        ("FETCH", "fetch"),
        ("status", "follow"),
        ("explain", "check"),
        ("stop", "cancel"),
        ("retry", "resume"),
        ("download", "fetch"),
        ("xyzzy", None),
    ],
)
def test_other_words_suggest_a_command(word, expected):
    assert suggest_command(word, commands.commands) == expected
