"""Numbers as text: which marks a column uses, and the values it means."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from glue.arrays import Array
from glue.columns import Column, as_coded
from glue.reading.fields import Fields, find_firsts
from glue.reading.plain_numbers import KeptNumbers, PlainNumbers
from glue.reading.written_numbers import LONGEST_NUMBER, tidy_number

# What pandas, R, SQL, spreadsheets and statistical offices write for "no value".
MISSING = frozenset(
    [
        *("na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "?", "<na>"),
        *("(null)", ".", "\\n", "n/e", "n.a.", "k.a.", "..", ":", "\u2013", "\u2014"),
        *("#nv", "#div/0!", "#value!", "#wert!", "#ref!", "#bezug!", "#name?"),
        *("#null!", "#num!", "#zahl!"),
    ]
)
# No pattern may try the same characters in two ways: a cell can be long.
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_COMMA_DECIMAL = re.compile(r"[+-]?\d+,\d*(?:[eE][+-]?\d{1,3})?")
_COMMA_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_DOT_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d*")
_DOTS_ONLY = re.compile(r"[+-]?\d{1,3}(?:\.\d{3}){2,}")
# What could be a thousand with a point, and what could be one with a comma.
_THOUSANDTH = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_LEADING_ZERO_COMMA = re.compile(r"[+-]?0,\d+")
_BY_COMMA = re.compile(
    r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d*)?(?:[eE][+-]?\d{1,3})?"
)
_ODD_NUMBER = re.compile(r"^0\d|[^-+.\deE\n]", re.MULTILINE)
_LARGE_WHOLE = re.compile(r"[+-]?0*[1-9]\d{3,}")
_LEADING_ZERO = re.compile(r"0\d+")
_LARGE = 1_000  # what has four digits
_THOUSANDS = 3  # digits behind a mark that groups
# Numbers of so many digits with zeros in front may be padded, rather than codes.
_WIDE = 6
# How a spreadsheet shows a large number in a narrow column: most digits are lost.
_ROUNDED = re.compile(r"[+-]?\d(?:[.,]\d{1,5})?E\+\d{2,3}")
# What instruments and old programs write for "no value", where it is so many times as
# far from zero as all other numbers: several times in a column, or once.
_FAR, _VERY_FAR = 5, 20
PLACEHOLDERS = (-99.0, -999.0, -9999.0, -99999.0, 9999.0, 99999.0, 999999.0)


@dataclass
class NumberEvidence:
    """What the texts of a column say about being numbers, in bounded memory.

    ``places`` has the first text of some kinds, with its row; ``units`` counts what
    stands beside numbers, and ``written`` the numbers whose signs or groups are not
    plain.
    """

    filled: int = 0
    blank: int = 0
    missing: int = 0
    plain: int = 0
    whole: int = 0
    rounded: int = 0
    thousandth: int = 0
    pointed: int = 0
    comma: int = 0
    only_decimal: int = 0
    only_thousands: int = 0
    ends_in_zero: int = 0
    large: int = 0
    dotted: int = 0
    leading_zero: int = 0
    infinite: int = 0
    other: int = 0
    written: int = 0
    with_points: bool = False
    with_commas: bool = False
    widths: set[int] = field(default_factory=set)
    units: Counter[str] = field(default_factory=Counter)
    places: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    odd_ones: Counter[float] = field(default_factory=Counter)
    low: float = np.inf
    high: float = -np.inf

    def add(self, column: Column, numbers: Array | None = None) -> None:
        """Take in texts without white space around them, and their rows' numbers."""
        plain = column.read_plain() if isinstance(column, Fields) else None
        if plain is not None:
            filled = plain.take(~column.blank)
            blanks = len(column) - len(filled.values)
            # Where a point may be one of thousands, each text has its say.
            is_clear = not (filled.decimals == _THOUSANDS).any()
            if is_clear or (self.pointed and not blanks):
                self._add_plain(filled, each=blanks > 0)
                self._see_pointed(column, plain.points, numbers)
                self.blank += blanks
                self.widths |= column.list_widths() if blanks else set()
                return
        if isinstance(column, Fields) and self._add_codes(column, numbers):
            return
        # Each text once: a long one in every row is what a table has most of.
        coded = as_coded(column).renumber()
        values = _read_plain(coded.uniques)
        if values is not None:
            texts = column if isinstance(column, np.ndarray) else column.texts
            self.filled += len(texts)
            self.plain += len(texts)
            self.with_points = self.with_points or any(map(_has_point, coded.uniques))
            self._add_values(values[coded.codes])
            self._add_points(texts, numbers)
            return
        texts, counts = coded.uniques.tolist(), np.bincount(coded.codes).tolist()
        rows = [None] * len(texts)
        if numbers is not None:
            rows = numbers[find_firsts(coded.codes)].tolist()
        for text, count, row in zip(texts, counts, rows):
            self.add_text(text, count, row)

    def _add_plain(self, plain: PlainNumbers, *, each: bool) -> None:
        """Take in plain numbers whose points, if any, are decimal ones.

        Beside blanks ``each`` is counted, as where texts are taken in one by one.
        """
        self.filled += len(plain.values)
        self.plain += len(plain.values)
        self.with_points = self.with_points or bool(plain.points.any())
        self._add_values(plain.values)
        large = ~plain.points & (np.abs(plain.values) >= _LARGE)
        if not each and not self.with_points:
            self.whole += len(plain.values)
            self.large += not self.large and bool(large.any())
        elif each or not self.pointed:
            self.pointed += int(plain.points.sum())
            self.whole += int((~plain.points).sum())
            self.large += int(large.sum())

    def _add_codes(self, column: Fields, numbers: Array | None) -> bool:
        """Take in digits of which some have zeros in front, if these are no others.

        They are counted as where texts are taken in one by one.
        """
        filled = ~column.blank
        codes = column.take(filled)
        values = codes.read_codes()
        if values is None:
            return False
        self.blank += len(column) - len(codes)
        self.filled += len(codes)
        self.plain += len(codes)
        self.whole += len(codes)
        self.large += int((values >= _LARGE).sum())
        self.widths |= set(np.unique(codes.sizes).tolist())
        self._add_values(values)
        leading = codes.leads_by_zero()
        self.leading_zero += int(leading.sum())
        at = int(np.argmax(leading))
        row = None if numbers is None else int(numbers[filled][at])
        self._see("leading zero", codes.take(slice(at, at + 1)).texts[0], row)
        return True

    def _see_pointed(
        self, column: Fields, points: Array, numbers: Array | None
    ) -> None:
        """Keep the first number that has a point."""
        if "pointed" not in self.places and points.any():
            first = int(np.argmax(points))
            row = None if numbers is None else int(numbers[first])
            self._see("pointed", column.take(slice(first, first + 1)).texts[0], row)

    def add_text(self, text: str, count: int = 1, row: int | None = None) -> None:
        """Take in one text that is there so many times, first in this row."""
        if not text:
            self.blank += count
            return
        self.filled += count
        if len(text) > LONGEST_NUMBER:
            self._note_other(text, count, row)
        elif _PLAIN.fullmatch(text):
            self.plain += count
            self._add_value(float(text), count)
            self._add_point(text, count, row)
            if text.isdecimal():
                self.widths.add(len(text))
            if _LEADING_ZERO.fullmatch(text):
                self.leading_zero += count
                self._see("leading zero", text, row)
        else:
            self._add_odd(text, count, row)

    def _note_other(self, text: str, count: int, row: int | None) -> None:
        self.other += count
        self._see("other", text, row)

    def _see(self, kind: str, text: str, row: int | None) -> None:
        """Keep the first text of a kind, by its row."""
        known = self.places.get(kind)
        if known is None or (row is not None and row < (known[1] or 0)):
            self.places[kind] = (text[:100], row)

    def _add_value(self, value: float, count: int) -> None:
        if value in PLACEHOLDERS:
            self.odd_ones[value] += count
        elif np.isfinite(value):
            self.low, self.high = min(self.low, value), max(self.high, value)

    def _add_values(self, values: Array) -> None:
        finite = values[np.isfinite(values)]
        odd = np.isin(finite, PLACEHOLDERS)
        for value in finite[odd].tolist():
            self.odd_ones[value] += 1
        rest = finite[~odd]
        if len(rest):
            self.low = min(self.low, float(rest.min()))
            self.high = max(self.high, float(rest.max()))

    def _add_points(self, texts: Array, numbers: Array | None) -> None:
        """Count how plain numbers use points, until one settles it."""
        if not self.with_points:
            self.whole += len(texts)
            self.large += not self.large and any(map(_LARGE_WHOLE.fullmatch, texts))
            return
        if self.pointed:
            return
        rows = [None] * len(texts) if numbers is None else numbers.tolist()
        for text, row in zip(texts.tolist(), rows):
            self._add_point(text, 1, row)

    def _add_point(self, text: str, count: int, row: int | None) -> None:
        if not _has_point(text):
            self.whole += count
            self.large += count * (_LARGE_WHOLE.fullmatch(text) is not None)
            return
        self.with_points = True
        self._note_rounded(text, count, row)
        if _THOUSANDTH.fullmatch(text):
            self.thousandth += count
            self._see("thousandth", text, row)
        elif "." in text and "e" not in text.casefold():
            self.pointed += count
            self._see("pointed", text, row)

    def _note_rounded(self, text: str, count: int, row: int | None) -> None:
        if _ROUNDED.fullmatch(text):
            self.rounded += count
            self._see("rounded", text, row)

    def _add_odd(self, text: str, count: int, row: int | None) -> None:
        if text.casefold() in MISSING:
            self.missing += count
        elif text.strip("+-").casefold() in ("inf", "infinity"):
            self.infinite += count
        elif not self._add_marked(text, count, row):
            self._add_written(text, count, row)

    def _add_marked(self, text: str, count: int, row: int | None) -> bool:
        """Take in a number that is not plain for its commas and points alone."""
        decimal = bool(_COMMA_DECIMAL.fullmatch(text))
        thousands = bool(_COMMA_THOUSANDS.fullmatch(text))
        is_dotted = bool(_DOT_THOUSANDS.fullmatch(text) or _DOTS_ONLY.fullmatch(text))
        self.with_points = self.with_points or (thousands and "." in text)
        self.with_commas = self.with_commas or (
            "," in text if is_dotted else decimal or thousands
        )
        if decimal or thousands or is_dotted:
            self._add_value(_read_size(text), count)
        if decimal or thousands:
            self._note_rounded(text, count, row)
            self.comma += count
            small = bool(_LEADING_ZERO_COMMA.fullmatch(text))
            self.only_decimal += count if small or not thousands else 0
            self.only_thousands += count if not decimal else 0
            self.ends_in_zero += count if thousands and text.endswith("0") else 0
            self._see("comma", text, row)
        elif is_dotted:
            self.dotted += count
            self._see("dotted", text, row)
        return decimal or thousands or is_dotted

    def _add_written(self, text: str, count: int, row: int | None) -> None:
        """Take in a number with a unit, grouped otherwise, or signed otherwise."""
        written = tidy_number(text)
        if written is None:
            self._note_other(text, count, row)
            return
        if written.unit:
            self.units[written.unit] += count
            self._see(f"unit {written.unit}", text, row)
        if written.is_regrouped:
            self.written += count
            self._see("written", text, row)
        core = written.core
        if _PLAIN.fullmatch(core):
            self.plain += count
            self._add_point(core, count, row)
        elif not self._add_marked(core, count, row):
            self._note_other(text, count, row)

    @property
    def is_all_plain(self) -> bool:
        """Whether every text is a plain number or nothing."""
        others = self.written + sum(self.units.values())
        return self.plain == self.filled and not others

    def is_whole(self, decimal_mark: str) -> bool:
        """Whether no number has a fraction, by the mark that the column has."""
        if decimal_mark == ",":
            return not self.with_commas
        return not self.with_points

    @property
    def is_padded_oddly(self) -> bool:
        """Whether zeros stand before numbers of several widths, or of a large one."""
        wide = len(self.widths) > 1 or min(self.widths, default=0) >= _WIDE
        return self.leading_zero > 0 and wide

    @property
    def numeric_share(self) -> float:
        """Which share of the filled values can be numbers of some kind."""
        filled = self.filled - self.missing
        good = self.plain + self.comma + self.dotted + self.infinite
        return good / filled if filled else 0.0

    @property
    def is_numeric(self) -> bool:
        """Whether every filled value is a number, none written like a code."""
        filled = self.filled - self.missing
        alike = len(self.units) <= 1
        return (
            filled > 0 and self.numeric_share == 1.0 and not self.leading_zero and alike
        )

    @property
    def placeholders(self) -> tuple[float, ...]:
        """The values that stand for "no value": far from all others, or below zero.

        A number such as -999 need not be far where no other number is negative, and
        one that stands there once has to be the farther.
        """
        reach = max(abs(self.low), abs(self.high)) if self.high >= self.low else 0.0
        return tuple(
            value
            for value, count in self.odd_ones.items()
            if (value < 0 <= self.low and reach > 0)
            or (
                count < self.filled / 2
                and 0 < (_FAR if count > 1 else _VERY_FAR) * reach < abs(value)
            )
        )


def _read_size(text: str) -> float:
    """Read a number of commas and points by the last one, whatever they mean."""
    whole, _, rest = text.replace(",", ".").rpartition(".")
    return float(f"{whole.replace('.', '')}.{rest}")


def _has_point(text: str) -> bool:
    return "." in text or "e" in text or "E" in text


def _read_plain(texts: Array) -> Array | None:
    """Read the usual column fast: numbers only, none written like a code."""
    try:
        values: Array = texts.astype(float)
    except ValueError:
        return None
    joined = "\n".join(texts.tolist())
    if not np.isfinite(values).all() or _ODD_NUMBER.search(joined) or "E+" in joined:
        return None
    return values


@dataclass(frozen=True)
class DecimalMark:
    """The decimal mark of a column, and how sure it is.

    ``mark`` is None when it cannot be told; ``code`` is what is to be said, if
    anything, and ``kind`` the kind of text that shows why.
    """

    mark: str | None
    code: str | None = None
    kind: str = ""


def find_decimal_mark(
    evidence: NumberEvidence, others: str | None = None
) -> DecimalMark:
    """Tell the decimal mark by the whole column, else by the file's other columns.

    ``1,5`` can only be one and a half, ``1,234,567`` and ``1,234.5`` can only be
    thousands; a column of nothing but ``1,234`` could be either, and so could one of
    ``987`` and ``1.045``.

    Parameters
    ----------
    evidence
        What the column's texts are.
    others
        The mark that the file's other columns have without doubt, if any.
    """
    comma = evidence.only_decimal or evidence.dotted
    point = evidence.pointed or evidence.only_thousands
    if (comma and point) or _is_mixed(evidence):
        return DecimalMark(None, "decimal-mixed")
    if comma or point:
        return DecimalMark("," if comma else ".")
    if evidence.ends_in_zero and evidence.whole and not evidence.large:
        return DecimalMark(".")  # nobody writes 1,050 for 1.05 and 916 for 916.000
    if evidence.comma:
        code = "decimal-assumed" if others == "," else None
        return DecimalMark(others, code if others else "decimal-ambiguous", "comma")
    return _choose_point(evidence, others)


def _is_mixed(evidence: NumberEvidence) -> bool:
    """Say whether 1,906 stands beside points, or 1.906 beside decimal commas.

    It could be nearly two, and nearly two thousand only where thousands are grouped in
    numbers with a fraction too.
    """
    by_comma = evidence.comma - evidence.only_decimal - evidence.only_thousands
    if by_comma and not evidence.only_thousands:
        return bool(evidence.pointed or (evidence.thousandth and not evidence.dotted))
    return bool(evidence.thousandth and evidence.only_decimal and not evidence.dotted)


def _choose_point(evidence: NumberEvidence, others: str | None) -> DecimalMark:
    """Choose what points mean of which each has three digits behind it."""
    if not evidence.thousandth:
        return DecimalMark(".")
    if others == ",":
        return DecimalMark(",")
    if evidence.whole and others is None:
        return DecimalMark(None, "decimal-ambiguous", "thousandth")
    return DecimalMark(".", "decimal-assumed", "thousandth")


def list_marks(evidence: NumberEvidence) -> set[str]:
    """List the decimal marks that a numeric column has without doubt."""
    comma = evidence.only_decimal or evidence.dotted
    found = {",": comma, ".": evidence.pointed}
    return {
        mark for mark, is_there in found.items() if is_there and evidence.is_numeric
    }


def is_number(text: str) -> bool:
    """Say whether a text is a number, however it is written."""
    text = text.strip()
    if not text or len(text) > LONGEST_NUMBER:
        return False
    written = tidy_number(text)
    core = text if written is None else written.core
    patterns = (_PLAIN, _COMMA_DECIMAL, _COMMA_THOUSANDS, _DOT_THOUSANDS, _DOTS_ONLY)
    return any(pattern.fullmatch(core) for pattern in patterns)


def parse_numbers(
    texts: Array, decimal_mark: str = ".", *, plain: bool = False
) -> tuple[Array, Array]:
    """Read texts as numbers.

    Parameters
    ----------
    texts
        Texts without white space around them, [n].
    decimal_mark
        The mark; the other one groups thousands and is dropped.
    plain
        Whether the whole column is known to be plain numbers and blanks.

    Returns
    -------
    tuple of array
        Values, [n], NaN where blank, missing or bad; and which texts are bad,
        infinite ones included.
    """
    return _parse_fast(texts) if plain else _parse_each(texts, decimal_mark)


def parse_column(
    column: Column, decimal_mark: str = ".", *, plain: bool = False
) -> tuple[Array, Array]:
    """Read a column of texts as ``parse_numbers`` does, each of them once if it can."""
    if isinstance(column, np.ndarray):
        return parse_numbers(column, decimal_mark, plain=plain)
    values = _find_values(column) if decimal_mark == "." else None
    if values is not None:
        return values, np.zeros(len(column), dtype=bool)
    coded = column.code()
    values, bad = parse_numbers(coded.uniques, decimal_mark, plain=plain)
    return values[coded.codes], bad[coded.codes]


def _find_values(column: Column) -> Array | None:
    """Give the values of a column that was read already, or can be at once."""
    if isinstance(column, KeptNumbers):
        return column.values
    read = column.read_plain() if isinstance(column, Fields) else None
    return None if read is None else read.values


def holds_plain(column: Column) -> bool:
    """Say whether all texts of a column are known to be plain numbers or blank."""
    return _find_values(column) is not None


def _parse_fast(texts: Array) -> tuple[Array, Array]:
    blank = texts == ""
    values = np.where(blank, "nan", texts).astype(float)
    return values, ~blank & ~np.isfinite(values)  # 1e999 is plain, and infinite


def _parse_each(texts: Array, decimal_mark: str) -> tuple[Array, Array]:
    readings: dict[str, tuple[float, bool]] = {}
    for text in set(texts.tolist()):
        readings[text] = _parse_one(text, decimal_mark)
    pairs = [readings[text] for text in texts.tolist()]
    values = np.array([value for value, _ in pairs], dtype=float)
    return values, np.array([bad for _, bad in pairs], dtype=bool)


def _parse_one(text: str, decimal_mark: str) -> tuple[float, bool]:
    if not text or text.casefold() in MISSING:
        return np.nan, False
    if len(text) > LONGEST_NUMBER:
        return np.nan, True
    value = _parse_core(text, decimal_mark)
    if value is None:
        written = tidy_number(text)
        value = None if written is None else _parse_core(written.core, decimal_mark)
    if value is None or not np.isfinite(value):
        return np.nan, True
    return value, False


def _parse_core(text: str, decimal_mark: str) -> float | None:
    """Read digits and marks; the mark that groups must stand before three digits."""
    plain = text
    if decimal_mark == ",":
        if not _BY_COMMA.fullmatch(text):
            return None
        plain = text.replace(".", "").replace(",", ".")
    elif _COMMA_THOUSANDS.fullmatch(text):
        plain = text.replace(",", "")
    return float(plain) if _PLAIN.fullmatch(plain) else None
