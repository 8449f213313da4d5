"""What a column holds beside the keys: numbers with a decimal mark, texts, nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from glue.findings.finding import Findings
from glue.reading.numbers import NumberEvidence, find_decimal_mark
from glue.reading.profile import TableProfile
from glue.settings.layers import Settings


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
            mark = choose_mark(evidence, settings, findings, file=file, column=name)
            types.numbers[name] = mark or "."
    return types


def choose_mark(
    evidence: NumberEvidence,
    settings: Settings,
    findings: Findings,
    *,
    file: str,
    column: str,
) -> str | None:
    """Choose the decimal mark of a numeric column; None when it is unclear."""
    mark: str | None = settings.preparation.get("DecimalMark")
    mark = mark or find_decimal_mark(evidence)
    odd = evidence.comma + evidence.dotted
    if mark is None:
        findings.add("decimal-ambiguous", file=file, column=column)
    elif odd:
        findings.add("number-marks", count=odd, file=file, column=column, mark=mark)
    return mark


def _check_mixed(
    evidence: NumberEvidence, findings: Findings, *, file: str, column: str
) -> None:
    share = evidence.numeric_share
    if 0.5 <= share < 1.0:
        findings.add("covariate-mixed", file=file, column=column, share=share)
