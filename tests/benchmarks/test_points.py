"""Coverage of counts: what a point on the end of an interval is worth."""

import math

import numpy as np
import pytest

from benchmarks.points import line_up, share_between

LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]


def share(actual, quantiles):
    many = np.tile(np.array(quantiles, dtype=float), (len(actual), 1))
    return share_between(line_up(np.array(actual, dtype=float), many, LEVELS), 0.1, 0.9)


def poisson_quantiles(mean):
    chance, total, value, quantiles = math.exp(-mean), math.exp(-mean), 0, []
    for level in LEVELS:
        while total < level:
            value += 1
            chance *= mean / value
            total += chance
        quantiles.append(value)
    return quantiles


def test_true_quantiles_of_counts_cover_four_fifths():
    rng = np.random.default_rng(0)
    means = rng.lognormal(-1, 1.5, 2_000)
    quantiles = np.array([poisson_quantiles(mean) for mean in means])
    points = line_up(rng.poisson(means).astype(float), quantiles, LEVELS)

    assert share_between(points, 0.1, 0.9) == pytest.approx(0.8, abs=0.02)


def test_without_ties_it_is_plain_coverage():
    actual = [0.5, 1.5, 5.5, 8.9, 9.5]

    assert share(actual, range(1, 10)) == pytest.approx(3 / 5)


def test_an_end_counts_with_its_part_inside():
    # 1 is the quantile at 0.1 and 0.2: from 0.05 to 0.25, of which 0.15 lie inside.
    assert share([1.0], [1, 1, 2, 3, 4, 5, 6, 7, 8]) == pytest.approx(0.75)


def test_nothing_lies_below_zero():
    # 0 reaches to midway between 0.9 and 1.
    assert share([0.0], [0] * 9) == pytest.approx(0.8 / 0.95)


def test_without_points_there_is_no_coverage():
    assert math.isnan(share([math.nan], range(9)))
