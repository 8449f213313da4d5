"""How often each quantile held on the backtest, in figures and in words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from glue.arrays import Array
from glue.reporting.added import Held, Ratios
from glue.reporting.evidence import LEAST_POINTS
from glue.reporting.scoring import as_number
from glue.run_documents import RunSettings

# How far a share may be off before a quantile is called wrong, however many points.
_LEAST_TOLERANCE = 0.05
_RIGHT, _HIGH, _LOW = "right", "too high", "too low"


def describe_calibration(
    held: Held, ratios: Ratios, settings: RunSettings, *, groups: int
) -> list[dict[str, Any]]:
    """Say for each quantile how often it was enough, and what that means.

    Parameters
    ----------
    held, ratios
        Of the backtest of the forecast.
    groups
        Series times windows: the errors within one go together.
    """
    count = int(held.points[0])
    below = held.more / count if count else np.full(len(held.more), np.nan)
    entries = describe_coverage(held, settings)
    return [
        {
            **entry,
            **judge_quantile(entry, float(share), groups, count=count),
            "factor": find_factor(times, entry["level"]),
        }
        for entry, share, times in zip(entries, below, ratios.values)
    ]


def describe_coverage(held: Held, settings: RunSettings) -> list[dict[str, Any]]:
    """Say for each quantile how often what happened was not above it."""
    count = int(held.points[0])
    shares = held.enough / count if count else [np.nan] * len(held.enough)
    levels = zip(settings.quantiles, settings.levels, shares)
    return [
        {"quantile": name, "level": float(level), "covered": as_number(share)}
        for name, level, share in levels
    ]


def find_factor(times: Array, level: float) -> float | None:
    """Find by what the distance from the median has to be multiplied to be right.

    Parameters
    ----------
    times
        By what at each point; none for a quantile that is not above the median.

    Returns
    -------
    None where too few points tell.
    """
    if len(times) < LEAST_POINTS:
        return None
    return max(float(np.quantile(times, level)), 0.0)


def judge_quantile(
    entry: dict[str, Any], below: float, groups: int, *, count: int
) -> dict[str, str]:
    """Judge one quantile.

    Parameters
    ----------
    entry
        What ``find_coverage`` says of it.
    below
        The share of actuals below it. Where many actuals equal the quantile, as those
        of zero do, its level may lie anywhere between the two shares.
    count
        Of how many points the shares are.
    """
    name, level, covered = entry["quantile"], entry["level"], entry["covered"]
    error = 1.96 * math.sqrt(level * (1 - level) / max(groups, 1))
    tolerance = max(_LEAST_TOLERANCE, error)
    judgement = _RIGHT
    if covered < level - tolerance:
        judgement = _LOW
    elif below > level + tolerance:
        judgement = _HIGH
    held = f"{100 * covered:.0f}% of the time"
    if count < LEAST_POINTS:
        held = f"in {round(covered * count)} of {count} cases"
    words = f"{name} was enough {held}, {100 * level:.0f}% is meant"
    remark = ""
    if judgement != _RIGHT:
        words += f": it is {judgement}"
    elif count < LEAST_POINTS:
        remark = "; too few to tell"
    elif covered > level + _LEAST_TOLERANCE and below <= level:
        remark = "; many values are the same"
    elif abs(covered - level) > _LEAST_TOLERANCE:
        remark = "; the difference may be chance"
    return {
        "judgement": judgement,
        "words": f"{words}{remark}",
        "held": held,
        "remark": remark,
    }
