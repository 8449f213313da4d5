"""What is wrong with a text that is nearly JSON, and the text without it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

# A longer text is not tried: settings that a person typed are short.
_LONGEST = 20_000
_MOST_OPEN = 20
_TYPESET = str.maketrans("\u201c\u201d\u201e\u00ab\u00bb", '"' * 5)
_LAST_COMMA = re.compile(r",(\s*[}\]])")
_COMMENT = re.compile(r"^\s*(?://|#).*$", re.MULTILINE)
_EQUALS = re.compile(r"(\"[^\"\n]{1,100}\"\s*)=")
_WORDS = re.compile(r"(?<=[:,\[])(\s*)(True|False|None)\b")
_PYTHON = {"True": "true", "False": "false", "None": "null"}
_NEXT_LINE = re.compile(r"(?<=[\w\"}\]])([^\S\n]*\n\s*\")")


def _close(text: str) -> str:
    """Write the brackets that are opened and not closed at the end."""
    closing: list[str] = []
    for mark in re.sub(r'"(?:[^"\\]|\\.)*"', "", text):
        if mark in "{[":
            closing.append("}" if mark == "{" else "]")
        elif mark in "}]" and closing:
            closing.pop()
    return text.rstrip() + "".join(reversed(closing[:_MOST_OPEN]))


_MENDS: tuple[tuple[Callable[[str], str], str], ...] = (
    (
        lambda text: _LAST_COMMA.sub(r"\1", text),
        "there is a comma too many, before a closing bracket",
    ),
    (_close, "a closing bracket is missing at its end"),
    (
        lambda text: text.translate(_TYPESET),
        "its quotes are typographic ones, which JSON does not know",
    ),
    (
        lambda text: text.replace("'", '"'),
        "single quotes stand where JSON needs double ones",
    ),
    (
        lambda text: _COMMENT.sub("", text),
        "it has a line of comment, which JSON does not know",
    ),
    (
        lambda text: _EQUALS.sub(r"\1:", text),
        "an equals sign stands where a colon belongs",
    ),
    (
        lambda text: _WORDS.sub(lambda found: found[1] + _PYTHON[found[2]], text),
        "True, False or None is written as in Python: JSON has true, false and null",
    ),
    (
        lambda text: _NEXT_LINE.sub(r",\1", text),
        "a comma is missing between two lines",
    ),
)


def mend(text: str) -> tuple[str, str] | None:
    """Find the one slip without which a text is a JSON object.

    Returns
    -------
    tuple or None
        What is wrong, as a sentence, and the whole text as it should be; None when no
        single slip explains it.
    """
    if len(text) > _LONGEST:
        return None
    for change, wrong in _MENDS:
        try:
            values = json.loads(change(text))
        except (ValueError, RecursionError):
            continue
        if isinstance(values, dict):
            return wrong, json.dumps(values, ensure_ascii=False)
    return None
