"""Texts that a spreadsheet takes for formulas when a CSV file is opened in it."""

from __future__ import annotations

import re
from typing import Any

# A cell begins behind every mark that may part cells, whatever parts them in our own
# files: where numbers have a decimal comma, sheets take ; for it. Quotes
# behind it vanish. The last four marks are wide ones, which Japanese sheets take for
# the same.
_FORMULA = re.compile(
    r"(?:^|(?<=[;\t\r\n|]))(?=[ \u00a0\"]*[-=+@\uff1d\uff0b\uff0d\uff20])"
)
_NUMBER = re.compile(r"[-+]?[0-9.,]*")


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet would work a text out instead of showing it."""
    return bool(defuse(text) != text)


def defuse(value: Any) -> Any:
    """Put a ' before what would be a formula; numbers and other texts stay."""
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    return _FORMULA.sub("'", value)
