"""Why rows have more or fewer fields than the header, and what to do about it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence

from glue.findings.finding import shorten
from glue.reading.layout import DELIMITERS, count_fields
from glue.reading.numbers import is_number
from glue.reading.timestamps import is_date

QUOTE_DECIMALS = (
    "write decimal points, such as 12.5, or put numbers with a decimal comma into "
    'quotes, such as "12,5"'
)
_ONE_TOO_MANY = " seems to be one too many,"
_MISSING = " seems to be missing"
_NOTE = ": there is one text only, such as a note or a page's number"
_KINDS = (_ONE_TOO_MANY, _MISSING, _NOTE)
_LIKEWISE = "the other rows likewise"
_WHOLE = re.compile(r"[-+]?\d{1,15}")
_PLACES = re.compile(r"\d{1,3}")
# So many of the ten digits, at least, where decimals have one place each.
_LEAST_DIGITS = 6
_LEAST_ROWS = 4
_MOST_KEPT = 1_000
# So many rows show what the columns hold.
_MOST_LIKES = 50
_SOME = 5


def write_row(cells: Sequence[str], mark: str) -> str:
    """Write a row as a line, with quotes where it needs them."""
    quoted = (f'"{cell}"' if mark in cell or '"' in cell else cell for cell in cells)
    return mark.join(quoted)


def show_decimals(whole: str, places: str) -> str:
    """Say how to write a number that a decimal comma has cut in two."""
    whole, places = whole.strip(), places.strip()
    told = QUOTE_DECIMALS.replace("12.5", f"{whole}.{places}")
    return told.replace("12,5", f"{whole},{places}")


class WidthAdvice:
    """Looks at rows of another width than the header, and says why they have it.

    ``numbers`` are those of the first such rows, and ``good`` counts the others.
    """

    def __init__(self, delimiter: str, header: Sequence[str], skip: int) -> None:
        self._delimiter, self._width, self._skip = delimiter, len(header) + skip, skip
        self._header, self._name = list(header), header[0] if header else ""
        self._likes: list[list[str]] = []
        self._counts: Counter[str] = Counter()
        self._told: dict[str, tuple[str, str]] = {}
        self._firsts: dict[str, tuple[int, list[str]]] = {}
        self.numbers: list[int] = []
        self.good = 0
        self._widest, self._same_width = 0, True
        self._tails: list[tuple[int, list[str]]] = []
        self._pairs: set[int] | None = None
        self._count = 0

    def see(self, record: Sequence[str], number: int) -> None:
        """Take in a row of another width."""
        why, remedy = self._find_reason(record, number)
        kinds = (one for one in (_ONE_TOO_MANY, _MISSING) if one in why)
        kind = next(kinds, why)
        self._told.setdefault(kind, (why, remedy))
        self._firsts.setdefault(kind, (number, list(record)))
        self._counts[kind] += 1
        self._same_width &= self._widest in (0, len(record))
        self._widest = max(self._widest, len(record))
        if len(self.numbers) < _SOME:
            self.numbers.append(number)

    def explain(self, *, is_cut: bool = False) -> tuple[str, str]:
        """Give the commonest reason so far, and what to do.

        ``is_cut`` says that the only such row is the file's last, without an end.
        """
        if is_cut:
            return (
                ": the file ends within its last row",
                "export and upload it again: it was cut there, so that what came "
                "behind that row is missing too",
            )
        width = self._widest
        kind = self._counts.most_common(1)[0][0]
        if QUOTE_DECIMALS in self._told[kind][1]:
            return self._told[kind][0], self._show_decimals(kind)
        if not self.good and self._same_width and width > self._width:
            return (
                f": every row has {width}, so that the header lacks a name",
                "write a name for each column into the header, in the order of the "
                "values",
            )
        return self._explain_most()

    def _show_row(self, kind: str) -> str:
        """Show how the first row of another delimiter should read."""
        number, record = self._firsts[kind]
        other = self.find_delimiter(record)
        if other is None:
            return ""
        line = self._delimiter.join(record)
        cells = next(csv.reader([line], delimiter=other))
        return f": row {number} then reads {write_row(cells, self._delimiter)}"

    def _show_decimals(self, kind: str) -> str:
        """Show how the last number of the first row should be written."""
        _, record = self._firsts[kind]
        at = max(self._list_pairs(record), default=None)
        if at is None:
            return QUOTE_DECIMALS
        return show_decimals(record[at], record[at + 1])

    def _explain_most(self) -> tuple[str, str]:
        """Give the reason that most rows have, as the first of them shows it."""
        kind = self._counts.most_common(1)[0][0]
        for one in (_ONE_TOO_MANY, _MISSING):
            if 2 * self._counts[one] >= sum(self._counts.values()):
                kind = one
        why, remedy = self._told[kind]
        remedy += self._show_row(kind)
        if kind in _KINDS and sum(self._counts.values()) > 1:
            more = "" if kind == _NOTE else ", and another in each of the others"
            return f"{why}{more}", f"{remedy}; {_LIKEWISE}"
        return why, remedy

    def _find_reason(self, record: Sequence[str], number: int) -> tuple[str, str]:
        if self._width == 1:
            return (
                f": the header is one name, {shorten(self._name)!r}, without any "
                "delimiter that is known",
                "separate the columns, in the header too, by commas, semicolons, tabs "
                "or bars",
            )
        if any(len(field.splitlines()) > 1 for field in record):
            return (
                ": a quote that is opened there takes in the rows below",
                "close the quote where its value ends, or take it out",
            )
        other = self.find_delimiter(record) or self._find_likely(record)
        if other:
            ours, theirs = DELIMITERS[self._delimiter], DELIMITERS[other]
            return (
                f": a {theirs} is between their values, and a {ours} in the header",
                f"write the same delimiter, a {ours}, in these rows too",
            )
        return self._explain_count(record, number)

    def _explain_count(self, record: Sequence[str], number: int) -> tuple[str, str]:
        filled = sum(bool(field.strip()) for field in record)
        if filled == 1 and self._width > 2:
            return (
                _NOTE,
                f"remove row {number}",
            )
        if len(record) > self._width:
            return self._explain_long(record, number)
        return self._explain_short(record, number)

    def _explain_short(self, record: Sequence[str], number: int) -> tuple[str, str]:
        lacking = self._find_lacking(record)
        if lacking is not None:
            name = self._header[lacking]
            cells = [*record[:lacking], f"<{name}>", *record[lacking:]]
            line = shorten(self._delimiter.join(cells), 100)
            return (
                f": the value of {name!r}{_MISSING} in row {number}",
                f"write it there, so that the line reads {line}",
            )
        either = self._find_lacking_either(record)
        if either:
            names = " or ".join(repr(self._header[at]) for at in either)
            return (
                f": the value of {names}{_MISSING} in row {number}",
                "write it there at its place, so that the values behind it stand under "
                "their names",
            )
        if self._is_note(record):
            return (_NOTE, f"remove row {number}")
        return (
            ": cells are missing there",
            "write the missing cells, or a delimiter for each where they are blank, so "
            "that all others stand under their names",
        )

    def _explain_long(self, record: Sequence[str], number: int) -> tuple[str, str]:
        mark = DELIMITERS[self._delimiter]
        cut = [one for one in zip(record, record[1:]) if one[0].endswith("\\")]
        if cut:
            whole = f"{cut[0][0][:-1]}{self._delimiter}{cut[0][1]}"
            return (
                f": a backslash stands before a {mark} within a value, which only some "
                "programs know",
                f'put such values into double quotes instead, as in "{whole}"',
            )
        if self._delimiter == "," and self._find_pair(record):
            return (": a comma within a number makes two values of it", QUOTE_DECIMALS)
        extra = self._find_extra(record)
        if extra is not None:
            text, left = shorten(record[extra], 40), record[extra + 1 :][:2]
            names = self._header[extra : extra + 2]
            homes = (
                f"{shorten(one, 40)!r} stands under {name!r}"
                for one, name in zip(left, names)
            )
            so_that = f", so that {' and '.join(homes)}" if left else ""
            what = f"the value {text!r}" if text else "a blank cell"
            return (
                f": {what}{_ONE_TOO_MANY} at place {extra + 1} of {len(record)} in row "
                f"{number}",
                f"take {repr(text) if text else 'it'} out of row {number}{so_that}",
            )
        if len(record) == self._width + 1 and not self._skip:
            two = self._find_either(record)
            if two:
                one, other = (repr(shorten(record[at], 40)) for at in two)
                return (
                    f": {one} or {other}{_ONE_TOO_MANY} in row {number}",
                    f"take the one out of row {number} that does not belong there",
                )
        return (
            f": there are too many values, as where a {mark} stands within one of them",
            f"put values that hold a {mark} into double quotes, and take out values "
            "that stand under no name",
        )

    def learn(self, rows: Sequence[Sequence[str]]) -> None:
        """Take in some rows of the header's width."""
        if len(self._likes) < _SOME and rows:
            self._likes = [list(row) for row in rows[:_MOST_LIKES]]
        elif rows and len(self._likes) < 2 * _MOST_LIKES:
            self._likes.append(list(rows[-1]))

    def _find_extra(self, record: Sequence[str]) -> int | None:
        """Find the one value without which a row is like the others."""
        if len(record) != self._width + 1 or self._skip:
            return None
        columns = list(zip(*self._likes))
        tries = ([*record[:at], *record[at + 1 :]] for at in range(len(record)))
        best = _find_best([_count_like(row, columns) for row in tries], self._width)
        blank = [at for at, cell in enumerate(record) if not cell.strip()]
        return blank[0] if best is None and len(blank) == 1 else best

    def _find_either(self, record: Sequence[str]) -> list[int]:
        """Find the two values without either of which a row is like the others."""
        columns = list(zip(*self._likes))
        tries = ([*record[:at], *record[at + 1 :]] for at in range(len(record)))
        counts = [_count_like(row, columns) for row in tries]
        best = [at for at, count in enumerate(counts) if count >= self._width]
        return best if len(best) == 2 and best[1] == best[0] + 1 else []

    def _find_lacking(self, record: Sequence[str]) -> int | None:
        """Find the one column without which the others are like a row."""
        return _find_best(self._count_lacking(record), len(record))

    def _find_lacking_either(self, record: Sequence[str]) -> list[int]:
        """Find the two columns beside each other of which a row may lack either."""
        counts = self._count_lacking(record)
        best = [at for at, count in enumerate(counts) if count >= len(record)]
        return best if len(best) == 2 and best[1] == best[0] + 1 else []

    def _count_lacking(self, record: Sequence[str]) -> list[int]:
        """Count how well a row is like the others but for each of their columns."""
        if len(record) != self._width - 1 or self._skip:
            return []
        columns = list(zip(*self._likes))
        tries = ([*columns[:at], *columns[at + 1 :]] for at in range(len(columns)))
        return [_count_like(record, some) for some in tries]

    def _is_note(self, record: Sequence[str]) -> bool:
        """Say whether a row begins as a note, such as Source: some system."""
        columns = list(zip(*self._likes))
        first = record[0].strip()
        return (
            bool(columns)
            and re.search(r":(\s|$)", first) is not None
            and not is_date(first)
            and first not in {text.strip() for text in columns[0]}
        )

    def find_delimiter(self, record: Sequence[str]) -> str | None:
        """Find another delimiter that cuts a row into as many fields as the header."""
        line = self._delimiter.join(record)
        others = [mark for mark in DELIMITERS if mark != self._delimiter]
        found = [mark for mark in others if count_fields(line, mark) == self._width]
        return found[0] if found and self._width > 1 else None

    def _find_likely(self, record: Sequence[str]) -> str | None:
        """Find another delimiter that cuts a row of one field into more than enough.

        Where it is a comma, it may stand within numbers as well.
        """
        if len(record) != 1 or self._width < 2:
            return None
        others = [mark for mark in DELIMITERS if mark != self._delimiter]
        found = [m for m in others if count_fields(record[0], m) > self._width]
        return found[0] if found and not record[0].count(" ") > self._width else None

    def _list_pairs(self, record: Sequence[str]) -> set[int]:
        """List the fields that are a whole number with digits beside it."""
        return {
            at
            for at, (one, two) in enumerate(zip(record, record[1:]))
            if _WHOLE.fullmatch(one.strip()) and _PLACES.fullmatch(two.strip())
        }

    def _find_pair(self, record: Sequence[str]) -> bool:
        """Say whether the values that are too many are the places of numbers."""
        filled = [field.strip() for field in record]
        while filled and not filled[-1]:
            filled.pop()
        many, places = len(filled) - self._width, len(self._list_pairs(filled))
        return places >= 1 and (many > 1 or not self._likes) and many <= 2 * places

    def see_tail(self, number: int, record: Sequence[str]) -> None:
        """Take in a row with blank fields at its end that the header does not have."""
        pairs = self._list_pairs(record[: self._width])
        self._pairs = pairs if self._pairs is None else self._pairs & pairs
        self._count += 1
        if self._pairs and len(self._tails) < _MOST_KEPT:
            self._tails.append((number, list(record[: self._width])))

    @property
    def tails(self) -> int:
        """How many rows have blank fields at their end."""
        return self._count

    def find_split_decimals(self) -> tuple[int | None, list[tuple[int, list[str]]]]:
        """Find two columns that may be one number cut at its decimal comma.

        Returns
        -------
        tuple
            The first one's place, and the first such rows' numbers with both fields.
        """
        if self._delimiter != "," or len(self._tails) < _LEAST_ROWS:
            return None, []
        for at in sorted(self._pairs or ()):
            places = [record[at + 1].strip() for _, record in self._tails]
            widths = {len(text) for text in places}
            if len(widths) == 1 and (
                widths != {1} or len(set(places)) >= _LEAST_DIGITS
            ):
                rows = [(n, record[at : at + 2]) for n, record in self._tails]
                return at - self._skip, rows
        return None, []


def _count_like(record: Sequence[str], columns: Sequence[Sequence[str]]) -> int:
    """Count the values that are of their column's kind; twice where it has just them.

    0 when any is not.
    """
    counts = [_is_like(text.strip(), some) for text, some in zip(record, columns)]
    return sum(counts) if all(counts) else 0


def _is_like(text: str, column: Sequence[str]) -> int:
    if text in {other.strip() for other in column}:
        return 2
    other = next((one.strip() for one in column if one.strip()), "")
    return int(bool(text) and _tell_kind(text) == _tell_kind(other) != "text")


def _tell_kind(text: str) -> str:
    is_amount = is_number(text) or is_number(text.replace(",", ".", 1))
    return "number" if is_amount else "date" if is_date(text) else "text"


def _find_best(counts: Sequence[int], width: int) -> int | None:
    """Give the place of the one best count, where it is enough."""
    best = max(counts, default=0)
    return counts.index(best) if best >= width and counts.count(best) == 1 else None
