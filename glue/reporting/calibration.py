"""How often each quantile held on the backtest, in figures and in words."""

from __future__ import annotations

import math
from typing import Any

from glue.reporting.scoring import Scored, find_coverage

# How far a share may be off before a quantile is called wrong, however many points.
_LEAST_TOLERANCE = 0.05
_RIGHT, _HIGH, _LOW = "right", "too high", "too low"


def describe_calibration(
    scored: Scored, names: tuple[str, ...], *, groups: int
) -> list[dict[str, Any]]:
    """Say for each quantile how often it was reached, and what that means.

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
    return [
        {**entry, **judge_quantile(entry, float(share), groups)}
        for entry, share in zip(find_coverage(scored, names), below)
    ]


def judge_quantile(entry: dict[str, Any], below: float, groups: int) -> dict[str, str]:
    """Judge one quantile.

    Parameters
    ----------
    entry
        What ``find_coverage`` says of it.
    below
        The share of actuals below it. Where many actuals equal the quantile, as those
        of zero do, its level may lie anywhere between the two shares.
    """
    name, level, covered = entry["quantile"], entry["level"], entry["covered"]
    error = 1.96 * math.sqrt(level * (1 - level) / max(groups, 1))
    tolerance = max(_LEAST_TOLERANCE, error)
    judgement = _RIGHT
    if covered < level - tolerance:
        judgement = _LOW
    elif below > level + tolerance:
        judgement = _HIGH
    words = (
        f"{name} was reached {100 * (1 - below):.0f}% of the time, "
        f"{100 * (1 - level):.0f}% is meant"
    )
    if judgement != _RIGHT:
        words += f": it is {judgement}"
    return {"judgement": judgement, "words": words}
