"""Numbers as people write them: with units, groups of their own, odd signs."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A number of more characters is none; no pattern is tried on longer texts.
LONGEST_NUMBER = 64
_CURRENCIES = (
    "\u20ac $ \u00a3 \u00a5 \u20b9 \u20bd \u20ba kr kr. chf eur usd gbp sek nok dkk "
    "pln czk huf jpy cny inr aud cad nzd brl mxn try rub z\u0142 k\u010d ft rs rs. fr. "
    "r$ us$"
)
_UNITS = (
    "% stk stk. st\u00fcck pcs pc pc. ea units unit kwh mwh gwh wh kw mw gw kg ml "
    "m2 m3 m\u00b2 m\u00b3 km cm min \u00b0c \u00b0f \u00b0 hl lb lbs oz"
)
# Units that only stand behind a number, with a blank between, in this case: MM is a
# million, H a credit, and 12S or 1l7 may be a digit that was misread.
_SHORT_UNITS = frozenset(["g", "h", "l", "mm", "s", "w", "W"])
# The marks of provisional, revised and unreliable figures.
_FLAGS = frozenset(["p", "r", "u"])
_PREFIXES = frozenset(_CURRENCIES.split())
# No word here may change a number's size, as K, M, Mio. or thousand would.
_SUFFIXES = frozenset([*_CURRENCIES.split(), *_UNITS.split()])
_MINUS = str.maketrans({"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2013": "-"})
_GROUPED = re.compile(r"\d{1,3}(?:[ \u00a0\u2009\u202f'\u2019]\d{3})+(?:[.,]\d*)?")
_SPACERS = re.compile(r"[ \u00a0\u2009\u202f'\u2019]")


@dataclass(frozen=True)
class WrittenNumber:
    """The digits, marks and sign of a number, and the unit that stood beside them.

    ``is_regrouped`` says that the sign or the groups were written otherwise.
    """

    core: str
    unit: str
    is_regrouped: bool


def tidy_number(text: str) -> WrittenNumber | None:
    """Take a written number apart; None when it is none, or has an unknown unit."""
    given = text.translate(_MINUS).strip()
    given = given[1:] if given.startswith("'") else given  # as in a spreadsheet's cell
    inner, negative = _unwrap(given)
    digits = [at for at, letter in enumerate(inner) if letter.isdigit()]
    if not digits:
        return None
    front, core, back = _split(inner, digits[0], digits[-1])
    sign, before = _take_sign(front)
    minus, after = _take_sign(back)
    if (sign and minus) or (before and after) or (negative and (sign or minus)):
        return None
    unit = before or after
    if before and before.casefold() not in _PREFIXES:
        return None
    if after and not _is_suffix(after, back):
        return None
    plain = _SPACERS.sub("", core) if _GROUPED.fullmatch(core) else core
    mark = "-" if negative or minus == "-" else sign
    tidied = not unit or plain != core or negative or bool(minus)
    return WrittenNumber(mark + plain, unit, tidied)


def _is_suffix(unit: str, back: str) -> bool:
    """Say whether what stands behind a number leaves it as large as it is."""
    if unit in _SHORT_UNITS:
        return back[:1].isspace()
    return unit in _FLAGS or unit.casefold() in _SUFFIXES


def _unwrap(text: str) -> tuple[str, bool]:
    """Take off the parentheses that accountants write for a minus."""
    for opening, closing in ("()",):
        if text.startswith(opening) and text.endswith(closing):
            return text[1:-1].strip(), True
    return text, False


def _split(text: str, first: int, last: int) -> tuple[str, str, str]:
    """Cut a text into what is before the digits, the digits, and what is behind."""
    if first and text[first - 1] in ".,":
        first -= 1
    if last + 1 < len(text) and text[last + 1] in ".," and last + 2 == len(text):
        last += 1
    return text[:first], text[first : last + 1], text[last + 1 :]


def _take_sign(text: str) -> tuple[str, str]:
    """Split a sign off what stands beside the digits."""
    text = text.strip()
    for sign in "+-":
        if text.startswith(sign) or text.endswith(sign):
            return sign, text.strip(sign).strip()
    return "", text
