"""Weights: what the windows of a backtest say of the candidates."""

import numpy as np
import pytest

from forecaster.training.ensemble import compare_losses


def test_windows_without_actuals_tell_nothing():
    by_window = np.array([[np.nan, 1.0], [np.nan, 3.0]])

    assert compare_losses(by_window) == pytest.approx([1, 3])


def test_a_candidate_without_a_loss_is_left_out():
    by_window = np.array([[1.0, 2.0], [np.nan, 2.0]])

    assert list(compare_losses(by_window)) == [1.0, np.inf]
