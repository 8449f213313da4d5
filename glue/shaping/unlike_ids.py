"""Ids that two tables write in different ways: how they differ, and what to do."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress

from glue.findings.finding import Example
from glue.reading.numbers import is_number
from glue.shaping.spellings import spell_alike, tell_difference

# Systems that fill ids up with zeros fill them up to this length, or more.
_PADDED, _PADDING = 10, 3
_GROUPED = re.compile(r"\d{1,3}(?:[,.' ]\d{3})+")


def name_series(example: Example) -> str:
    """Give the series that an example of a related table's row names."""
    return str(example.value).split(" at ", maxsplit=1)[0]


def explain_unlike(
    unknown: Sequence[Example],
    items: Iterable[str],
    *,
    file: str,
    source: str,
    groups: int = 0,
) -> tuple[str, str] | None:
    """Say how ids of a related table differ from those of the history.

    Parameters
    ----------
    unknown
        Rows of the related table whose series the history does not have.
    items
        The ids of the history.
    file
        The history's name.
    source
        The related table's name.
    groups
        How many columns name a series beside the id.

    Returns
    -------
    tuple or None
        Why they meet nothing, and what to do; None where no two are alike.
    """
    items = set(items)
    alike = {spell_alike(item): item for item in items}
    for example in unknown:
        theirs = name_series(example).rsplit(", ", groups)[0]
        ours = _find_twin(theirs, items, alike)
        if ours is not None and ours != theirs:
            return _explain_pair(ours, theirs, file=file, source=source)
    return None


def _find_twin(theirs: str, items: set[str], alike: dict[str, str]) -> str | None:
    """Find the one id of the history that an id stands for."""
    if theirs in items:
        return theirs
    for plain in (theirs, html.unescape(theirs), _ungroup(theirs), _decode(theirs)):
        if plain in items:
            return plain
        if spell_alike(plain) in alike:
            return alike[spell_alike(plain)]
    turned = [one for one in items if theirs in _list_turned(one)]
    found = turned or [one for one in items if _goes_on(theirs, one)]
    found = found or [one for one in items if _goes_on(one, theirs)]
    return found[0] if len(found) == 1 else None


def _ungroup(text: str) -> str:
    return re.sub(r"\D", "", text) if _GROUPED.fullmatch(text) else text


def _decode(text: str) -> str:
    """Undo that a text in UTF-8 was read in another encoding."""
    for encoding in ("cp1252", "latin-1"):
        with suppress(UnicodeError):
            return text.encode(encoding).decode("utf-8")
    return text


def _list_turned(text: str) -> list[str]:
    """List what a text could be, but for what a program did to it."""
    return [turn(text) for turn in (html.unescape, _ungroup, _decode)]


def _goes_on(text: str, inner: str) -> bool:
    """Say whether a text is an id with words around it, as F-54 (new) is."""
    before, found, behind = text.partition(inner)
    return bool(found) and not before[-1:].isalnum() and not behind[:1].isalnum()


def _explain_pair(ours: str, theirs: str, *, file: str, source: str) -> tuple[str, str]:
    """Say which of two ids is odd, how, and what to write."""
    odd, plain, where = theirs, ours, source
    if _is_odder(ours, theirs):
        odd, plain, where = ours, theirs, file
    why = f"{odd!r} in {where} {_tell(odd, plain)}"
    rest = f"in {where}, and the other ids likewise"
    if _decode(odd) == plain:
        return why, (
            f"export {where} again as CSV in UTF-8, so that it has {plain!r} as well"
        )
    before, found, behind = odd.partition(plain)
    if odd.isdecimal() and odd.lstrip("0") == plain.lstrip("0"):
        return _explain_zeros(odd, plain, where, file if where == source else source)
    if found and re.search(r"\w\W|\W\w", before + behind) and not is_number(odd):
        extra = before or behind
        return why, (
            f"take {extra!r} away {rest}, if these are the same items; if not, leave "
            f"{source} out, or upload the one of these items"
        )
    looks = is_number(plain) and re.fullmatch(r"[\d.,' ]+", odd)
    tail = "; spreadsheets change ids that look like numbers" if looks else ""
    return why, f"write {plain!r} instead of {odd!r} {rest}{tail}"


def _tell(odd: str, plain: str) -> str:
    if html.unescape(odd) == plain:
        sign = re.search(r"&#?\w+;", odd)
        shown = f" ({sign[0]} is {html.unescape(sign[0])!r})" if sign else ""
        return f"is {plain!r} with the codes of a web page{shown}"
    if _decode(odd) == plain:
        return f"is {plain!r} with its accents read in a wrong encoding"
    if _ungroup(odd) == plain:
        return f"is {plain!r} with marks between its thousands"
    return tell_difference(odd, plain)


def _explain_zeros(odd: str, plain: str, where: str, other: str) -> tuple[str, str]:
    """Say that zeros in front of ids were lost, or were put there by a system."""
    long, short = sorted((odd, plain), key=len, reverse=True)
    longer, shorter = (where, other) if long == odd else (other, where)
    if len(long) >= _PADDED and len(long) - len(short) >= _PADDING:
        return (
            f"{long!r} in {longer} is {short!r} in {shorter} with zeros in front",
            f"write {short!r} instead of {long!r} in {longer}, and the other ids "
            "likewise",
        )
    return (
        f"{short!r} in {shorter} is {long!r} in {longer} without the zeros in front",
        f"export {shorter} again with its ids as text, so that it has {long!r} too; "
        "spreadsheets drop such zeros",
    )


def _is_odder(text: str, other: str) -> bool:
    """Say whether the first of two spellings is the one to be mended."""
    if other in _list_turned(text):
        return True
    if text in _list_turned(other):
        return False
    if other in text or text in other:
        return other in text
    is_mixed = not text.islower() and not text.isupper()
    theirs_mixed = not other.islower() and not other.isupper()
    if is_mixed != theirs_mixed:
        return theirs_mixed
    return text.islower() and not other.islower()
