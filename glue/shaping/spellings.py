"""Keys that a person may take for the same: alt-sax and Alt Sax."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from glue.findings.finding import Example, Tally
from glue.rows import Rows
from glue.shaping.id_log import IdLog, print_text
from glue.understanding.totals import is_total

# A long number that a spreadsheet has rounded.
_DAMAGED = re.compile(r"\d[.,]\d{1,15}[eE]\+?\d{1,3}|\d[eE]\+\d{1,3}")
# A number of a store may well be that of an item too, if it is shorter than this.
_SHORTEST_CROSSED = 3
# More item ids than this are not compared with each other, for memory's sake.
_MOST_SPELLINGS = 200_000
_MOST_TWINS = 1_000


# Letters of other alphabets that look like those of the Latin one.
_GREEK = (
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a"
    "\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
)
_CYRILLIC = (
    "\u0410\u0412\u0421\u0415\u041d\u0406\u0408\u041a\u041c\u041e\u0420\u0405\u0422\u0425"
    "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456\u0455"
)
_LATIN = str.maketrans(
    _GREEK + _CYRILLIC, "ABEZHIKMNOPTYX" + "ABCEHIJKMOPSTX" + "aceopxyis"
)
# What is between the words of an id; + and # may tell two of them apart.
_BETWEEN = re.compile(r"[^\w+#.,]+|_+|(?<!\d)[.,]|[.,](?!\d)")
_QUOTES = "\"'`\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb\u2039\u203a"
# A longer id is compared as it is: nobody types it twice, and it takes time.
_LONGEST = 256
# A blank tells no two ids apart, unless digits are on both of its sides.
_NO_BLANK = re.compile(r"(?<!\d) | (?!\d)")
_ZEROS = re.compile(r"0*(0|(?!0)\d+)(?:\.0+)?")
# What is left of letters that were read in a wrong encoding: two bytes as two letters.
_GARBLED = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf]|[\u00c2\u00c3][\u0152-\u2122]|[\u0080-\u009f\ufffd]"
)


def is_damaged(text: str) -> bool:
    """Say whether an id looks like a long number that a spreadsheet has rounded."""
    return _DAMAGED.fullmatch(text) is not None


def spell_alike(text: str) -> str:
    """Reduce an id to what a person may take for the same: alt-sax and Alt Sax.

    Accents, marks at either end, letters that cannot be seen, those of other alphabets
    that look alike, and zeros before a number make no difference.
    """
    if len(text) > _LONGEST:
        return text
    if text.isascii() and text.isalpha():
        return text.casefold()
    plain = unicodedata.normalize("NFKD", text.translate(_LATIN))
    seen = "".join(
        letter for letter in plain if unicodedata.category(letter) not in ("Mn", "Cf")
    )
    words = _BETWEEN.sub(" ", seen.casefold()).strip()
    words = _NO_BLANK.sub("", words)
    number = _ZEROS.fullmatch(words)
    return number[1] if number else words


def tell_difference(text: str, like: str) -> str:
    """Say how an id differs from another that reads alike, as the end of a sentence."""
    for one, other, word in ((text, like, "with"), (like, text, "without")):
        before, found, behind = one.partition(other)
        if found:
            return f"is {like!r} {word} {_name_ends(before, behind)}"
    if text.casefold() == like.casefold():
        return f"is {like!r} in other upper and lower case"
    alike = (words for same, words in _ALIKE if same(text) == same(like))
    rest = "but for single signs"
    return f"is {like!r} {next(alike, rest)}{_name_odd(text, like)}"


def see_alike(text: str, like: str) -> bool:
    """Say whether nobody can see what differs between two texts."""
    return _plain_form(text) == _plain_form(like)


def _plain_form(text: str) -> str:
    shown = (one for one in text if unicodedata.category(one) != "Cf")
    return unicodedata.normalize("NFC", "".join(shown))


def _drop_class(*classes: str) -> Callable[[str], str]:
    def drop(text: str) -> str:
        parts = unicodedata.normalize("NFKD", text)
        return "".join(one for one in parts if unicodedata.category(one) not in classes)

    return drop


# What makes two ids one, if it is left out, and how that is said.
_ALIKE: tuple[tuple[Callable[[str], str], str], ...] = (
    (
        lambda text: unicodedata.normalize("NFC", text),
        "with its accents stored another way, apart from their letters or with them",
    ),
    (_drop_class("Cf"), "but for a letter that cannot be seen"),
    (_drop_class("Mn"), "with other accents"),
    (lambda text: text.translate(_LATIN), "with a letter of another alphabet"),
    (lambda text: text.lstrip("0"), "with other zeros in front"),
    (lambda text: re.sub(r"[\W_]+", "", text), "with other marks or blanks"),
)


def _name_odd(text: str, like: str) -> str:
    """Name the first letters that are not of ASCII and not in both."""
    odd = sorted({one for one in text + like if one not in text or one not in like})
    named = [f"U+{ord(one):04X}" for one in odd if not one.isascii()]
    return f" ({', '.join(named[:3])})" if named else ""


def _name_ends(before: str, behind: str) -> str:
    """Name what stands around an id."""
    if before and behind and set(before + behind) <= set(_QUOTES):
        return f"quotes around it ({before}{behind})"
    ends = ((before, "in front"), (behind, "at its end"))
    return " and ".join(f"{_name_end(end)} {where}" for end, where in ends if end)


def _name_end(end: str) -> str:
    """Name what stands at one end of an id."""
    if end == "'":
        return "an apostrophe (')"
    if all(unicodedata.category(letter) == "Cf" for letter in end):
        return f"a sign that cannot be seen (U+{ord(end[0]):04X})"
    if not end.isprintable() or not end.strip():
        return f"a blank (U+{ord(end[0]):04X})"
    return repr(end)


class Spellings:
    """Looks for item ids and groups that differ in case, spaces or marks only."""

    def __init__(self, file: str, keys: Sequence[str]) -> None:
        self._file, self._keys = file, keys
        self._met, self._is_full = IdLog(), False
        self.totals, self.damaged, self.garbled = Tally(), Tally(), Tally()

    def add(self, rows: Rows) -> None:
        """Take in the keys of a part."""
        for kind, name in enumerate(self._keys):
            for text, row in zip(*rows.least_numbers(name)):
                self._look_at(Example(self._file, row, name, text), text)
                shared = print_text(f"{kind} {spell_alike(text)}")
                self._met.add(text, row, shared, kind)

    def _look_at(self, place: Example, text: str) -> None:
        if _GARBLED.search(text):
            self.garbled.add([place])
        if place.column == self._keys[0]:
            if is_damaged(text):
                self.damaged.add([place])
            elif is_total(text):
                self.totals.add([place])

    def merge(self, other: Spellings) -> None:
        """Take in the keys of other parts; beyond some number, there is no search."""
        for ours, theirs in (
            (self.totals, other.totals),
            (self.damaged, other.damaged),
            (self.garbled, other.garbled),
        ):
            ours.merge(theirs)
        if len(self._met) > _MOST_SPELLINGS:
            self._met = self._met.once()
        self._is_full = self._is_full or len(self._met) > _MOST_SPELLINGS
        if self._is_full:
            self._met = IdLog()
        else:
            self._met.extend(other._met)

    def find_crossed(self) -> Tally:
        """Give the ids that stand in several key columns; short ones often do."""
        tally = Tally()
        if len(self._keys) == 1:
            return tally
        crossing = IdLog()
        for at in range(len(self._met)):
            text = self._met.text(at)
            if len(text) >= _SHORTEST_CROSSED:
                kind, row = self._met.kind(at), self._met.row(at)
                crossing.add(text, row, print_text(text), kind)
        for places in crossing.find_shared():
            rows: dict[str, int] = {}
            for at in places:
                column = self._keys[crossing.kind(at)]
                row = crossing.row(at)
                rows[column] = min(row, rows.get(column, row))
            if len(rows) > 1:
                row, column = max((row, column) for column, row in rows.items())
                text = crossing.text(places[0])
                tally.add([Example(self._file, row, column, text)])
        return tally

    def _list_twins(self) -> Iterator[tuple[str, dict[str, int]]]:
        """Give the keys that read alike: their column, and the first row of each."""
        for places in self._met.find_shared():
            rows: dict[str, int] = {}
            for at in places:
                text, row = self._met.text(at), self._met.row(at)
                rows[text] = min(row, rows.get(text, row))
            if len(rows) > 1:
                yield self._keys[self._met.kind(places[0])], rows

    def find_twins(self) -> dict[str, str]:
        """Give some of the keys that have a twin, with it."""
        pairs = (
            (text, twins[0] if text != twins[0] else twins[1])
            for twins in (list(rows) for _, rows in self._list_twins())
            for text in twins
        )
        return dict(itertools.islice(pairs, _MOST_TWINS))

    def find_alike(self) -> Tally:
        """Give the keys that have a twin, all but the first of each."""
        tally = Tally()
        for column, spellings in self._list_twins():
            (_, first), *others = sorted((row, t) for t, row in spellings.items())
            if spell_alike(first):
                tally.add(
                    Example(self._file, row, column, f"{text} (like {first})")
                    for row, text in others
                )
        return tally
