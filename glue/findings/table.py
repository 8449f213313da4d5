"""The table of all finding codes, as Markdown for the README.

python glue/finding_table.py README.md
"""

from __future__ import annotations

import sys
from pathlib import Path

from glue.findings.codes import CODES

START, END = "<!-- findings:start -->", "<!-- findings:end -->"
_LEVELS = ("error", "warning", "fixed")


def render_table() -> str:
    """Write one row per code: errors first, then warnings, then repairs."""
    lines = ["| code | level | what it means | what to do |", "|---|---|---|---|"]
    for level in _LEVELS:
        for name, code in sorted(CODES.items()):
            if code.level == level:
                remedy = code.remedy[:1].upper() + code.remedy[1:] + "."
                lines.append(f"| `{name}` | {level} | {code.meaning} | {remedy} |")
    return "\n".join(lines) + "\n"


def replace_table(text: str) -> str:
    """Put the table between the markers of a page.

    Raises
    ------
    ValueError
        When the page has no markers.
    """
    if START not in text or END not in text:
        raise ValueError(f"the page has no markers (needs {START} and {END})")
    before, rest = text.split(START, 1)
    _, after = rest.split(END, 1)
    return f"{before}{START}\n{render_table()}{END}{after}"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(replace_table(page.read_text(encoding="utf-8")), encoding="utf-8")
