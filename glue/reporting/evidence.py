"""How sure a gain is: its interval, by drawing series and windows again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from glue.arrays import Array
from glue.reporting.scoring import Comparison, list_errors

# Draws of the bootstrap, and the share of them that the interval holds.
_DRAWS, _SHARE = 1000, 0.95
# Series are put into so many groups at most, so that time and memory stay bounded.
_MOST_GROUPS = 2000
# Fewer points, or fewer cells of a series in a window, show nothing.
LEAST_POINTS, LEAST_CELLS = 20, 3
_SEED = 20_260_101
# 97.5% points of Student's t by degrees of freedom, and that of the normal
# distribution: https://www.itl.nist.gov/div898/handbook/eda/section3/eda3672.htm
_STUDENT = (
    *(12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
)
_NORMAL = 1.960
# What is common explains the cells in part only: so many degrees of freedom are left.
_LEAST_FREEDOM = 4


@dataclass(frozen=True)
class Evidence:
    """What a gain rests on.

    Parameters
    ----------
    points, series, windows
        How many there are.
    low, high
        Where the gain lies with 95% confidence, in per cent; None when there is too
        little to tell.
    """

    points: int
    series: int
    windows: int
    low: float | None = None
    high: float | None = None

    @property
    def is_enough(self) -> bool:
        """Whether the gain has an interval at all."""
        return self.low is not None


@dataclass(frozen=True)
class Gains:
    """The errors of a forecast and its baseline by series and window.

    Parameters
    ----------
    ours, theirs
        Their sums, [n_series, n_windows].
    told
        How many points each is the sum of.
    points
        How many there are, with those of which nothing can be told.
    """

    ours: Array
    theirs: Array
    told: Array
    points: Array


def sum_gains(comparison: Comparison, metric: str, cutoffs: Array) -> Gains:
    """Sum up the errors of each series that has points, in each of some windows."""
    points = comparison.forecast.points
    series, rows = np.unique(points.series, return_inverse=True)
    shape = (len(series), len(cutoffs))
    cells = rows.reshape(-1) * len(cutoffs) + np.searchsorted(cutoffs, points.cutoff)
    ours = list_errors(comparison.forecast, metric)
    theirs = list_errors(comparison.baseline, metric)
    told = np.isfinite(ours) & np.isfinite(theirs)

    def add(values: Array | None, some: Array) -> Array:
        size = shape[0] * shape[1]
        return np.bincount(some, values, minlength=size).reshape(shape)

    return Gains(
        ours=add(ours[told], cells[told]),
        theirs=add(theirs[told], cells[told]),
        told=add(None, cells[told]),
        points=add(None, cells),
    )


def weigh_gain(comparison: Comparison, metric: str) -> Evidence:
    """Find the interval of the gain over the baseline."""
    cutoffs = np.unique(comparison.forecast.points.cutoff)
    return weigh(sum_gains(comparison, metric, cutoffs), metric)


def weigh(gains: Gains, metric: str) -> Evidence:
    """Find the interval of a gain.

    Whole series and whole windows are drawn again, as errors within either go
    together: https://doi.org/10.1214/07-AOAS122 (the pigeonhole bootstrap).
    """
    some = gains.points.sum(axis=0) > 0
    evidence = Evidence(int(gains.points.sum()), len(gains.points), int(some.sum()))
    cells = int((gains.told > 0).sum())
    if gains.told.sum() < LEAST_POINTS or cells < LEAST_CELLS:
        return evidence
    low, high = _find_interval(
        _pool(gains.ours[:, some]),
        _pool(gains.theirs[:, some]),
        root=metric == "RMSE",
        cells=cells,
    )
    return replace(evidence, low=low, high=high)


def _pool(sums: Array) -> Array:
    """Put very many series into groups."""
    if len(sums) <= _MOST_GROUPS:
        return np.ascontiguousarray(sums)
    groups = np.random.default_rng(_SEED).integers(_MOST_GROUPS, size=len(sums))
    pooled = np.zeros((_MOST_GROUPS, sums.shape[1]))
    np.add.at(pooled, groups, sums)
    return pooled


def _find_interval(
    ours: Array, theirs: Array, *, root: bool, cells: int
) -> tuple[float | None, float | None]:
    """Give the ends of the gain's interval, in per cent.

    Parameters
    ----------
    ours, theirs
        Sums of errors, [n_series, n_windows].
    root
        Whether the metric is the root of these.
    cells
        How many of the sums have points: few of them make the interval wider.
    """
    random = np.random.default_rng(_SEED)
    by_series, by_window = (
        random.multinomial(size, np.full(size, 1 / size), _DRAWS).astype(float)
        for size in ours.shape
    )
    ratios = _divide(
        ((by_series @ ours) * by_window).sum(axis=1),
        ((by_series @ theirs) * by_window).sum(axis=1),
    )
    middle = _divide(ours.sum(keepdims=True), theirs.sum(keepdims=True)).reshape(-1)
    if root:
        ratios, middle = np.sqrt(ratios), np.sqrt(middle)
    if not np.isfinite(middle).all() or not np.isfinite(ratios).any():
        return None, None
    ends = np.nanquantile(ratios, [(1 + _SHARE) / 2, (1 - _SHARE) / 2])
    widen = _widen(*ours.shape, cells=cells)
    low, high = (100 * (1 - (middle + widen * (ends - middle)))).tolist()
    return low, min(high, 100.0)


def _widen(series: int, windows: int, *, cells: int) -> float:
    """Say by how much a drawn interval has to be wider where there is little to draw.

    Drawing so many things again finds too little spread by (n - 1) / n, and what is
    common to a series or a window leaves fewer degrees of freedom than there are cells.
    """
    freedom, drawn = cells - 1, cells
    if series > 1:
        drawn = series
        both = max((series - 1) * (windows - 1), _LEAST_FREEDOM)
        freedom = min(freedom, both) if windows > 1 else freedom
    student = _STUDENT[freedom - 1] if freedom <= len(_STUDENT) else _NORMAL
    return float(student / _NORMAL * np.sqrt(drawn / (drawn - 1)))


def _divide(numerator: Array, denominator: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominator > 0, numerator / denominator, np.nan)
