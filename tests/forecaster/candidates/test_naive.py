"""The naive candidates: against slow twins, and what every other must beat."""

import math

import numpy as np
import pandas as pd
import pytest

from forecaster import fit
from forecaster.candidates.naive import drift, last_value, seasonal_mean
from forecaster.data.frequency import parse_frequency
from forecaster.data.panel import Panel
from forecaster.data.problem import Problem
from forecaster.training.ensemble import find_worse, lean_on

LEVELS = np.array([0.1, 0.5, 0.9])
NAN = float("nan")


def make_panel(row, *, season=1, horizon=4):
    target = np.array([row], dtype=float)
    return Panel(
        keys=pd.DataFrame({"item_id": ["a"]}),
        target=target,
        last=np.full(1, np.datetime64("2023-12-01", "s")),
        frequency=parse_frequency("M"),
        season=season,
        horizon=horizon,
        known=np.zeros((1, target.shape[1] + horizon, 0)),
        static=np.zeros((1, 0)),
    )


def test_last_value_widens_with_the_root_of_time():
    forecast = last_value(make_panel([1.0, 3.0, 1.0, 3.0]), LEVELS)[0]

    spread = 2 * 1.2815515655446004
    assert list(forecast[:, 1]) == [3.0] * 4
    assert forecast[:, 2] - 3 == pytest.approx(
        [spread * math.sqrt(step) for step in (1, 2, 3, 4)]
    )


def test_steps_without_a_value_widen_nothing():
    weeks = [1.0, 3.0, 1.0, 3.0, 1.0, NAN, NAN] * 8

    with_gaps = last_value(make_panel(weeks, horizon=7), LEVELS)[0]

    without = last_value(make_panel([v for v in weeks if not math.isnan(v)]), LEVELS)[0]
    assert list(with_gaps[:, 1]) == [1.0] * 7
    assert with_gaps[6, 2] < without[3, 2] * math.sqrt(7 / 4)


def test_drift_goes_on_along_the_line():
    forecast = drift(make_panel([NAN, 2.0, 4.0, 6.0]), LEVELS)[0]

    assert list(forecast[:, 1]) == [8.0, 10.0, 12.0, 14.0]


def test_seasonal_mean_is_the_mean_of_every_phase():
    forecast = seasonal_mean(make_panel([9.0, 1.0, 5.0, 3.0, 7.0], season=2), LEVELS)

    assert list(forecast[0, :, 1]) == [2.0, 6.0, 2.0, 6.0]


def test_worse_than_the_best_naive_is_found():
    naive = np.array([True, True, False, False, False, False])
    by_window = np.array(
        [
            [1.0, 1.0, 1.0],  # naive
            [0.8, 0.8, 0.8],  # the best naive
            [0.9, 0.9, 0.9],  # worse in every window
            [0.7, 0.7, 1.9],  # worse in one of three
            [0.7, 0.7, 0.7],
            [NAN, NAN, NAN],
        ]
    )

    worse = find_worse(by_window.mean(axis=1), by_window, naive)

    assert worse.tolist() == [False, False, True, False, False, True]


def test_one_window_is_no_evidence():
    losses = np.array([0.8, 0.9])

    worse = find_worse(losses, losses[:, None], np.array([True, False]))

    assert not worse.any()


@pytest.mark.parametrize(
    ("weights", "expected"),
    [([0.5, 0.5], [0.5, 0.5]), ([0.0, 1.0], [0.5, 0.5]), ([0.1, 0.9], [0.55, 0.45])],
)
def test_ensemble_leans_on_the_naive_as_far_as_it_must(weights, expected):
    def loss(weights):
        return 1.0 if weights[0] >= 0.5 else 2.0

    leaning = lean_on(np.array([1.0, 0.0]), np.array(weights), loss, 1.0)

    assert leaning == pytest.approx(expected)


def test_ensemble_that_is_always_worse_is_the_naive():
    alone = np.array([1.0, 0.0])

    leaning = lean_on(alone, np.array([0.0, 1.0]), lambda weights: 2.0, 1.0)

    assert list(leaning) == [1.0, 0.0]


def test_random_walks_are_left_to_the_last_value():
    rng = np.random.default_rng(0)
    steps = rng.normal(0, 1.5, (12, 314))
    walks = 100 + np.cumsum(steps, axis=1)
    days = pd.date_range("2022-01-01", periods=300)
    table = pd.concat(
        pd.DataFrame({"item_id": f"i{k:02d}", "timestamp": days, "target": walk[:300]})
        for k, walk in enumerate(walks)
    )
    problem = Problem(frequency="D", horizon=14)

    forecast = fit(table, problem, workers=1).forecast(table)

    medians = forecast["p50"].to_numpy().reshape(12, 14)
    error = np.abs(medians - walks[:, 300:]).mean()
    assert error < 1.02 * np.abs(walks[:, 299:300] - walks[:, 300:]).mean()
