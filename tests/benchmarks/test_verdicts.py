"""What the verdict bench calls true: expected losses over a panel's own futures."""

import numpy as np
import pytest

from benchmarks.verdicts import KINDS, Outcome, Size, forecast_panel, judge_panel

SIZE = Size(series=3, steps=40, horizon=4, futures=400)


@pytest.mark.parametrize("kind", KINDS)
def test_futures_go_on_from_the_end_of_the_history(kind):
    past, futures = KINDS[kind](np.random.default_rng(1), SIZE)

    assert past.shape == (3, 40)
    assert futures.shape == (400, 3, 4)
    if "walk" in kind:
        gaps = futures[:, :, 0].mean(axis=0) - past[:, -1]
        assert np.abs(gaps).max() < 1.5


def test_truth_is_told_with_its_uncertainty():
    panel = forecast_panel(3, seed=1, futures=20)

    outcome = judge_panel(panel, 3)

    assert outcome.kind == "season"
    assert outcome.true_low < outcome.true_gain < outcome.true_high
    assert outcome.is_better == (outcome.true_gain > 0)


def test_tick_is_the_verdict_better():
    figures = {"gain": 5.0, "low": 1.0, "true_gain": -2.0, "true_low": -3.0}
    outcome = Outcome(
        number=1,
        kind="season",
        verdict="better",
        true_high=-1.0,
        implausible=0,
        sentence="",
        series=1,
        windows=3,
        **figures,
    )

    assert outcome.has_tick
    assert not outcome.is_better
