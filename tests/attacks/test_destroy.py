"""Nothing is removed unless somebody said so, and no data but for the stage's name."""

import io
import sys
from types import SimpleNamespace

import pytest

from chalicelib.errors import PipelineError
from deploy import confirm, parse_arguments

DEPLOYMENT = SimpleNamespace(stage=SimpleNamespace(name="prod"))


class Terminal(io.StringIO):
    def isatty(self):
        return True


def ask(monkeypatch, *arguments, stdin=None):
    monkeypatch.setattr(sys, "stdin", stdin or io.StringIO("prod\n"))
    confirm(DEPLOYMENT, parse_arguments(["--destroy", *arguments]))


DATA = "--delete-data"
UNCONFIRMED = {
    "nothing said": [],
    "data, nothing said": [DATA],
    "data, for a mere yes": [DATA, "--yes"],
    "name of another stage": ["--confirm", "dev"],
    "data, name of another stage": [DATA, "--confirm", "dev"],
    "data, yes and another stage": [DATA, "--yes", "--confirm", "dev"],
    "no name": ["--confirm", ""],
    "data, no name": [DATA, "--confirm", ""],
    "data, a pattern": [DATA, "--confirm", "*"],
    "data, the name in capitals": [DATA, "--confirm", "PROD"],
    "data, the beginning of the name": [DATA, "--confirm", "pro"],
}


@pytest.mark.parametrize("arguments", UNCONFIRMED.values(), ids=UNCONFIRMED)
def test_nothing_goes_without_a_terminal(monkeypatch, arguments):
    with pytest.raises(PipelineError, match="nothing was removed"):
        ask(monkeypatch, *arguments)


@pytest.mark.parametrize("answer", ["", "\n", "y\n", "yes\n", "dev\n", "PROD\n"])
@pytest.mark.parametrize("arguments", [[], [DATA], [DATA, "--yes"]], ids=" ".join)
def test_terminal_takes_the_name_only(monkeypatch, arguments, answer):
    with pytest.raises(PipelineError, match="nothing was removed"):
        ask(monkeypatch, *arguments, stdin=Terminal(answer))


CONFIRMED = {
    "yes": ["--yes"],
    "name": ["--confirm", "prod"],
    "data and name": [DATA, "--confirm", "prod"],
    "data, yes and name": [DATA, "--yes", "--confirm", "prod"],
    "plan": ["--plan"],
    "plan of data": ["--plan", DATA],
}


@pytest.mark.parametrize("arguments", CONFIRMED.values(), ids=CONFIRMED)
def test_what_is_confirmed_is_done(monkeypatch, arguments):
    ask(monkeypatch, *arguments)


@pytest.mark.parametrize("arguments", [[], [DATA]], ids=" ".join)
def test_name_at_the_terminal_confirms(monkeypatch, arguments):
    ask(monkeypatch, *arguments, stdin=Terminal("prod\n"))


def test_script_is_told_what_to_add(monkeypatch):
    with pytest.raises(PipelineError, match="needs --yes or --confirm prod"):
        ask(monkeypatch)
    with pytest.raises(PipelineError, match="needs --confirm prod"):
        ask(monkeypatch, DATA)
