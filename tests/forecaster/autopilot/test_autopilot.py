"""Autopilot's semantics, each test with the documented rule that it holds.

The rules are quoted from AWS's guide "Time-series data format" and the API reference of
TimeSeriesForecastingJobConfig.
"""

import numpy as np
import pandas as pd
import pytest

from forecaster import ForecasterError, fit
from forecaster.autopilot.config import read_config
from forecaster.autopilot.fill import fill_covariate, fill_target
from forecaster.setup import read_setup

NAN = float("nan")


def make_config(**changes):
    config = {
        "ForecastFrequency": "D",
        "ForecastHorizon": 2,
        "TimeSeriesConfig": {
            "TargetAttributeName": "sales",
            "TimestampAttributeName": "day",
            "ItemIdentifierAttributeName": "sku",
        },
    }
    return config | changes


def make_rows(rows):
    return pd.DataFrame(rows, columns=["sku", "day", "sales"])


def make_panel(table, config):
    setup = read_setup(config)
    aligned = setup.align(table)
    return setup.learn(aligned).panel(aligned)


def fill(values, **rules):
    return list(fill_target(np.array([values]), rules)[0])


def test_target_is_filled_with_zero_by_default():
    """'By default, Autopilot fills missing target values with 0' (middle and back)."""
    assert fill([1.0, NAN, 3.0, NAN]) == [1.0, 0.0, 3.0, 0.0]


def test_front_of_the_target_is_never_filled():
    """'frontfill ... none' is the only logic, and holds for the target only."""
    filled = fill([NAN, NAN, 3.0, 4.0], frontfill="none")

    assert np.isnan(filled[:2]).all()


def test_back_runs_to_the_last_time_stamp_of_all_items():
    """'back: item's last to the last timestamp of all items'."""
    table = make_rows([("a", "2024-01-01", 5), ("b", "2024-01-04", 7)])

    panel = make_panel(table, make_config())

    assert list(panel.target[0]) == [5, 0, 0, 0]
    assert str(panel.last[0])[:10] == "2024-01-04"


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        ("zero", 0.0),
        ("mean", 4.0),
        ("median", 3.0),
        ("min", 2.0),
        ("max", 7.0),
        ("nan", NAN),
    ],
)
def test_every_logic_fills_the_middle(logic, expected):
    """'logics: zero, value, nan, mean, median, min, max' for the target."""
    filled = fill([2.0, 3.0, 7.0, NAN, 9.0], middlefill=logic)

    assert filled[3] == pytest.approx(expected, nan_ok=True)


def test_value_logic_takes_its_value():
    """'"backfill":"value" needs "backfill_value":"2"'."""
    filled = fill([1.0, NAN, NAN], backfill="value", backfill_value="2")

    assert filled == [1.0, 2.0, 2.0]


def test_value_logic_without_a_value_is_refused():
    with pytest.raises(ForecasterError, match="without backfill_value"):
        fill([1.0, NAN], backfill="value")


def test_window_of_a_logic_is_the_last_64_entries():
    """'a rolling window of the 64 most recent entries before the gap'."""
    values = [1000.0] * 10 + [1.0] * 64 + [NAN, 5.0]

    assert fill(values, middlefill="mean")[74] == 1.0


def test_covariates_are_not_filled_by_default():
    """'other numeric columns: filled by default? No'."""
    values = np.array([[1.0, NAN, 3.0, NAN]])

    filled = fill_covariate(values, np.array([0]), 3, {})

    assert np.array_equal(filled, values, equal_nan=True)


def test_covariates_are_filled_in_middle_back_and_future():
    """'other numeric columns: middle, back, future'."""
    values = np.array([[1.0, NAN, 3.0, NAN, NAN]])
    rules = {
        "middlefill": "zero",
        "backfill": "value",
        "backfill_value": "9",
        "futurefill": "max",
    }

    filled = fill_covariate(values, np.array([0]), 4, rules)

    assert list(filled[0]) == [1.0, 0.0, 3.0, 9.0, 9.0]


@pytest.mark.parametrize(
    ("method", "expected"),
    [(None, 9.0), ("avg", 3.0), ("first", 5.0), ("min", 1.0), ("max", 5.0)],
)
def test_rows_of_one_period_are_aggregated(method, expected):
    """'Aggregation: target column only: sum (default), avg, first, min, max'."""
    table = make_rows(
        [("a", f"2024-01-01 0{h}:00", v) for h, v in enumerate([5, 1, 3])]
    )
    changes = {"Transformations": {"Aggregation": {"sales": method}}} if method else {}

    panel = make_panel(table, make_config(**changes))

    assert panel.target.tolist() == [[expected]]


@pytest.mark.parametrize(
    ("frequency", "stamp", "expected"),
    [
        ("W", "2024-01-04", "2024-01-01"),
        ("M", "2024-02-29", "2024-02-01"),
        ("Y", "2024-07-04", "2024-01-01"),
        ("D", "2024-01-04 13:45", "2024-01-04"),
        ("H", "2024-01-04 13:45", "2024-01-04 13:00"),
        ("30min", "2024-01-04 13:45", "2024-01-04 13:30"),
    ],
)
def test_time_stamps_move_to_their_period_start(frequency, stamp, expected):
    """'week: most recent Monday; month: 1st; year: Jan 1; hour: top; day: hour 0'."""
    first = {"30min": "2024-01-04 13:00", "H": "2024-01-04 12:00"}.get(frequency, stamp)
    table = make_rows([("a", first, 1.0), ("a", stamp, 2.0)])
    problem, rules = read_config(make_config(ForecastFrequency=frequency))

    aligned = rules.align(table, problem)

    assert aligned["day"].max() == pd.Timestamp(expected)


def test_grouping_columns_make_series_of_their_own():
    """'Series are item x groups'."""
    config = make_config()
    config["TimeSeriesConfig"]["GroupingAttributeNames"] = ["shop"]
    table = make_rows([("a", "2024-01-01", 1), ("a", "2024-01-01", 2)])
    table["shop"] = ["x", "y"]

    forecast = fit(table, config, workers=1).forecast(table)

    assert list(forecast)[:3] == ["sku", "shop", "day"]
    assert len(forecast) == 2 * 2


def test_quantiles_default_to_three():
    """'ForecastQuantiles: default p10, p50, p90'."""
    problem, _ = read_config(make_config())

    assert problem.quantiles == (0.1, 0.5, 0.9)


@pytest.mark.parametrize("name", ["mean", "0.5", "P50", "p0", "p100"])
def test_bad_quantile_names_are_refused(name):
    """'^p[1-9]\\d?$ (p1 to p99, lower case); mean, 0.5, P50 invalid'."""
    with pytest.raises(ForecasterError, match="no such quantile"):
        read_config(make_config(ForecastQuantiles=[name]))


def test_objective_names_are_those_of_the_api():
    """'AverageWeightedQuantileLoss (default), RMSE, MASE, MAPE, WAPE'; no wQL."""
    table = make_rows([("a", "2024-01-01", 1)])

    with pytest.raises(ForecasterError, match="no such objective"):
        fit(table, make_config(), objective="wQL")


def test_algorithms_asked_for_leave_only_their_stand_ins():
    """'CandidateGenerationConfig.AlgorithmsConfig: absent or empty means all'."""
    days = pd.date_range("2024-01-01", periods=40).astype(str)
    table = make_rows([("a", day, i % 7) for i, day in enumerate(days)])
    asked = {"AlgorithmsConfig": [{"AutoMLAlgorithms": ["ets"]}]}

    model = fit(table, make_config(CandidateGenerationConfig=asked), workers=1)

    names = set(model.leaderboard["name"])
    assert names == {"SeasonalNaive", "ETS", "WeightedEnsemble"}


def test_forecast_starts_after_the_target_end_date():
    """'forecast from the target end date of the data supplied at inference'."""
    table = make_rows([("a", "2024-01-01", 1), ("b", "2024-01-05", 2)])

    forecast = fit(table, make_config(), workers=1).forecast(table)

    assert set(forecast["day"].astype(str)) == {"2024-01-06", "2024-01-07"}


def test_time_limit_stops_candidates_but_not_the_job():
    """'On excess the job is stopped gracefully and the best model is kept'."""
    days = pd.date_range("2024-01-01", periods=90).astype(str)
    table = make_rows([("a", day, i % 7) for i, day in enumerate(days)])
    criteria = {"MaxAutoMLJobRuntimeInSeconds": 1e-6}

    model = fit(table, make_config(CompletionCriteria=criteria), workers=1)

    board = model.leaderboard.set_index("name")
    assert board.loc["SeasonalNaive", "status"] == "Completed"
    assert "overrun the time limit" in board.loc["LightGBM", "reason"]
    assert model.manifest["clock_fired"] is False
    assert len(model.forecast(table)) == 2


def test_config_that_lacks_keys_names_them():
    with pytest.raises(ForecasterError, match="lacks ForecastHorizon"):
        read_config({"ForecastFrequency": "D", "TimeSeriesConfig": {}})


def test_holidays_are_a_known_covariate():
    """'HolidayConfig: CountryCode; applied to every item'."""
    days = pd.date_range("2023-06-01", "2024-06-30").astype(str)
    table = make_rows([("a", day, 1.0) for day in days])

    panel = make_panel(table, make_config(HolidayConfig=[{"CountryCode": "US"}]))

    stamps = panel.stamps(np.arange(1 - panel.n_steps, 3))[0]
    on = {str(s)[:10] for s in stamps[panel.known[0, :, -1] > 0]}
    assert {"2023-07-04", "2023-12-25", "2024-01-01"} <= on
    assert "2023-07-03" not in on
