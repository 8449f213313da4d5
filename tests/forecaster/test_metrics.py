"""Every metric against a slow, obvious twin, over a grid of odd series."""

import math

import numpy as np
import pytest

from forecaster.metrics import (
    METRICS,
    Scored,
    coverage,
    in_sample_scale,
    quantile_loss,
    score,
)

NAN = float("nan")
LEVELS = np.array([0.1, 0.5, 0.9])
ACTUALS = {
    "plain": [3.0, -1.0, 4.0],
    "constant": [5.0, 5.0, 5.0],
    "zero": [0.0, 0.0, 0.0],
    "gaps": [NAN, 2.0, NAN],
    "nothing": [NAN, NAN, NAN],
    "huge": [1e12, -1e12, 1e12],
}


def make_scored(names, windows=2, seed=0):
    rng = np.random.default_rng(seed)
    actual = np.array([[ACTUALS[name] for name in names]] * windows)
    actual[-1] = actual[-1, :, ::-1]
    quantiles = np.sort(rng.normal(2, 3, (*actual.shape, 3)), axis=-1)
    return Scored(
        actual=actual,
        forecast=quantiles,
        levels=LEVELS,
        asked=np.array([0, 1, 2]),
        scale=rng.uniform(0.5, 2, actual.shape[:2]),
    )


def points(scored):
    """List every point: actual, quantiles, mean, median, scale."""
    windows, items, steps = scored.actual.shape
    return [
        (
            scored.actual[w, i, s],
            scored.forecast[w, i, s],
            scored.forecast[w, i, s] @ [0.3, 0.4, 0.3],
            scored.forecast[w, i, s, 1],
            scored.scale[w, i],
        )
        for w in range(windows)
        for i in range(items)
        for s in range(steps)
        if not math.isnan(scored.actual[w, i, s])
    ]


def slow_wql(scored):
    size = sum(abs(y) for y, *_ in points(scored))
    if not points(scored) or size == 0:
        return NAN
    per_level = []
    for number, level in enumerate(LEVELS):
        loss = 0.0
        for y, quantiles, *_ in points(scored):
            over = max(quantiles[number] - y, 0)
            under = max(y - quantiles[number], 0)
            loss += 2 * (level * under + (1 - level) * over)
        per_level.append(loss / size)
    return sum(per_level) / len(per_level)


def slow_wape(scored):
    size = sum(abs(y) for y, *_ in points(scored))
    if not points(scored) or size == 0:
        return NAN
    return sum(abs(y - median) for y, _, _, median, _ in points(scored)) / size


def slow_mase(scored):
    errors = [abs(y - m) / s for y, _, _, m, s in points(scored) if s > 0]
    return sum(errors) / len(errors) if errors else NAN


def slow_rmse(scored):
    squares = [(y - mean) ** 2 for y, _, mean, _, _ in points(scored)]
    return math.sqrt(sum(squares) / len(squares)) if squares else NAN


def slow_mape(scored):
    shares = [abs(y - m) / abs(y) for y, _, _, m, _ in points(scored) if y != 0]
    return sum(shares) / len(shares) if shares else NAN


TWINS = {
    "WQL": slow_wql,
    "WAPE": slow_wape,
    "MASE": slow_mase,
    "RMSE": slow_rmse,
    "MAPE": slow_mape,
}
GRID = [[name] for name in ACTUALS] + [["plain", "gaps"], list(ACTUALS)]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("names", GRID, ids="+".join)
def test_metric_equals_its_slow_twin(metric, names):
    scored = make_scored(names)

    actual = float(score(scored)[metric])

    expected = TWINS[metric](scored)
    if metric in ("WQL", "WAPE") and names == ["zero"]:
        assert not math.isfinite(actual)
    else:
        assert actual == pytest.approx(expected, rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("metric", METRICS)
def test_scores_per_series_are_those_of_each_alone(metric):
    names = ["plain", "constant", "gaps"]
    scored = make_scored(names)

    per_series = score(scored, axis=(0, 2))[metric]

    for number in range(len(names)):
        alone = Scored(
            actual=scored.actual[:, [number]],
            forecast=scored.forecast[:, [number]],
            levels=LEVELS,
            asked=scored.asked,
            scale=scored.scale[:, [number]],
        )
        assert per_series[number] == pytest.approx(TWINS[metric](alone))


def test_scores_per_step_have_the_horizon_shape():
    per_step = score(make_scored(["plain", "gaps"]), axis=(0, 1))

    assert {values.shape for values in per_step.values()} == {(3,)}


def test_quantile_loss_is_twice_the_pinball_loss():
    assert quantile_loss(np.array(10.0), np.array(8.0), 0.9) == pytest.approx(3.6)
    assert quantile_loss(np.array(8.0), np.array(10.0), 0.9) == pytest.approx(0.4)


def slow_scale(row, season):
    values = list(row)
    while values and math.isnan(values[0]):
        values.pop(0)
    lag = season if len(values) > season + 1 else 1
    pairs = zip(values[lag:], values[:-lag], strict=True)
    moves = [abs(b - a) for b, a in pairs if not math.isnan(a + b)]
    return sum(moves) / len(moves) if moves else NAN


@pytest.mark.parametrize("season", [1, 2, 4])
@pytest.mark.parametrize(
    "row",
    [
        [1.0, 5.0, 2.0, 8.0, 3.0, 9.0],
        [NAN, NAN, 5.0, 2.0, 8.0, 1.0],
        [NAN, NAN, NAN, NAN, NAN, 3.0],
        [1.0, NAN, 2.0, NAN, 3.0, 7.0],
        [4.0] * 6,
        [NAN] * 6,
    ],
)
def test_in_sample_scale_equals_its_slow_twin(row, season):
    scale = in_sample_scale(np.array([row]), season)[0]

    assert scale == pytest.approx(slow_scale(row, season), nan_ok=True)


def test_coverage_counts_bounds_and_skips_gaps():
    actual = np.array([1.0, 2.0, NAN, 9.0])

    assert coverage(actual, np.ones(4), np.full(4, 2.0)) == pytest.approx(2 / 3)
    assert math.isnan(coverage(np.array([NAN]), np.ones(1), np.ones(1)))
