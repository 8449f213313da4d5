"""The interval of a gain: wide where there is little, and never below its own truth."""

import numpy as np
import pytest

from glue.reporting.evidence import weigh_gain
from glue.reporting.scoring import Comparison, Points, Scored

LEVELS = np.array([0.5])


def make_comparison(ours, theirs, shape):
    """Compare errors [n_items, n_windows, horizon] of forecasts of zero volume one."""
    items, windows, horizon = shape
    grid = np.indices(shape).reshape(3, -1)

    def scored(errors):
        actual = np.ones(items * windows * horizon)
        mean = actual + np.asarray(errors).ravel()
        points = Points(grid[0], grid[1], grid[2] + 1, actual, mean, mean[:, None])
        return Scored(points, LEVELS, 0, np.ones(len(actual)))

    return Comparison(scored(ours), {"LastValue": scored(theirs)}, "LastValue", 0)


def make_errors(shape, ratio, seed=1):
    """Make errors of both, ours so many times as large."""
    random = np.random.default_rng(seed)
    return (
        ratio * np.abs(random.normal(0, 1, shape)),
        np.abs(random.normal(0, 1, shape)),
    )


def test_large_gain_on_many_series_is_sure():
    shape = (30, 3, 6)

    evidence = weigh_gain(make_comparison(*make_errors(shape, 0.6), shape), "WAPE")

    assert 20 < evidence.low < evidence.high < 60


def test_equal_forecasts_may_be_chance():
    shape = (30, 3, 6)

    errors = make_errors(shape, 1.0, seed=2)

    evidence = weigh_gain(make_comparison(*errors, shape), "WAPE")

    assert evidence.low < 0 < evidence.high


@pytest.mark.parametrize("shape", [(3, 2, 1), (1, 2, 24), (19, 1, 1)])
def test_little_data_gives_no_interval(shape):
    evidence = weigh_gain(make_comparison(*make_errors(shape, 0.1), shape), "WAPE")

    assert not evidence.is_enough


def test_fewer_cells_make_it_wider():
    wide = weigh_gain(
        make_comparison(*make_errors((4, 1, 12), 0.7), (4, 1, 12)), "WAPE"
    )
    narrow = weigh_gain(
        make_comparison(*make_errors((40, 3, 12), 0.7), (40, 3, 12)), "WAPE"
    )

    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)


@pytest.mark.parametrize("metric", ["WQL", "WAPE", "MASE", "MAPE", "RMSE"])
def test_every_metric_has_an_interval(metric):
    shape = (12, 3, 4)

    evidence = weigh_gain(make_comparison(*make_errors(shape, 0.5), shape), metric)

    assert 0 < evidence.low < evidence.high <= 100


def test_very_many_series_take_no_longer():
    shape = (5000, 2, 1)

    evidence = weigh_gain(make_comparison(*make_errors(shape, 0.8), shape), "WAPE")

    assert 15 < evidence.low < 20 < evidence.high < 25


def test_same_points_give_the_same_interval():
    comparison = make_comparison(*make_errors((8, 3, 6), 0.8), (8, 3, 6))

    assert weigh_gain(comparison, "WQL") == weigh_gain(comparison, "WQL")


def test_equal_noise_seldom_looks_better():
    shape = (6, 3, 6)
    lows = [
        weigh_gain(make_comparison(*make_errors(shape, 1, seed), shape), "WAPE").low
        for seed in range(200)
    ]

    assert np.mean(np.array(lows) > 0) <= 0.05
