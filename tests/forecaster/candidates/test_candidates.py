"""Candidates, features and weights: against slow twins, and blind to the future."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecaster.arrays import fill_gaps
from forecaster.candidates.catalogue import candidates_by_name, choose_candidates
from forecaster.candidates.features import FeatureMaker, sample_origins
from forecaster.candidates.intermittent import tsb
from forecaster.candidates.naive import seasonal_naive
from forecaster.candidates.npts import seasonal_npts, weighted_quantiles
from forecaster.candidates.paths import TREND, Paths
from forecaster.candidates.smoothing import smooth
from forecaster.candidates.theta import theta
from forecaster.data.frequency import parse_frequency
from forecaster.data.panel import Panel
from forecaster.time_limit import Clock
from forecaster.training.backtest import plan_backtest
from forecaster.training.calibration import calibrate, stretch
from forecaster.training.ensemble import (
    blend,
    compare_losses,
    greedy_weights,
    shrink,
    tilt,
)

LEVELS = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
NAN = float("nan")


def make_panel(target, *, frequency="M", horizon=4, known=None):
    target = np.array(target, dtype=float)
    n_items, n_steps = target.shape
    parsed = parse_frequency(frequency)
    return Panel(
        keys=pd.DataFrame({"item_id": [f"i{k}" for k in range(n_items)]}),
        target=target,
        last=np.full(n_items, np.datetime64("2023-12-01", "s")),
        frequency=parsed,
        season=parsed.season,
        horizon=horizon,
        known=np.zeros((n_items, n_steps + horizon, 0)) if known is None else known,
        static=np.zeros((n_items, 0)),
    )


def make_waves(n_items=3, n_steps=72, season=12, seed=0):
    rng = np.random.default_rng(seed)
    time = np.arange(n_steps)
    wave = 10 * np.sin(2 * np.pi * time / season)
    return 50 + time * 0.3 + wave + rng.normal(0, 1, (n_items, n_steps))


def run(name, panel):
    candidate = candidates_by_name()[name]
    state = candidate.fit(panel, LEVELS, 0, Clock()) if candidate.fit else {}
    return candidate.predict(state, panel, LEVELS)


def test_seasonal_naive_repeats_the_last_season():
    panel = make_panel([list(range(24))], horizon=14)

    median = seasonal_naive(panel, LEVELS)[0, :, 4]

    assert list(median) == [*range(12, 24), 12, 13]


@pytest.mark.parametrize("name", ["ETS", "Theta", "Linear", "LightGBM", "Regression"])
def test_candidate_beats_the_baseline_on_waves(name):
    waves = make_waves(6, 84)
    past, future = make_panel(waves[:, :72], horizon=12), waves[:, 72:]

    error = np.abs(run(name, past)[..., 4] - future).mean()

    assert error < 0.8 * np.abs(run("SeasonalNaive", past)[..., 4] - future).mean()


@pytest.mark.parametrize("name", sorted(candidates_by_name()))
def test_candidate_gives_rising_quantiles_of_its_shape(name):
    panel = make_panel(make_waves(3, 60))

    forecast = run(name, panel)

    assert forecast.shape == (3, 4, 9)
    assert (np.diff(forecast, axis=-1) >= -1e-9).all()


@pytest.mark.parametrize("forecast", [smooth, theta])
def test_series_do_not_depend_on_their_neighbours(forecast):
    short = np.full((1, 72), NAN)
    short[0, 60:] = 5 + np.arange(12) % 3
    waves = np.concatenate([make_waves(), short])

    together = forecast(make_panel(waves), LEVELS)
    alone = np.concatenate([forecast(make_panel([row]), LEVELS) for row in waves])

    np.testing.assert_allclose(together, alone, rtol=1e-9)


def test_smoothing_of_a_constant_is_that_constant():
    forecast = smooth(make_panel([[7.0] * 30]), LEVELS)

    np.testing.assert_allclose(forecast, 7.0, rtol=1e-5)


def slow_paths(values, season, smoother):
    """The textbook recursions, one step after the other."""
    first = values[:season]
    level, slope = sum(first) / len(first), 0.0
    states = [v - level for v in first] if season > 1 else [0.0]
    for step, value in enumerate(values):
        ahead = level + smoother.phi * slope
        error = value - ahead - states[step % season]
        level = ahead + smoother.alpha * error
        slope = smoother.phi * slope + smoother.alpha * smoother.beta * error
        if season > 1:
            states[step % season] += smoother.gamma * error
    damped = sum(smoother.phi**k for k in range(1, 4))
    return level + damped * slope + states[(len(values) + 2) % season]


@pytest.mark.parametrize("season", [1, 4])
def test_paths_equal_the_textbook_recursions(season):
    values = [3.0, 8.0, 1.0, 9.0, 4.0, 7.0, 2.0, 9.5, 5.0]
    starts = np.array([0])
    paths = Paths(np.array([values]), starts, season, [TREND])

    ahead = paths.forecasts(starts, np.array([8]), np.array([3]))[0][0]

    assert ahead == pytest.approx(slow_paths(values, season, TREND), rel=1e-5)


@pytest.mark.parametrize("frequency", ["Y", "M", "W", "D", "H"])
def test_features_never_see_the_future(frequency):
    waves = make_waves(2, 400)
    noisy = waves.copy()
    noisy[:, 300:] = 1e6
    panels = [make_panel(v, frequency=frequency) for v in (waves, noisy)]
    origins = sample_origins(panels[0].cut(104), 500, 0)

    frames = [FeatureMaker(panel).make(origins) for panel in panels]

    assert origins.at.max() < 300
    np.testing.assert_array_equal(frames[0].rows, frames[1].rows)
    np.testing.assert_array_equal(frames[0].level, frames[1].level)


@pytest.mark.parametrize(("n_items", "n_steps", "count"), [(200, 60, 3), (2, 30, 3)])
def test_three_windows_are_enough(n_items, n_steps, count):
    """Many series tell enough by three windows; a short history spares no more."""
    backtest = plan_backtest(make_panel(make_waves(n_items, n_steps)))

    assert len(backtest.cuts) == count


def test_features_are_as_many_in_a_short_history():
    panel = make_panel(make_waves(1, 900), frequency="H")
    origins = sample_origins(panel.recent(300), 50, 0)

    short = FeatureMaker(panel.recent(300)).make(origins)

    long = FeatureMaker(panel).make(origins)
    assert short.rows.shape == long.rows.shape


def test_origins_below_daily_are_old_and_recent():
    panel = make_panel(make_waves(1, 24 * 200), frequency="H")

    origins = sample_origins(panel, 2_000, 0)

    recent = (origins.at + origins.step >= 24 * 144).mean()
    assert 0.5 < recent < 0.75


def test_windows_lie_before_each_other_and_the_end():
    panel = make_panel(make_waves(2, 60))

    backtest = plan_backtest(panel)

    assert backtest.cuts == (20, 16, 12, 8, 4)
    for k, cut in enumerate(backtest.cuts):
        expected = panel.target[:, 60 - cut : 64 - cut]
        np.testing.assert_array_equal(backtest.actual[k], expected)


def test_cut_panel_forgets_target_and_moves_its_end():
    panel = make_panel(make_waves(1, 30)).cut(6)

    assert panel.n_steps == 24
    assert str(panel.last[0])[:10] == "2023-06-01"
    assert panel.known.shape[1] == 24 + panel.horizon


def slow_quantile(values, weights, level):
    """Interpolate between the midpoints of the cumulated weights."""
    pairs = sorted(
        (v, w) for v, w in zip(values, weights, strict=True) if not math.isnan(v)
    )
    total = sum(w for _, w in pairs)
    reached, marks = 0.0, []
    for value, weight in pairs:
        marks.append(((reached + weight / 2) / total, value))
        reached += weight
    if level <= marks[0][0]:
        return marks[0][1]
    for (left, low), (right, high) in itertools.pairwise(marks):
        if level <= right:
            return low + (level - left) / (right - left) * (high - low)
    return marks[-1][1]


@pytest.mark.parametrize(
    "values", [[4.0], [1.0, 9.0, 3.0], [NAN, 2.0, 2.0, 8.0], [0.0, 0.0, 5.0, 0.0]]
)
def test_weighted_quantiles_equal_their_slow_twin(values):
    weights = np.linspace(0.2, 1, len(values))

    fast = weighted_quantiles(np.array([values]), weights, LEVELS)[0]

    expected = [slow_quantile(values, weights, level) for level in LEVELS]
    np.testing.assert_allclose(fast, expected)


def test_seasonal_npts_draws_from_the_same_step():
    panel = make_panel([[0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0] * 4], horizon=12)

    forecast = seasonal_npts(panel, LEVELS)[0]

    assert (forecast[5] == 9).all()
    assert (forecast[[0, 4, 6, 11]] == 0).all()


def test_tsb_forecasts_less_of_what_died_out():
    alive = [0, 0, 5] * 20
    dead = [0, 0, 5] * 12 + [0] * 24

    forecast = tsb(make_panel([alive, dead]), LEVELS)

    assert forecast[0, 0, -1] == 5
    assert (forecast[1] == 0).all()


def test_gaps_take_the_value_of_a_season_ago():
    filled = fill_gaps(np.array([[NAN, 1.0, 2.0, 3.0, 4.0, NAN, 6.0, NAN]]), 4)

    assert list(filled[0]) == [1.0, 1.0, 2.0, 3.0, 4.0, 1.0, 6.0, 3.0]


def test_greedy_finds_the_pair_whose_errors_cancel():
    forecasts = [np.full(3, 1.0), np.full(3, -1.0), np.full(3, 0.4)]

    weights = greedy_weights(forecasts, lambda f: float(np.abs(f).sum()))

    assert np.abs(blend(forecasts, weights)).sum() < 0.3
    assert weights.sum() == pytest.approx(1)


def test_shrinking_moves_weights_towards_the_prior():
    assert list(shrink(np.array([1.0, 0]), np.array([0, 1.0]), 0.25)) == [0.25, 0.75]


def test_tilt_leaves_out_what_has_no_loss():
    weights = tilt(np.array([0.5, 0.5]), np.array([1.0, NAN]))

    assert list(weights) == [1.0, 0.0]


def test_too_narrow_intervals_are_widened():
    rng = np.random.default_rng(0)
    actual = rng.normal(0, 2, (2, 200, 6))
    scores = np.linspace(-1.28, 1.28, 9)
    quantiles = np.broadcast_to(scores, (*actual.shape, 9))

    factors = calibrate(actual, quantiles, LEVELS)

    assert (factors[:, [0, 8]] > 1.2).all()
    assert (np.diff(stretch(quantiles, LEVELS, factors)) >= 0).all()


def test_right_intervals_are_left_alone():
    rng = np.random.default_rng(0)
    actual = rng.normal(0, 1, (2, 200, 6))
    scores = np.array([-1.28, -0.84, -0.52, -0.25, 0, 0.25, 0.52, 0.84, 1.28])
    quantiles = np.broadcast_to(scores, (*actual.shape, 9))

    factors = calibrate(actual, quantiles, LEVELS)

    assert 0.99 < factors.min() <= factors.max() < 1.07


def test_window_with_little_to_lose_counts_too():
    quiet, busy = [0.1, 0.4, NAN], [100.0, 50.0, 50.0]

    compared = compare_losses(np.array([quiet, busy]).T)

    assert compared == pytest.approx([2**0.5, 2.0, np.inf])


def test_seasons_of_counts_are_expected_to_repeat():
    sparse = make_panel(np.where(make_waves() > 60, make_waves(), 0))

    def find_prior(panel):
        named = {c.name: c for c in choose_candidates(panel, ())}
        return named["SeasonalNPTS"].prior

    assert find_prior(sparse) > find_prior(make_panel(make_waves())) == 0


def test_candidates_fit_the_kind_of_data():
    monthly = {c.name for c in choose_candidates(make_panel(make_waves()), ())}
    sparse = make_panel(np.where(make_waves() > 60, make_waves(), 0))
    hourly = make_panel(make_waves(1, 500), frequency="H")

    assert "TSB" not in monthly
    assert "TSB" in {c.name for c in choose_candidates(sparse, ())}
    assert "LongSeasonalNaive" in {c.name for c in choose_candidates(hourly, ())}


def test_known_covariate_is_used_and_may_be_missing_ahead():
    rng = np.random.default_rng(0)
    known = rng.integers(0, 2, (8, 64, 1)).astype(float)
    target = 10 + 5 * known[:, :60, 0] + rng.normal(0, 0.3, (8, 60))
    panel = make_panel(target, known=known)
    blank = known.copy()
    blank[:, 60:] = NAN
    blind = replace(panel, known=blank)

    told, untold = run("LightGBM", panel)[..., 4], run("LightGBM", blind)[..., 4]

    promoted = known[:, 60:, 0] > 0
    assert told[promoted].mean() - told[~promoted].mean() > 3.5
    assert abs(untold[promoted].mean() - untold[~promoted].mean()) < 1


@pytest.mark.parametrize(
    ("text", "season"),
    {
        "Y": 1,
        "Q": 4,
        "QS": 4,
        "3M": 4,
        "MS": 12,
        "M": 12,
        "W-FRI": 52,
        "2W": 26,
        "D": 7,
        "2D": 1,
        "H": 24,
        "6h": 4,
        "15min": 96,
        "1min": 60,
        "30min": 48,
    }.items(),
)
def test_frequency_has_its_season(text, season):
    assert parse_frequency(text).season == season


@pytest.mark.parametrize("text", ["", "X", "0D", "-1D", "D1", "fortnight"])
def test_unknown_frequency_is_refused(text):
    with pytest.raises(ValueError, match="no such frequency"):
        parse_frequency(text)


@pytest.mark.parametrize("text", ["Y", "Q", "2M", "M", "W", "D", "5H", "15min"])
def test_shift_and_count_are_inverse(text):
    frequency = parse_frequency(text)
    origin = np.array(["2024-02-29T10:00:00"] * 5, dtype="M8[s]")
    steps = np.array([-30, -1, 0, 1, 25])

    moved = frequency.shift(origin, steps)

    assert list(frequency.steps_after(moved, origin)) == list(steps)
    assert not math.isnan(moved.astype(float).sum())
