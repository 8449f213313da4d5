"""Whatever table comes, the engine forecasts it or says what is wrong."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecaster import fit
from forecaster.data.problem import Problem
from forecaster.training.bounds import find_bounds

FREQUENCIES = {
    "Y": "YS",
    "Q": "QS",
    "2M": "2MS",
    "M": "MS",
    "W": "W-MON",
    "W-FRI": "W-FRI",
    "D": "D",
    "3H": "3h",
    "H": "h",
    "15min": "15min",
    "1min": "1min",
}
VALUES = st.one_of(
    st.just(0.0),
    st.just(7.0),
    st.just(float("nan")),
    st.floats(-1e3, 1e3),
    st.floats(-1e12, 1e12),
    st.floats(-1e-9, 1e-9),
)
SERIES = st.lists(VALUES, min_size=1, max_size=40)


def make_config(frequency, horizon):
    return {
        "ForecastFrequency": frequency,
        "ForecastHorizon": horizon,
        "ForecastQuantiles": ["p1", "p50", "p99"],
        "TimeSeriesConfig": {
            "TargetAttributeName": "target",
            "TimestampAttributeName": "timestamp",
            "ItemIdentifierAttributeName": "item_id",
        },
    }


def make_table(series, frequency, kept=None):
    frames = []
    for number, values in enumerate(series):
        stamps = pd.date_range(
            "2019-12-31", periods=len(values), freq=FREQUENCIES[frequency]
        )
        frames.append(
            pd.DataFrame(
                {"item_id": f"i{number}", "timestamp": stamps, "target": values}
            )
        )
    table = pd.concat(frames, ignore_index=True)
    return table if kept is None else table[np.resize(kept, len(table))]


def check(table, config, horizon):
    model = fit(table, config, workers=1)
    forecast = model.forecast(table)

    quantiles = forecast[[name for name in forecast if name.startswith("p")]]
    assert len(forecast) == table["item_id"].nunique() * horizon
    assert np.isfinite(quantiles.to_numpy()).all()
    assert (np.diff(quantiles.to_numpy(), axis=1) >= 0).all()
    assert np.isfinite(forecast["mean"]).all()
    assert not forecast.duplicated(["item_id", "timestamp"]).any()
    check_bounds(model, table, quantiles.to_numpy())


def check_bounds(model, table, quantiles):
    """The forecast lies within the bounds of its series, and is possible."""
    panel = model.setup.panel(model.setup.align(table))
    lowest, highest = find_bounds(panel)
    by_series = quantiles.reshape(panel.n_items, -1)
    seen = panel.lengths > 0
    slack = 1e-9 * np.maximum(np.abs(lowest), np.abs(highest))[seen]
    assert (by_series[seen].min(axis=1) >= lowest[seen] - slack).all()
    assert (by_series[seen].max(axis=1) <= highest[seen] + slack).all()
    never = np.nan_to_num(panel.target).min(axis=1) >= 0
    assert (by_series[never & seen] >= 0).all()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    series=st.lists(SERIES, min_size=1, max_size=4),
    kept=st.lists(st.booleans(), min_size=3, max_size=9).filter(lambda k: k[0]),
    frequency=st.sampled_from(sorted(FREQUENCIES)),
    horizon=st.integers(1, 9),
    as_autopilot=st.booleans(),
)
def test_random_tables_never_break_the_engine(
    series, kept, frequency, horizon, as_autopilot
):
    table = make_table(series, frequency, kept)
    if table["target"].notna().sum() == 0:
        table["target"] = 1.0
    problem = Problem(frequency=frequency, horizon=horizon, quantiles=(0.01, 0.5, 0.99))
    config = make_config(frequency, horizon) if as_autopilot else problem

    check(table, config, horizon)


@pytest.mark.parametrize(
    "values",
    [
        [5.0],
        [5.0, 6.0],
        [0.0] * 60,
        [3.0] * 60,
        [1e300, 1e299] * 20,
        [1e-300] * 30,
        [-5.0, 5.0] * 30,
        [float("nan")] * 10 + [4.0] + [float("nan")] * 10,
        list(range(60)),
        [0.0] * 50 + [1e9] + [0.0] * 9,
    ],
    ids=lambda values: f"{len(values)}x{values[0]}",
)
def test_odd_series_are_forecast(values):
    table = make_table([values, list(range(30))], "M")

    check(table, make_config("M", 5), 5)


@pytest.mark.parametrize("season", [2, 12, 24, 168])
def test_any_season_can_be_asked_for(season):
    wave = np.sin(2 * np.pi * np.arange(200) / season) + 2
    problem = Problem(frequency="H", horizon=3, season=season)

    check(make_table([list(wave), [1.0]], "H"), problem, 3)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    lengths=st.lists(st.integers(1, 50), min_size=1, max_size=4),
    promo=st.lists(VALUES, min_size=1, max_size=60),
    colours=st.lists(st.sampled_from(["red", "blue", None]), min_size=5, max_size=5),
    future=st.integers(0, 5),
    seed=st.integers(0, 3),
)
def test_random_covariates_never_break_the_engine(
    lengths, promo, colours, future, seed
):
    rng = np.random.default_rng(seed)
    series = [list(rng.normal(5, 2, n)) + [float("nan")] * future for n in lengths]
    table = make_table([*series, [float("nan")] * future], "M")
    table["promo"] = np.resize(promo, len(table))
    table["colour"] = table["item_id"].map(lambda item: colours[int(item[1:])])

    check(table, make_config("M", 3), 3)


def test_forecast_takes_tables_without_the_covariates():
    table = make_table([list(range(40)), list(range(30))], "M")
    told = table.assign(promo=np.arange(70) % 3, colour=table["item_id"])
    model = fit(told, make_config("M", 3), workers=1)

    forecast = model.forecast(table)

    assert np.isfinite(forecast[["p1", "p50", "p99"]]).all(axis=None)
