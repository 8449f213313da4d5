"""Weights: recent windows count more, and what is nearly as good is kept."""

import numpy as np
import pytest

from forecaster.training.ensemble import compare_losses, insure, weigh_by_age

NAIVE = np.array([1.0, 0.0, 0.0])


def insured(weights, *, naive, ensemble):
    def loss(tried):
        return naive if tried[0] == 1 else ensemble

    return insure(NAIVE, np.array(weights), loss)


def test_later_windows_weigh_more():
    ages = weigh_by_age(4)

    assert ages.sum() == pytest.approx(1)
    assert (np.diff(ages) > 0).all()
    assert ages[2] / ages[3] == pytest.approx(ages[0] / ages[1])


def test_what_was_better_lately_is_better():
    once, lately = [1.0, 1.0, 2.0], [2.0, 2.0, 1.0]
    by_window = np.array([once, lately])

    compared = compare_losses(by_window, np.array([0.1, 0.1, 0.8]))

    assert compared[1] < compared[0]


def test_windows_without_actuals_tell_nothing():
    by_window = np.array([[np.nan, 1.0], [np.nan, 3.0]])

    assert compare_losses(by_window, np.array([0.5, 0.5])) == pytest.approx([1, 3])


def test_a_naive_as_good_keeps_some_weight():
    weights = insured([0.0, 0.75, 0.25], naive=1.0, ensemble=1.0)

    assert weights.sum() == pytest.approx(1)
    assert 0.1 < weights[0] < 0.5
    assert weights[1] / weights[2] == pytest.approx(3)


def test_a_naive_far_behind_gets_next_to_nothing():
    weights = insured([0.0, 0.75, 0.25], naive=2.0, ensemble=1.0)

    assert weights[0] < 0.01


def test_a_naive_with_weight_enough_gets_no_more():
    weights = insured([0.6, 0.3, 0.1], naive=1.0, ensemble=1.0)

    assert list(weights) == [0.6, 0.3, 0.1]


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), 0.0])
def test_without_a_loss_the_weights_stay(loss):
    assert list(insured([0.0, 1.0, 0.0], naive=1.0, ensemble=loss)) == [0, 1, 0]
