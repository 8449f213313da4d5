"""Forecasts of items without history: as wide as what is not known."""

import numpy as np
import pytest

from forecaster.training.fallback import pool

LEVELS = np.array([0.1, 0.5, 0.9])


def test_pool_of_equals_is_the_same():
    quantiles = np.tile([3.0, 5.0, 9.0], (4, 2, 1))

    assert pool(quantiles, LEVELS) == pytest.approx(quantiles[0])


def test_pool_of_a_constant_is_that_constant():
    assert pool(np.full((3, 2, 3), 7.0), LEVELS) == pytest.approx(7.0)


def test_pool_spans_what_it_is_made_of():
    rng = np.random.default_rng(0)
    centers = rng.normal(100, 30, 500)
    normal = np.array([-1.2816, 0, 1.2816])
    quantiles = (centers[:, None] + 5 * normal)[:, None, :]

    low, middle, high = pool(quantiles, LEVELS)[0]

    draws = centers[:, None] + rng.normal(0, 5, (500, 200))
    assert (low, middle, high) == pytest.approx(np.quantile(draws, LEVELS), rel=0.02)
