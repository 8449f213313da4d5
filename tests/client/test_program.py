"""Hints are spelt as the program was called."""

import pytest

from client.program import name_program, spell_command


@pytest.mark.parametrize(
    ("called", "expected"),
    [
        ("/venv/bin/forecast", "forecast"),
        ("C:/venv/Scripts/forecast.exe", "forecast"),
        ("forecast.py", "python forecast.py"),
        ("/usr/bin/pytest", "python forecast.py"),
    ],
)
def test_program_is_named_as_it_was_called(called, expected):
    assert name_program(called) == expected


def test_words_with_spaces_are_quoted():
    assert spell_command("run", "my data.zip").endswith("run 'my data.zip'")
