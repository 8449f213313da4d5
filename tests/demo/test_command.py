"""The demo's command line: help is help, and a mistake runs nothing."""

import pytest

from demo.run import parse_arguments


@pytest.mark.parametrize(("argument", "code"), [("--help", 0), ("--typo", 2)])
def test_help_and_mistakes_run_nothing(argument, code, capsys):
    with pytest.raises(SystemExit) as ended:
        parse_arguments([argument])

    said = capsys.readouterr()
    assert ended.value.code == code
    assert "python -m demo" in said.out + said.err
