"""Widths: wider where windows or values are few, and the median stays."""

import numpy as np
import pytest

from forecaster.training.calibration import calibrate, widen_short

LEVELS = np.array([0.1, 0.5, 0.9])
# Student's t at 0.9 by degrees of freedom, from a table, against the normal 1.2816.
STUDENT = {3: 1.638, 5: 1.476, 11: 1.363, 59: 1.296}


def right_intervals(windows):
    actual = np.random.default_rng(0).normal(0, 1, (windows, 300, 4))
    return actual, np.broadcast_to([-1.2816, 0.0, 1.2816], (*actual.shape, 3))


def test_fewer_windows_give_wider_intervals():
    one, eight = (
        calibrate(*right_intervals(windows), LEVELS).mean() for windows in (1, 8)
    )

    assert one > eight + 0.03
    assert eight == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("free", STUDENT)
def test_short_series_are_widened_like_student(free):
    quantiles = np.array([[[4.0, 5.0, 7.0]]])

    low, median, high = widen_short(quantiles, LEVELS, np.array([free + 1]))[0, 0]

    assert median == 5.0
    assert (high - 5) / 2 == pytest.approx(STUDENT[free] / 1.2816, abs=0.06)
    assert (5 - low) == pytest.approx((high - 5) / 2)


def test_a_series_without_values_stays_finite():
    widened = widen_short(np.array([[[4.0, 5.0, 7.0]]]), LEVELS, np.array([0]))

    assert np.isfinite(widened).all()
