"""Training: what crashes or overruns is dropped with a reason, never the job."""

import numpy as np
import pandas as pd
import pytest

from forecaster.candidates.catalogue import (
    BASELINE,
    Candidate,
    affordable,
    candidates_by_name,
)
from forecaster.data.frequency import parse_frequency
from forecaster.data.panel import Panel
from forecaster.time_limit import Clock
from forecaster.training.backtest import plan_backtest
from forecaster.training.train import Plan, train_candidates

LEVELS = np.array([0.1, 0.5, 0.9])


def make_plan(*, clock=None, workers=1, n_steps=60):
    rng = np.random.default_rng(0)
    panel = Panel(
        keys=pd.DataFrame({"item_id": ["a", "b"]}),
        target=rng.normal(10, 1, (2, n_steps)),
        last=np.full(2, np.datetime64("2024-01-01", "s")),
        frequency=parse_frequency("M"),
        season=12,
        horizon=4,
        known=np.zeros((2, n_steps + 4, 0)),
        static=np.zeros((2, 0)),
    )
    return Plan(
        panel=panel,
        backtest=plan_backtest(panel),
        levels=LEVELS,
        asked=np.arange(3),
        workers=workers,
        clock=clock or Clock(),
    )


def crash(state, panel, levels):
    raise RuntimeError("the fit fell over")


def spoil(state, panel, levels):
    return np.full((panel.n_items, panel.horizon, len(levels)), np.nan)


@pytest.mark.parametrize("workers", [1, 3])
def test_crashing_candidate_is_dropped_with_its_reason(workers):
    baseline = candidates_by_name()[BASELINE]
    seen = []

    outcome = train_candidates(
        make_plan(workers=workers),
        [Candidate("Crash", "ets", crash), baseline],
        seen.append,
    )

    assert [one.candidate.name for one in outcome.trained] == [BASELINE]
    assert [report.reason for report in outcome.dropped] == [
        "RuntimeError: the fit fell over"
    ]
    assert {report.name for report in seen} == {"Crash", BASELINE}


def test_forecast_that_is_not_finite_is_the_baselines():
    plan = make_plan()
    baseline = candidates_by_name()[BASELINE]

    outcome = train_candidates(
        plan, [Candidate("Spoil", "ets", spoil), baseline], lambda report: None
    )

    np.testing.assert_array_equal(
        outcome.trained[0].quantiles, outcome.trained[1].quantiles
    )


def test_clock_stops_all_but_the_baseline():
    names = [BASELINE, "ETS", "LightGBM"]
    candidates = [candidates_by_name()[name] for name in names]

    outcome = train_candidates(
        make_plan(clock=Clock(deadline=0.0)), candidates, lambda report: None
    )

    assert [one.candidate.name for one in outcome.trained] == [BASELINE]
    assert {report.reason for report in outcome.dropped} == {"out of time"}
    assert {report.status for report in outcome.dropped} == {"Stopped"}


def test_trees_stop_within_their_fit():
    fit = candidates_by_name()["LightGBM"].fit
    ticks = []

    class Expiring(Clock):
        def check(self):
            ticks.append(1)
            if len(ticks) > 5:
                raise TimeoutError

    with pytest.raises(TimeoutError):
        fit(make_plan().panel, LEVELS, 0, Expiring())


def test_budget_keeps_what_helps_most():
    candidates = list(candidates_by_name().values())

    few = {c.name for c in affordable(candidates, 1_000_000, 40)}
    none = {c.name for c in affordable(candidates, 1_000_000, 0.001)}

    assert {BASELINE, "LightGBM", "ETS"} - few == {"ETS"}
    assert none == {BASELINE}
    assert affordable(candidates, 10**9, 0) == candidates


def test_one_fit_serves_all_windows_where_rows_abound():
    short, long = make_plan(n_steps=24), make_plan(n_steps=60)

    assert not short.abundant
    assert long.abundant


def test_forecasts_of_a_window_ignore_what_came_after():
    plain, noisy = make_plan(), make_plan()
    noisy.panel.target[:, -4:] = 1e6
    candidates = list(candidates_by_name().values())

    before = train_candidates(plain, candidates, lambda report: None)
    after = train_candidates(noisy, candidates, lambda report: None)

    for one, other in zip(before.trained, after.trained, strict=True):
        np.testing.assert_array_equal(one.quantiles, other.quantiles)
