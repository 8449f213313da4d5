"""A backtest added up, in all ways that a report needs; shards add up to all series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glue.arrays import Array
from glue.reporting.scoring import (
    Bias,
    Errors,
    Scored,
    sum_bias,
    sum_bias_by,
    sum_errors,
)

# The level of the median.
_MIDDLE = 0.5
# Ratios that a quantile's factor is found by; of more, every second one is left out.
_MOST_RATIOS = 2_000_000


@dataclass(frozen=True)
class Moments:
    """The sums over all series at each step of each window, [n_windows * horizon].

    Parameters
    ----------
    actual, error, width
        Of the actuals, of how much the means were too high, and of how far the outer
        quantiles are apart.
    points
        How many series each is the sum of.
    bias
        The bias of each.
    """

    actual: Array
    error: Array
    width: Array
    points: Array
    bias: Bias


@dataclass(frozen=True)
class Held:
    """How often each quantile was enough, and more than enough, [n_quantiles]."""

    enough: Array
    more: Array
    points: Array


@dataclass(frozen=True)
class Added:
    """A forecast on a backtest, added up.

    Parameters
    ----------
    errors, bias
        Of all points.
    step_errors, step_bias
        By step of the horizon.
    window_bias, window_points
        By window.
    moments
        By both.
    held
        How often each quantile held.
    """

    errors: Errors
    bias: Bias
    step_errors: Errors
    step_bias: Bias
    step_points: Array
    window_bias: Bias
    window_points: Array
    moments: Moments
    held: Held


@dataclass(frozen=True)
class Ratios:
    """For each quantile above the median, what its distance from it should have been.

    In parts of what it was, at each point that has such a distance.
    """

    values: tuple[Array, ...]


def add_up(scored: Scored, cutoffs: Array, horizon: int) -> Added:
    """Add up a forecast.

    Parameters
    ----------
    cutoffs
        Of all windows, rising.
    horizon
        In steps.
    """
    points, windows = scored.points, len(cutoffs)
    steps, window = points.step - 1, np.searchsorted(cutoffs, points.cutoff)
    return Added(
        errors=sum_errors(scored),
        bias=sum_bias(scored),
        step_errors=sum_errors(scored, steps, horizon),
        step_bias=sum_bias_by(scored, steps, horizon),
        step_points=np.bincount(steps, minlength=horizon),
        window_bias=sum_bias_by(scored, window, windows),
        window_points=np.bincount(window, minlength=windows),
        moments=_add_moments(scored, window * horizon + steps, windows * horizon),
        held=count_held(scored),
    )


def _add_moments(scored: Scored, cells: Array, size: int) -> Moments:
    points = scored.points
    apart = points.quantiles[:, -1] - points.quantiles[:, 0]
    return Moments(
        actual=np.bincount(cells, points.actual, minlength=size),
        error=np.bincount(cells, points.mean - points.actual, minlength=size),
        width=np.bincount(cells, apart, minlength=size),
        points=np.bincount(cells, minlength=size),
        bias=sum_bias_by(scored, cells, size),
    )


def count_held(scored: Scored) -> Held:
    """Count how often each quantile held."""
    actual, quantiles = scored.points.actual[:, None], scored.points.quantiles
    return Held(
        (actual <= quantiles).sum(axis=0),
        (actual < quantiles).sum(axis=0),
        np.array([len(scored.points)]),
    )


def list_ratios(scored: Scored) -> Ratios:
    """List the ratios of each quantile; none for one that is not above the median."""
    values = []
    for at, level in enumerate(scored.levels.tolist()):
        apart = scored.points.quantiles[:, at] - scored.middle
        some = apart > 0
        if level <= _MIDDLE or scored.median is None:
            some[:] = False
        times = (scored.points.actual - scored.middle)[some] / apart[some]
        values.append(times)
    return Ratios(tuple(values))


def join_ratios(parts: Sequence[Ratios]) -> Ratios:
    """Put ratios together, evenly some of very many."""
    joined = []
    for several in zip(*(part.values for part in parts)):
        times = np.concatenate(several)
        joined.append(times[:: -(-len(times) // _MOST_RATIOS) or 1])
    return Ratios(tuple(joined))
