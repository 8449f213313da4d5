"""Numbers as text: which marks a column uses, and the values it means."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from glue.arrays import Array

# What pandas, R, SQL and spreadsheets write for "no value".
MISSING = frozenset(
    ["na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "?", "<na>", "(null)", "."]
)
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_COMMA_DECIMAL = re.compile(r"[+-]?\d+,\d+")
_COMMA_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_DOT_THOUSANDS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d*")
_ODD_NUMBER = re.compile(r"^0\d|[^-+.\deE\n]", re.MULTILINE)
_LEADING_ZERO = re.compile(r"0\d+")


@dataclass
class NumberEvidence:
    """What the texts of a column say about being numbers, in bounded memory."""

    filled: int = 0
    blank: int = 0
    missing: int = 0
    plain: int = 0
    comma: int = 0
    only_decimal: int = 0
    only_thousands: int = 0
    dotted: int = 0
    leading_zero: int = 0
    infinite: int = 0
    other: int = 0
    fractional: bool = False

    def add(self, texts: Array) -> None:
        """Take in texts without white space around them."""
        self.fractional = self.fractional or any(map(_has_fraction, texts.tolist()))
        if _is_all_plain(texts):
            self.filled += len(texts)
            self.plain += len(texts)
            return
        for text, count in Counter(texts.tolist()).items():
            self.add_text(text, count)

    def add_text(self, text: str, count: int = 1) -> None:
        """Take in one text that is there so many times."""
        if not text:
            self.blank += count
            return
        self.filled += count
        if _PLAIN.fullmatch(text):
            self.plain += count
            if _LEADING_ZERO.fullmatch(text):
                self.leading_zero += count
            return
        self._add_odd(text, count)

    def _add_odd(self, text: str, count: int) -> None:
        decimal = bool(_COMMA_DECIMAL.fullmatch(text))
        thousands = bool(_COMMA_THOUSANDS.fullmatch(text))
        if text.casefold() in MISSING:
            self.missing += count
        elif decimal or thousands:
            self.comma += count
            self.only_decimal += count if not thousands else 0
            self.only_thousands += count if not decimal else 0
        elif _DOT_THOUSANDS.fullmatch(text):
            self.dotted += count
        elif text.strip("+-").casefold() in ("inf", "infinity"):
            self.infinite += count
        else:
            self.other += count

    @property
    def is_all_plain(self) -> bool:
        """Whether every text is a plain number or nothing."""
        return self.plain == self.filled

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
        return filled > 0 and self.numeric_share == 1.0 and not self.leading_zero


def _has_fraction(text: str) -> bool:
    return "." in text or "," in text or "e" in text or "E" in text


def _is_all_plain(texts: Array) -> bool:
    """Recognise the usual column fast: numbers only, none written like a code."""
    try:
        finite = np.isfinite(texts.astype(float)).all()
    except ValueError:
        return False
    return bool(finite) and not _ODD_NUMBER.search("\n".join(texts.tolist()))


def find_decimal_mark(evidence: NumberEvidence) -> str | None:
    """Tell the decimal mark by the whole column; None when it is unclear.

    ``1,5`` can only be one and a half, ``1,234,567`` and ``1,234.5`` can only be
    thousands; a column of nothing but ``1,234`` could be either.
    """
    if evidence.dotted and not evidence.only_thousands:
        return ","
    if not evidence.comma:
        return "."
    if evidence.only_decimal and not evidence.only_thousands:
        return ","
    if evidence.only_thousands and not evidence.only_decimal:
        return "."
    return None


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
    plain = text
    if decimal_mark == ",":
        plain = text.replace(".", "").replace(",", ".")
    elif _COMMA_THOUSANDS.fullmatch(text):
        plain = text.replace(",", "")
    if not _PLAIN.fullmatch(plain) or not np.isfinite(float(plain)):
        return np.nan, True
    return float(plain), False
