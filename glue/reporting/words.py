"""Numbers in the words of a report."""

from __future__ import annotations

import math
from collections.abc import Iterable

# What stands for no value.
NO_VALUE = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"


def spell_metric(value: float | None) -> str:
    """Write a metric with three significant digits."""
    if value is None:
        return "unknown"
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(digits, 6)}f}"


def spell_percent(value: float) -> str:
    """Write a whole per cent, or a tenth of one when it is small."""
    return f"{value:.0f}%" if abs(value) >= 10 else f"{value:.1f}%"


def spell_count(count: int, noun: str) -> str:
    """Write how many there are of something."""
    plural = noun if count == 1 or noun.endswith("s") else f"{noun}s"
    return f"{count:,} {plural}"


def spell_number(value: float) -> str:
    """Write a value of the target for a sentence: four digits, no more than it has."""
    if value == 0:
        return "0"
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(digits, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def choose_decimals(values: Iterable[float | None]) -> int:
    """Choose how many decimals a table's numbers have: four digits of the largest."""
    known = [abs(value) for value in values if value is not None]
    if all(value == int(value) for value in known):
        return 0
    digits = 3 - math.floor(math.log10(max(*known, 1e-6)))
    return min(max(0, digits), 8)


def spell_whole(value: float) -> str:
    """Write an amount to order by: whole, or three digits of a small one."""
    return f"{value:,.0f}" if abs(value) >= 100 else spell_short(value)


def spell_short(value: float | None) -> str:
    """Write a number for a table or an axis: three digits, or all of a whole one."""
    if value is None or not math.isfinite(value):
        return NO_VALUE
    if value == 0:
        return "0"
    if value < 0:
        return MINUS + spell_short(-value)
    size = value
    for unit, name in ((1e12, " T"), (1e9, " bn"), (1e6, " M"), (1e5, " k")):
        if size >= unit:
            scale = 1e3 if unit == 1e5 else unit
            return _three_digits(value / scale) + name
    if size >= 100:
        return f"{value:,.0f}"
    return _three_digits(value)


def _three_digits(value: float) -> str:
    size = abs(value)
    if size < 1e-6:
        return f"{value:.2e}"
    decimals = min(max(0, 2 - math.floor(math.log10(size))), 8)
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def spell_change(value: float | None) -> str:
    """Write a per cent with its sign."""
    if value is None or not math.isfinite(value):
        return NO_VALUE
    digits = 0 if abs(value) >= 10 else 1
    text = f"{value:+,.{digits}f}"
    if not text.strip("+-0."):
        return "0%"
    return f"{text}%".replace("-", MINUS)


def spell_seconds(seconds: float | None) -> str:
    """Write a time as a person does."""
    if seconds is None:
        return "unknown"
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
    return f"{seconds // 3600:.0f} h {seconds % 3600 / 60:.0f} min"
