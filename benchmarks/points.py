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
