"""Single points, forecast and actual, for the engine's own metrics."""

from collections.abc import Sequence

import numpy as np

from forecaster.arrays import Array
from forecaster.metrics import METRIC_OF_OBJECTIVE, Scored, score

WQL = METRIC_OF_OBJECTIVE["AverageWeightedQuantileLoss"]


def line_up(actual: Array, forecast: Array, levels: Sequence[float]) -> Scored:
    """Lay points [n] and their quantiles [n, n_levels] out as one long series."""
    return Scored(
        actual=actual[None, None],
        forecast=forecast[None, None],
        levels=np.array(levels),
        asked=np.arange(len(levels)),
        scale=np.full((1, 1), np.nan),
    )


def score_wql(points: Scored) -> float:
    """Score the weighted quantile loss over all points."""
    return float(score(points, metrics=(WQL,))[WQL])


def share_between(points: Scored, low: float, high: float) -> float:
    """Coverage of an interval, of a point on a whole number only that number's share.

    An interval of whole numbers holds all of the chance of its ends, and covers more
    than its levels say however well it is calibrated. Each point therefore counts with
    the part of its probability integral transform, from F(y - 1) to F(y), that lies
    between the levels; that is the expectation of the randomised transform, and the
    same as plain coverage where no quantile is met exactly (Czado, Gneiting and Held
    2009, Predictive model assessment for count data, Biometrics 65; Kolassa 2016).
    F is taken to step midway between levels, and no chance to lie below 0 where the
    lowest quantile is 0.

    Returns
    -------
    NaN without points.
    """
    seen = ~np.isnan(points.actual)
    if not seen.any():
        return float("nan")
    actual, quantiles = points.actual[seen][:, None], points.forecast[seen]
    edges = np.concatenate([[0.0], points.levels, [1.0]])
    between = (edges[1:] + edges[:-1]) / 2
    below = (quantiles < actual).sum(axis=1)
    reached = (quantiles <= actual).sum(axis=1)
    start = np.where((below == 0) & (actual[:, 0] == 0), 0.0, between[below])
    stop = between[reached]
    part = np.clip(np.minimum(stop, high) - np.maximum(start, low), 0.0, None)
    inside = (start >= low) & (stop <= high)
    met = reached > below
    share = np.where(met, part / np.where(met, stop - start, 1.0), inside)
    return float(share.mean())
