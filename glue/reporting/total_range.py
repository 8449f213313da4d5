"""How wide the range of a sum is, by how far sums erred on the backtest."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from glue.arrays import Array
from glue.reporting.added import Added

# Sums that have to be seen before anything is said.
_FEWEST = 6


def measure_share(added: Added, levels: Array, count: int) -> float | None:
    """Measure how wide the range of the total is, in parts of the ranges added up.

    The ranges of single series add up to that of the total if all err the same way at
    once: 1. If they err each by themselves it is 1 / sqrt(series). Where between these
    the truth is, the errors of the backtest's totals tell, beside the ranges that were
    forecast for them; the fewer the windows, the more is added for chance.

    Parameters
    ----------
    added
        The backtest of the forecast.
    levels
        Of the quantiles, [n_quantiles].
    count
        How many series the sums are of.

    Returns
    -------
    None where it cannot be told: a single quantile or series, or too few totals.
    """
    if len(levels) < 2:
        return None
    moments, seen = added.moments, added.moments.points > 0
    if count < 2 or seen.sum() < _FEWEST:
        return None
    errors, widths = moments.error[seen], moments.width[seen]
    ends = [NormalDist().inv_cdf(float(level)) for level in (levels[0], levels[-1])]
    spreads = widths / (ends[1] - ends[0])
    some = spreads > 0
    if some.sum() < _FEWEST:
        return None
    ratio = float(np.sqrt(np.mean((errors[some] / spreads[some]) ** 2)))
    windows = int((added.window_points > 0).sum())
    return float(np.clip(ratio * (1 + 1 / windows), 1 / np.sqrt(count), 1.0))
