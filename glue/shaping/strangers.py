"""Ids of the history that RTS.csv does not have: why they meet nothing there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from glue.arrays import Array
from glue.findings.finding import Count, Example, Tallies
from glue.reading.numbers import is_number
from glue.rows import Rows
from glue.shaping.shape import Shape
from glue.shaping.spellings import is_damaged, see_alike, tell_difference
from glue.shaping.unlike_ids import explain_unlike
from glue.understanding.totals import is_total

# So many ids are looked at, and compared with as many others.
_MOST_NAMES = 200
# An id of so few rows may be another one, mistyped, though only a digit differs.
_FEW_ROWS = 3
_LEAST_LETTERS = 2
# Ids such as C-12 and C-13 are near each other, and not the same.
_NO_DIGITS = str.maketrans("", "", "0123456789")


# A spreadsheet makes such a date of an id such as MAR-12.
_DATED = re.compile(
    r"\d{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)", re.IGNORECASE
)
_LOST = "letters with accents became ? in {file} when it was exported"
_EXPORT = "export {file} again as CSV in UTF-8, so that the letters are kept"


@dataclass(frozen=True)
class _Cause:
    """Why an id meets nothing, as the end of a sentence, and what to do about it."""

    why: str
    remedy: str


@dataclass(frozen=True)
class Candidates:
    """Series that may be strangers: the first row of each, [n series].

    ``counts`` is how many rows each has, ``unmet`` which have none of the future.
    """

    firsts: Rows
    counts: Array
    unmet: Array


def note_strangers(shape: Shape, series: Candidates, tallies: Tallies) -> Array:
    """Note the ids that RTS.csv does not have for a reason that can be seen.

    Returns
    -------
    Array
        Which series have such an id, [n series].
    """
    found = np.zeros(len(series.unmet), dtype=bool)
    if shape.related is None:
        return found
    for name in shape.keys:
        known = _list_known(shape, series, name)
        strangers: dict[str, tuple[int, _Cause]] = {}
        rows = 0
        for at in np.flatnonzero(series.unmet)[:_MOST_NAMES].tolist():
            text = str(series.firsts[name][at])
            cause = _find_swap(
                text, shape, known, firsts=series.firsts, at=at
            ) or _find_cause(text, shape, known, few=int(series.counts[at]))
            if cause is not None:
                rows += 0 if found[at] else int(series.counts[at])
                found[at] = True
                row = int(series.firsts.numbers[at])
                strangers[text] = min(strangers.get(text, (row, cause)), (row, cause))
        _tell(shape, name, strangers, tallies, rows=rows)
    return found


def note_lost_letters(shape: Shape, series: Candidates, tallies: Tallies) -> Array:
    """Note the names that are those of RTS.csv, but for ? instead of their letters.

    Returns
    -------
    Array
        Which series have such a name, [n series].
    """
    found = np.zeros(len(series.unmet), dtype=bool)
    unmet = np.flatnonzero(series.unmet)[:_MOST_NAMES].tolist()
    names = {series.firsts.name(shape.keys, at): at for at in unmet}
    unknown = tallies.examples("rts-series-unknown")
    pair = find_lost(names, unknown)
    if pair is None and _note_unlike(shape, series, names, unknown, tallies=tallies):
        found[list(names.values())] = True
        return found
    if pair is None:
        return _note_lost_zeros(shape, series, names, unknown, tallies=tallies)
    if shape.related is None:
        return found
    text, theirs = pair
    is_ours = "?" in text
    why, remedy = explain_lost(shape.file if is_ours else shape.related.name)
    for name, at in names.items():
        found[at] = "?" in name if is_ours else not name.isascii()
    tallies.add(
        "ids-unmatched",
        [
            Example(shape.file, int(series.firsts.numbers[at]), shape.keys[0], name)
            for name, at in names.items()
            if found[at]
        ],
        count=int(found.sum()),
        column=shape.keys[0],
        file=shape.file,
        source=shape.related.name,
        why=f"{text!r} is {theirs.value!r} in "
        f"{shape.related.name} (row {theirs.row}); {why}",
        remedy=remedy,
    )
    return found


def _note_unlike(
    shape: Shape,
    series: Candidates,
    names: dict[str, int],
    unknown: list[Example],
    *,
    tallies: Tallies,
) -> bool:
    """Note the names that RTS.csv writes another way, where it has as many unknown."""
    if shape.related is None or tallies.count("rts-series-unknown") != len(names):
        return False
    items = {str(series.firsts[shape.keys[0]][at]) for at in names.values()}
    groups, source = len(shape.keys) - 1, shape.related.name
    unlike = explain_unlike(
        unknown, items, file=shape.file, source=source, groups=groups
    )
    if unlike is None:
        return False
    why, remedy = unlike
    places = [
        Example(shape.file, int(series.firsts.numbers[at]), shape.keys[0], name)
        for name, at in names.items()
    ]
    tallies.add(
        "ids-unmatched",
        sorted(places, key=lambda place: place.row or 0),
        count=len(places),
        column=shape.keys[0],
        file=shape.file,
        source=source,
        why=why,
        remedy=remedy,
    )
    return True


def _note_lost_zeros(
    shape: Shape,
    series: Candidates,
    names: dict[str, int],
    unknown: list[Example],
    *,
    tallies: Tallies,
) -> Array:
    """Note the names that RTS.csv has with other zeros in front of them."""
    found = np.zeros(len(series.unmet), dtype=bool)
    theirs = {
        text.lstrip("0"): (text, one.row)
        for one in unknown
        for text in [str(one.value).split(" at ", maxsplit=1)[0]]
    }
    pairs = [
        (name, *theirs[name.lstrip("0")])
        for name in names
        if name.lstrip("0") in theirs and name != theirs[name.lstrip("0")][0]
    ]
    if not pairs or shape.related is None:
        return found
    first, twin, row = pairs[0]
    places = [
        (at, name)
        for name, at in names.items()
        if name[:1] == "0" or (len(twin) > len(first) and name[:1].isdecimal())
    ]
    found[[at for at, _ in places]] = True
    source = shape.related.name
    whole, bad = (
        max(first, twin, key=len),
        source if len(twin) < len(first) else shape.file,
    )
    tallies.add(
        "ids-unmatched",
        [
            Example(shape.file, int(series.firsts.numbers[at]), shape.keys[0], name)
            for at, name in places
        ],
        count=len(places),
        column=shape.keys[0],
        file=shape.file,
        source=source,
        why=f"{first!r} is {twin!r} in {source} (row {row}): {bad} has lost zeros in "
        "front of its ids",
        remedy=f"export {bad} again with its ids as text, so that it has {whole!r} too",
    )
    return found


def find_lost(
    names: Iterable[str], unknown: Iterable[Example]
) -> tuple[str, Example] | None:
    """Find a name and one of RTS.csv that differ by ? for letters with accents."""
    theirs = [
        replace(one, value=str(one.value).split(" at ", maxsplit=1)[0])
        for one in unknown
    ]
    return next(
        (
            (name, one)
            for name in sorted(names)
            for one in theirs
            if _is_lost(name, str(one.value)) or _is_lost(str(one.value), name)
        ),
        None,
    )


def _is_lost(text: str, whole: str) -> bool:
    """Say whether a text is another with ? instead of letters that ASCII lacks."""
    pairs = list(zip(text, whole))
    return (
        text != whole
        and len(text) == len(whole)
        and all(a == b or (a == "?" and not b.isascii()) for a, b in pairs)
    )


def explain_lost(file: str) -> tuple[str, str]:
    """Say what ? in the names of a file means, and what to do."""
    return _LOST.format(file=file), _EXPORT.format(file=file)


def _list_known(shape: Shape, series: Candidates, name: str) -> list[str]:
    """List the names that the future has, for one to be like them."""
    met = {str(text) for text in series.firsts[name][~series.unmet].tolist()}
    unmet = {str(text) for text in series.firsts[name][series.unmet].tolist()}
    if name == shape.keys[0]:
        met |= shape.history.items - unmet
    return sorted(met)[:_MOST_NAMES]


def _tell(
    shape: Shape,
    name: str,
    found: dict[str, tuple[int, _Cause]],
    tallies: Tallies,
    *,
    rows: int,
) -> None:
    if not found or shape.related is None:
        return
    places = [Example(shape.file, row, name, text) for text, (row, _) in found.items()]
    first = min(found, key=lambda text: found[text][0])
    cause = found[first][1]
    head, only, rest = cause.remedy.partition("; only")
    tail = only + rest
    tallies.add(
        "ids-unmatched",
        sorted(places, key=lambda place: place.row or 0),
        count=len(found),
        column=name,
        file=shape.file,
        source=shape.related.name,
        why=f"{first!r} {cause.why}"
        + ("" if len(found) == 1 and rows <= _FEW_ROWS else f", in {Count(rows):row}"),
        remedy=f"{head}{', and the others likewise' if len(found) > 1 else ''}{tail}",
    )


def _find_swap(
    text: str, shape: Shape, known: Iterable[str], *, firsts: Rows, at: int
) -> _Cause | None:
    """Say that an id is a number whose row has an id for its target."""
    if not is_number(text) or shape.target not in firsts.columns:
        return None
    value = f"{firsts[shape.target][at]:.15g}"
    if value == text or value not in known:
        return None
    return _Cause(
        f"stands in row {firsts.numbers[at]} where its id should, and the id {value!r} "
        f"under {shape.target!r}",
        f"swap them back, so that {value} stands under {shape.keys[0]!r} and {text} "
        f"under {shape.target!r}",
    )


def _find_cause(
    text: str, shape: Shape, known: list[str], *, few: int
) -> _Cause | None:
    """Say why an id may meet nothing; None when nothing is to be seen of it."""
    twin, near = shape.survey.twins.get(text), _find_near(text, known, few=few)
    if twin:
        return _Cause(
            tell_difference(text, twin),
            _advise_twin(text, twin, is_met=twin in known),
        )
    if near:
        return _explain_near(text, near, shape, few)
    is_only = is_number(text) and bool(known) and not any(map(is_number, known))
    if is_only or (is_number(text) and not text.isdecimal() and not is_damaged(text)):
        return _Cause(
            f"is a number, as {shape.target!r} has",
            f"swap the cells under {shape.keys[0]!r} and {shape.target!r} in these "
            "rows, if they were swapped",
        )
    return _explain_odd(text, shape, few)


def _advise_twin(text: str, twin: str, *, is_met: bool) -> str:
    """Say which of two spellings to keep: the one that the future has.

    Where it has neither, the one without marks, or in mixed case.
    """
    if is_met and see_alike(text, twin):
        return f"copy {twin!r} from a row where it is right into these cells"
    if is_met:
        return f"write {twin!r} there, if both are one"
    better, worse = twin, text
    is_mixed = not text.islower() and not text.isupper()
    if text in twin or is_mixed or (twin.islower() and text.isupper()):
        better, worse = text, twin
    if twin in text:
        better, worse = twin, text
    return f"write {better!r} instead of {worse!r} in all files, if both are one"


def _explain_near(text: str, near: str, shape: Shape, few: int) -> _Cause:
    source = shape.related.name if shape.related else shape.file
    rows = "1 row" if few == 1 else f"{few} rows"
    some = f"stands in {rows} only and " if few <= _FEW_ROWS else ""
    return _Cause(
        f"{some}looks like {near!r} mistyped",
        f"write {near!r} there; only if {text!r} is an id of its own, give {source} "
        "its rows of the future",
    )


def _explain_odd(text: str, shape: Shape, few: int) -> _Cause | None:
    """Say why a text may be no id at all."""
    if is_damaged(text):
        return _Cause(
            "looks like a number that a spreadsheet has rounded",
            f"export {shape.file} again with its ids as text",
        )
    if _DATED.fullmatch(text):
        return _Cause(
            "looks like a date that a spreadsheet made of an id, such as "
            f"{'-'.join(reversed(text.split('-'))).upper()}",
            f"export {shape.file} again with its ids as text",
        )
    if is_total(text):
        rows = "a total, in one row" if few == 1 else f"a total, in {few} rows"
        return _Cause(
            f"is called like {rows}",
            f"remove {'this row' if few == 1 else 'these rows'} of totals from "
            f"{shape.file}",
        )
    return None


def _find_near(text: str, known: list[str], *, few: int) -> str | None:
    """Find another id that may be the same, mistyped."""
    others = [item for item in known if item != text]
    near = difflib.get_close_matches(text, others, n=1, cutoff=0.8)
    if near and text.translate(_NO_DIGITS) != near[0].translate(_NO_DIGITS):
        return near[0]
    is_odd = bool(others) and all(map(str.isdecimal, others)) and not text.isdecimal()
    if (few > _FEW_ROWS and not is_odd) or len(text) < _LEAST_LETTERS:
        return None
    return next((one for one in others if _is_one_off(text, one)), None)


def _is_one_off(text: str, other: str) -> bool:
    """Say whether one letter more, less or other makes one text of another."""
    longer, shorter = sorted((text, other), key=len, reverse=True)
    if len(longer) - len(shorter) > 1:
        return False
    same = 0
    while same < len(shorter) and longer[same] == shorter[same]:
        same += 1
    rest = longer[same + 1 :]
    return rest == shorter[same + (len(longer) == len(shorter)) :]
