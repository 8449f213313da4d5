"""The demo's last figure: a held-out year, scored by the engine's definitions."""

import pandas as pd
import pytest

from demo.holdout import forecast_seasonal_naive, score_wql


def make_table(values, *, start="2020-01-01"):
    stamps = pd.date_range(start, periods=len(values), freq="MS")
    return pd.DataFrame(
        {"item_id": "a", "timestamp": stamps, "target_value": values}, dtype=object
    ).astype({"target_value": float, "timestamp": "datetime64[ns]"})


def test_repeated_year_has_no_spread():
    history = make_table([*range(1, 13), *range(1, 13)])
    asked = make_table(range(1, 13), start="2022-01-01")

    naive = forecast_seasonal_naive(history, steps=12)

    assert naive["timestamp"].tolist() == asked["timestamp"].tolist()
    assert naive["p10"].tolist() == naive["p90"].tolist() == list(range(1, 13))
    assert score_wql(asked, naive) == 0


def test_young_series_repeats_its_last_value():
    naive = forecast_seasonal_naive(make_table([3, 5]), steps=2)

    assert naive["p50"].tolist() == [5, 5]


def test_loss_is_twice_rho_over_the_volume():
    actual = make_table([10.0])
    forecast = actual.assign(p10=5.0, p50=12.0, p90=20.0)
    del forecast["target_value"]

    # 2 * (0.1 * 5 + 0.5 * 2 + 0.1 * 10) / 3 quantiles / 10
    assert score_wql(actual, forecast) == pytest.approx(1 / 6)


def test_missing_forecast_is_refused():
    with pytest.raises(ValueError, match="0 of 1 points"):
        score_wql(
            make_table([1.0]), make_table([1.0], start="2030-01-01").assign(p50=1)
        )
