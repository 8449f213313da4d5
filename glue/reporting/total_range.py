"""How wide the range of a sum is, by how far sums erred on the backtest."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from glue.reporting.scoring import Comparison

# Sums that have to be seen before anything is said.
_FEWEST = 6


def measure_share(comparison: Comparison | None) -> float | None:
    """Measure how wide the range of the total is, in parts of the ranges added up.

    The ranges of single series add up to that of the total if all err the same way at
    once: 1. If they err each by themselves it is 1 / sqrt(series). Where between these
    the truth is, the errors of the backtest's totals tell, beside the ranges that were
    forecast for them; the fewer the windows, the more is added for chance.

    Returns
    -------
    None where it cannot be told: a single quantile or series, or too few totals.
    """
    if comparison is None or len(comparison.forecast.levels) < 2:
        return None
    points, levels = comparison.forecast.points, comparison.forecast.levels
    count = len(np.unique(points.series))
    moments = np.stack([points.cutoff, points.step], axis=1)
    groups, owners = np.unique(moments, axis=0, return_inverse=True)
    if count < 2 or len(groups) < _FEWEST:
        return None
    owners = owners.reshape(-1)
    errors = np.bincount(owners, points.actual - points.mean, minlength=len(groups))
    apart = points.quantiles[:, -1] - points.quantiles[:, 0]
    widths = np.bincount(owners, apart, minlength=len(groups))
    ends = [NormalDist().inv_cdf(float(level)) for level in (levels[0], levels[-1])]
    spreads = widths / (ends[1] - ends[0])
    some = spreads > 0
    if some.sum() < _FEWEST:
        return None
    ratio = float(np.sqrt(np.mean((errors[some] / spreads[some]) ** 2)))
    windows = len(np.unique(points.cutoff))
    return float(np.clip(ratio * (1 + 1 / windows), 1 / np.sqrt(count), 1.0))
