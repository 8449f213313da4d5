"""What a column holds beside the keys: numbers with a decimal mark, texts, nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from glue.arrays import as_texts
from glue.findings.finding import Example, Findings, list_some
from glue.reading.numbers import (
    NumberEvidence,
    find_decimal_mark,
    is_number,
    parse_numbers,
)
from glue.reading.odd_values import is_made_date
from glue.reading.profile import TableProfile
from glue.settings.layers import Settings

_ADVISE_PERCENT = (
    "write all of them as percent, or none: multiply or divide the others by 100 where "
    "they mean shares, and leave the sign out"
)
# A column with so large a share of numbers may be meant to be one of numbers.
_LEAST_NUMBERS = 0.3


@dataclass
class Types:
    """Which columns are numbers, with which mark, which are texts, which left out."""

    numbers: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    dropped: set[str] = field(default_factory=set)


def choose_types(
    profile: TableProfile,
    columns: Iterable[str],
    settings: Settings,
    findings: Findings,
    *,
    file: str,
) -> Types:
    """Choose the type of each column that is neither key, timestamp nor target."""
    types = Types()
    wanted = settings.preparation.get("ColumnTypes", {})
    unwanted = settings.preparation.get("DropColumns", [])
    for name in columns:
        evidence = profile.numbers[name]
        kind = wanted.get(name)
        if name in unwanted:
            types.dropped.add(name)
        elif not evidence.filled and kind is None:
            types.dropped.add(name)
            findings.add("column-empty", file=file, column=name)
        elif (kind or ("number" if evidence.is_numeric else "text")) == "text":
            types.texts.append(name)
            if kind is None:
                _check_mixed(evidence, findings, file=file, column=name)
        else:
            mark = choose_mark(profile, settings, findings, file=file, column=name)
            types.numbers[name] = mark or "."
    return types


def choose_mark(
    profile: TableProfile,
    settings: Settings,
    findings: Findings,
    *,
    file: str,
    column: str,
) -> str | None:
    """Choose the decimal mark of a numeric column; None when it is unclear."""
    evidence = profile.numbers[column]
    found = find_decimal_mark(evidence, profile.find_mark_beside(column))
    wanted: str | None = settings.preparation.get("DecimalMark")
    mark = wanted or found.mark
    teller = _Teller(evidence, findings, file, column)
    if wanted is None and found.code is not None:
        teller.tell_doubt(found.code, found.kind)
    if mark is not None:
        teller.tell_rewritten(mark)
    teller.tell_units()
    teller.tell_rounded()
    return mark


@dataclass(frozen=True)
class _Teller:
    """Says how the numbers of one column are written, with an example each."""

    evidence: NumberEvidence
    findings: Findings
    file: str
    column: str

    def find_places(self, *kinds: str) -> list[Example]:
        """Give the first text of each of some kinds."""
        found = [self.evidence.places[kind] for kind in kinds if kind in self._known]
        return [Example(self.file, row, self.column, text) for text, row in found]

    @property
    def _known(self) -> dict[str, tuple[str, int | None]]:
        return self.evidence.places

    def tell_doubt(self, code: str, kind: str) -> None:
        """Say that the decimal mark is unclear, mixed, or only assumed."""
        kinds = ("comma", "dotted", "pointed", "thousandth")
        places = self.find_places(kind) if kind else self.find_places(*kinds)
        such = str(places[0].value) if places else "1,234"
        self.findings.add(
            code,
            count=max(self.evidence.comma + self.evidence.dotted, 1)
            if code == "decimal-mixed"
            else 1,
            examples=places,
            remedy=self._advise_mark(code, such, places),
            file=self.file,
            column=self.column,
            such=such,
            commas=self.evidence.comma + self.evidence.dotted,
            filled=self.evidence.filled,
        )

    def _advise_mark(self, code: str, such: str, places: list[Example]) -> str | None:
        """Say which setting reads these numbers how, where any reads them all."""
        texts = as_texts(str(place.value) for place in places)
        able = [mark for mark in ".," if not parse_numbers(texts, mark)[1].any()]
        if code == "decimal-ambiguous" and len(able) > 1:
            whole = re.sub(r"[.,]", "", such)
            mark = "." if "." in such else ","
            group = "," if mark == "." else "."
            return (
                f'set "Preparation": {{"DecimalMark": "{group}"}} in config.json if '
                f'{such} means {whole}, or "{mark}" if it is a number with three '
                f"decimals; or write plain numbers, such as {whole}"
            )
        if code != "decimal-mixed":
            return None
        mark = "." if self.evidence.pointed else ","
        few, many = str(texts[0]), str(texts[-1])
        if 2 * (self.evidence.comma + self.evidence.dotted) > self.evidence.filled:
            few, many = many, few
        remedy = f"write all of them with one mark, such as {texts[-1]}"
        grouped = re.search(r"[.,]\d{3}$", few)
        if few.count(",") + few.count(".") == 1 and few != many and not grouped:
            plain = few.translate(str.maketrans(",.", ".,"))
            remedy = f"write {plain} for {few!r}, and the others likewise"
        if len(able) == 1 and len(places) > 1:
            value = parse_numbers(texts, able[0])[0]
            meant = ", ".join(f"{t} is {v:g}" for t, v in zip(texts, value))
            remedy += f'; or, if {meant}, set "Preparation": {{"DecimalMark": '
            remedy += f'"{able[0]}"}} in config.json'
        return remedy

    def tell_rewritten(self, mark: str) -> None:
        """Say how many numbers were not written plainly."""
        evidence, kinds = self.evidence, ["comma", "dotted", "written"]
        count = max(evidence.comma + evidence.dotted, evidence.written)
        if mark == "," and evidence.thousandth:
            count += evidence.thousandth
            kinds.append("thousandth")
        if count:
            self.findings.add(
                "number-marks",
                count=count,
                examples=self.find_places(*kinds),
                file=self.file,
                column=self.column,
                mark=mark,
            )

    def tell_units(self) -> None:
        """Say which units stood beside the numbers; refuse several of them."""
        units, numbers = self.evidence.units, self.evidence.filled
        if not units:
            return
        count = sum(units.values())
        plain = numbers - self.evidence.missing - count
        some, several = "%" in units and plain > 0, len(units) > 1
        whole = f"{count} of {count + plain} values"
        self.findings.add(
            "units-mixed" if several or some else "number-units",
            problem="several units"
            if several
            else f"a {'percent sign' if some else 'unit'} in {whole} only",
            count=count,
            examples=self.find_places(*(f"unit {unit}" for unit in units)),
            remedy=None if several or not some else self._advise_percent(plain),
            file=self.file,
            column=self.column,
            units=list_some(units),
        )

    def _advise_percent(self, plain: int) -> str:
        """Say what to write instead of the first percentage, by its value."""
        text = str(self.find_places("unit %")[0].value)
        number = text.replace("%", "").strip()
        value = parse_numbers(as_texts([number.replace(",", ".")]), ".")[0][0]
        if not np.isfinite(value):
            return _ADVISE_PERCENT
        if value == 0:
            return f"leave the sign out: write {number} instead of {text!r}"
        likewise = ", and the others likewise" if self.evidence.units["%"] > 1 else ""
        same = f"write {number} for {text!r}"
        part = f"write {value / 100:g} for {text!r}"
        plains = [kind for kind in ("whole", "pointed", "comma") if kind in self._known]
        sizes = [_measure(str(one.value)) for one in self.find_places(*plains)]
        if sizes and max(sizes) <= 1 < value:
            return f"{part}{likewise}, as the other {plain} values are shares of one"
        if (sizes and min(sizes) > 1) or self.evidence.low > 1:
            return f"{same}{likewise}, as the other {plain} values have no sign"
        return (
            f"{same} where the other {plain} values are of the same size, or "
            f"{value / 100:g} where they are shares of one; do so in each such row"
        )

    def tell_rounded(self) -> None:
        """Say that numbers were written in the short form of spreadsheets."""
        if self.evidence.rounded:
            places = self.find_places("rounded")
            self.findings.add(
                "numbers-rounded",
                count=self.evidence.rounded,
                examples=places,
                file=self.file,
                column=self.column,
                such=places[0].value,
            )


def _measure(text: str) -> float:
    """Give the size of a plain number, or of one with a decimal comma."""
    return abs(float(parse_numbers(as_texts([text.replace(",", ".")]), ".")[0][0]))


def _check_mixed(
    evidence: NumberEvidence, findings: Findings, *, file: str, column: str
) -> None:
    share = evidence.numeric_share
    kinds = [kind for kind, (text, _) in evidence.places.items() if not is_number(text)]
    if share == 1.0 and evidence.is_padded_oddly:
        why, kinds = "some of its numbers have zeros in front", ["leading zero"]
    elif _LEAST_NUMBERS <= share < 1.0:
        why = f"{share:.0%} of its values are numbers"
    elif is_made_date(evidence.places.get("other", ("", None))[0]):
        why = "spreadsheets make dates such as its values of numbers"
    else:
        return
    places = _Teller(evidence, findings, file, column).find_places(*kinds)
    findings.add("covariate-mixed", examples=places, file=file, column=column, why=why)
