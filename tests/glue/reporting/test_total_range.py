"""The range of a sum: narrow where errors make up for each other, wide where not."""

import numpy as np
import pytest

from glue.reporting.added import add_up
from glue.reporting.scoring import Points, Scored
from glue.reporting.total_range import measure_share
from tests.building.reports import RunBuilder, make_report

LEVELS = np.array([0.1, 0.5, 0.9])
REACH = 1.2815515655446004


def measure(errors):
    """Forecast 100, give or take 10, and err so; [n_windows, n_series, n_steps]."""
    cutoff, number, step = (grid.ravel() for grid in np.indices(errors.shape))
    mean = np.full(errors.size, 100.0)
    quantiles = mean[:, None] + 10 * REACH * np.array([-1, 0, 1])
    points = Points(number, cutoff, step + 1, mean + errors.ravel(), mean, quantiles)
    scored = Scored(points, LEVELS, 1, np.ones(errors.size))
    windows, series, horizon = errors.shape
    added = add_up(scored, np.arange(windows), horizon)
    return measure_share(added, LEVELS, series)


def test_errors_of_their_own_make_a_narrow_range():
    errors = np.random.default_rng(1).normal(0, 10, (4, 100, 12))

    assert measure(errors) == pytest.approx(0.125, abs=0.03)


def test_errors_in_common_make_the_whole_range():
    common = np.random.default_rng(1).normal(0, 10, (4, 1, 12))

    assert measure(np.tile(common, (1, 100, 1))) == 1.0


def test_range_holds_as_often_as_it_says():
    rng = np.random.default_rng(2)
    held = []
    for _ in range(200):
        common, own = rng.normal(0, 5, (4, 1, 6)), rng.normal(0, 8, (4, 30, 6))
        share = measure(common + own)
        fresh = rng.normal(0, 5, 6) + rng.normal(0, 8, (30, 6)).mean(axis=0)
        held.append((np.abs(fresh) < share * 10 * REACH).mean())

    assert 0.78 < np.mean(held) < 0.92


@pytest.mark.parametrize("shape", [(1, 5, 5), (3, 1, 12)])
def test_few_totals_or_one_series_tell_nothing(shape):
    assert measure(np.ones(shape)) is None


def test_report_has_the_sum_s_own_range(tmp_path):
    items = tuple(f"item {number}" for number in range(20))

    total = make_report(RunBuilder(items=items), tmp_path).document["total"]["forecast"]

    share = total["range_share"]
    assert 0 < share < 1
    mean = np.array(total["mean"])
    for name in ("p10", "p90"):
        wanted = mean + share * (np.array(total["quantile_sums"][name]) - mean)
        assert total["quantiles"][name] == pytest.approx(wanted.tolist())
