"""Numbers in the words of a report."""

from __future__ import annotations

import math


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
    return f"{value:.0f} %" if abs(value) >= 10 else f"{value:.1f} %"


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
