"""Durations, ages, numbers, sparklines and metrics as a person reads them."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

_BARS = "▁▂▃▄▅▆▇█"
_UNITS = (("kB", 10**3), ("MB", 10**6), ("GB", 10**9))
# The metrics that SageMaker calls otherwise than the report does.
_METRICS = {"AverageWeightedQuantileLoss": "WQL"}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def format_duration(duration: timedelta) -> str:
    """Write a duration in its two largest units."""
    seconds = max(0, round(duration.total_seconds()))
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min {seconds % _MINUTE:02} s"
    if seconds < _DAY:
        return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE:02} min"
    return f"{seconds // _DAY} d {seconds % _DAY // _HOUR} h"


def format_age(duration: timedelta) -> str:
    """Write how long ago something was, in its largest unit."""
    seconds = max(0, round(duration.total_seconds()))
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"


def format_size(size: int) -> str:
    """Write a number of bytes with a fitting unit."""
    if size < 1000:
        return f"{size} bytes"
    unit = next(u for u in _UNITS if size < u[1] * 1000 or u is _UNITS[-1])
    return f"{size / unit[1]:.1f} {unit[0]}"


def format_numbers(values: Sequence[float | None]) -> list[str]:
    """Write numbers that stand together with the same decimals; None is a dash."""
    largest = max((abs(v) for v in values if v is not None), default=0.0)
    decimals = _decimals_for(largest)
    return ["-" if v is None else f"{v:,.{decimals}f}" for v in values]


def _decimals_for(largest: float) -> int:
    for bound, decimals in ((1000, 0), (100, 1), (1, 2), (0.01, 4)):
        if largest >= bound:
            return decimals
    return 0 if largest == 0 else 6


def format_sparkline(values: Sequence[float], width: int = 24) -> str:
    """Draw values as bars between their least and their greatest.

    More values than ``width`` are averaged in neighbouring groups.
    """
    values = _shrink(values, width)
    if not values:
        return ""
    low, high = min(values), max(values)
    if high == low:
        return _BARS[len(_BARS) // 2] * len(values)
    top = len(_BARS) - 1
    return "".join(_BARS[round((v - low) / (high - low) * top)] for v in values)


def _shrink(values: Sequence[float], width: int) -> Sequence[float]:
    if len(values) <= width:
        return values
    edges = [round(i * len(values) / width) for i in range(width + 1)]
    groups = (values[a:b] for a, b in pairwise(edges))
    return [sum(group) / len(group) for group in groups]


def name_metric(name: str) -> str:
    """Give the name that people know a metric of SageMaker's by."""
    return _METRICS.get(name, name)
