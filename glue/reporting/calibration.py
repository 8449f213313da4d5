"""How often each quantile held on the backtest, in figures and in words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from glue.reporting.evidence import LEAST_POINTS
from glue.reporting.scoring import Scored, find_coverage

# How far a share may be off before a quantile is called wrong, however many points.
_LEAST_TOLERANCE = 0.05
# The level of the median.
_MIDDLE = 0.5
_RIGHT, _HIGH, _LOW = "right", "too high", "too low"


def describe_calibration(
    scored: Scored, names: tuple[str, ...], *, groups: int
) -> list[dict[str, Any]]:
    """Say for each quantile how often it was enough, and what that means.

    Parameters
    ----------
    scored
        The backtest of the forecast.
    names
        The quantiles, by rising level.
    groups
        Series times windows: the errors within one go together.
    """
    below = (scored.points.actual[:, None] < scored.points.quantiles).mean(axis=0)
    count = len(scored.points)
    return [
        {
            **entry,
            **judge_quantile(entry, float(share), groups, count=count),
            "factor": find_factor(scored, at),
        }
        for at, (entry, share) in enumerate(zip(find_coverage(scored, names), below))
    ]


def find_factor(scored: Scored, at: int) -> float | None:
    """Find by what the distance from the median has to be multiplied to be right.

    Returns
    -------
    None for a quantile that is not above the median, or where too few points tell.
    """
    level = float(scored.levels[at])
    if level <= _MIDDLE or scored.median is None:
        return None
    apart = scored.points.quantiles[:, at] - scored.middle
    some = apart > 0
    if some.sum() < LEAST_POINTS:
        return None
    times = (scored.points.actual - scored.middle)[some] / apart[some]
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
