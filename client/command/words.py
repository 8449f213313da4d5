"""What the words of a command line mean: a command, an old spelling, or a source."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

# What people type who know other programs.
_MEANT = {
    "abort": "cancel",
    "diagnose": "doctor",
    "download": "fetch",
    "explain": "check",
    "forecast": "run",
    "get": "fetch",
    "kill": "cancel",
    "logs": "follow",
    "ls": "list",
    "predict": "run",
    "redrive": "resume",
    "report": "open",
    "results": "fetch",
    "retry": "resume",
    "runs": "list",
    "show": "open",
    "start": "run",
    "status": "follow",
    "stop": "cancel",
    "upload": "run",
    "validate": "check",
    "view": "open",
    "watch": "follow",
}
_SOURCE_SUFFIXES = (
    *(".zip", ".csv", ".gz", ".parquet"),
    *(".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
)
_HELP = {"help", "--help", "-h"}


def find_command(
    words: Sequence[str], commands: Iterable[str], *, valued: Iterable[str]
) -> list[str] | None:
    """Put the command first that a command line means; None when it means none.

    A bare source is to be run, ``--explain`` and ``--run`` are the former ways to say
    ``check`` and ``follow``, and options may stand before the command.

    Parameters
    ----------
    words
        The command line.
    commands
        The names of all commands.
    valued
        The options that take a value, such as ``--stage``.
    """
    words, known = list(words), set(commands)
    if not words or words[0] in known or words[0] in {*_HELP, "--version"}:
        return _spell_help(words)
    for old, command in (("--explain", "check"), ("--run", "follow")):
        if old in words:
            return [command, *(word for word in words if word != old)]
    place = _find_first_word(words, set(valued))
    if place is None:
        return words
    word = words[place]
    if word in known:
        return [word, *words[:place], *words[place + 1 :]]
    return ["run", *words] if is_source(word) else None


def _spell_help(words: list[str]) -> list[str]:
    """Turn ``help COMMAND`` into what it means."""
    if words and words[0] == "help":
        return [*words[1:2], "--help"]
    return words


def _find_first_word(words: Sequence[str], valued: set[str]) -> int | None:
    place = 0
    while place < len(words):
        if not words[place].startswith("-") or words[place] == "-":
            return place
        place += 2 if words[place] in valued else 1
    return None


def is_source(word: str) -> bool:
    """Tell whether a word looks like something to upload."""
    path = Path(word)
    return path.exists() or word.lower().endswith(_SOURCE_SUFFIXES) or "/" in word


def refuse_word(word: str, commands: Iterable[str]) -> str:
    """Say that a word is no command, and which was meant."""
    meant = suggest_command(word, commands)
    hint = f"did you mean {meant!r}?" if meant else "see --help"
    return f"there is no command and no file {word!r}; {hint}"


def suggest_command(word: str, commands: Iterable[str]) -> str | None:
    """Find the command that a word may stand for."""
    names = list(commands)
    meanings: Mapping[str, str] = {**_MEANT, **{name: name for name in names}}
    alike = difflib.get_close_matches(word.lower(), meanings, n=1, cutoff=0.6)
    return meanings[alike[0]] if alike and meanings[alike[0]] in names else None
