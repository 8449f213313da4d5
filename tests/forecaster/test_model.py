"""The engine as callers see it: fit, forecast, save, load."""

import io
import tarfile

import numpy as np
import pandas as pd
import pytest

from forecaster import ForecasterError, fit, load
from forecaster.data.problem import Problem

COLUMNS = {
    "TargetAttributeName": "target",
    "TimestampAttributeName": "timestamp",
    "ItemIdentifierAttributeName": "item_id",
}


def make_config(**changes):
    config = {
        "ForecastFrequency": "M",
        "ForecastHorizon": 6,
        "TimeSeriesConfig": COLUMNS,
    }
    return config | changes


def make_table(lengths, *, season=12, seed=0):
    """Monthly series with trend and season, all ending in the same month."""
    rng = np.random.default_rng(seed)
    frames = []
    for number, (item_id, length) in enumerate(lengths.items()):
        time = np.arange(60 - length, 60)
        wave = 20 * np.sin(2 * np.pi * time / season)
        target = 100 * (number + 1) + time + wave + rng.normal(0, 3, length)
        months = pd.period_range("2020-01", periods=60, freq="M")[60 - length :]
        frames.append(
            pd.DataFrame(
                {
                    "item_id": item_id,
                    "timestamp": months.to_timestamp(),
                    "target": target,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def table():
    return make_table({"a": 60, "b": 60, "c": 40, "short": 1})


@pytest.fixture(scope="module")
def model(table):
    return fit(table, make_config(), workers=1)


def test_forecast_has_series_times_horizon_rows(model, table):
    forecast = model.forecast(table)

    assert list(forecast) == ["item_id", "timestamp", "mean", "p10", "p50", "p90"]
    assert len(forecast) == 4 * 6
    assert forecast["timestamp"].min() == pd.Timestamp("2025-01-01")
    assert np.isfinite(forecast[["mean", "p10", "p50", "p90"]]).all(axis=None)


def test_series_that_are_not_backtested_are_forecast():
    many = make_table({f"i{k:03d}": 12 for k in range(130)})

    model = fit(many, make_config(ForecastHorizon=1_000), workers=1)
    forecast = model.forecast(many)

    counts = [model.manifest[name] for name in ("series", "backtested_series")]
    assert counts == [130, 120]
    assert len(forecast) == 130 * 1_000
    assert np.isfinite(forecast["p50"]).all()


def test_order_of_the_rows_does_not_matter(model, table):
    shuffled = table.sample(frac=1, random_state=0)

    again = model.forecast(shuffled)

    pd.testing.assert_frame_equal(again, model.forecast(table), check_exact=True)


def test_parts_of_a_panel_forecast_the_same(model, table):
    panel = model.setup.panel(model.setup.align(table))
    levels = model.setup.problem.levels

    parts = model.ensemble.forecast(panel, levels, cells=1)

    whole = model.ensemble.forecast(panel, levels)
    np.testing.assert_allclose(parts, whole, rtol=1e-9)


def test_loaded_model_forecasts_the_same(model, table, tmp_path):
    model.save(tmp_path / "model.tar.gz")

    again = load(tmp_path / "model.tar.gz").forecast(table)

    pd.testing.assert_frame_equal(again, model.forecast(table), check_exact=True)


def test_saving_twice_gives_the_same_bytes(model, tmp_path):
    model.save(tmp_path / "one.tar.gz")
    model.save(tmp_path / "two.tar.gz")

    one, two = (tmp_path / f"{name}.tar.gz" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_archive_holds_only_text(model, tmp_path):
    path = model.save(tmp_path / "model.tar.gz")

    with tarfile.open(path) as archive:
        names = archive.getnames()
        texts = [archive.extractfile(name).read().decode() for name in names]
    assert "manifest.json" in names
    assert all(texts)


def test_foreign_archive_is_refused(tmp_path):
    path = tmp_path / "model.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        entry = tarfile.TarInfo("manifest.json")
        entry.size = 2
        archive.addfile(entry, io.BytesIO(b"{}"))

    with pytest.raises(ForecasterError, match="another format"):
        load(path)


def test_newer_history_moves_the_forecast(model, table):
    newer = table.copy()
    newer["timestamp"] = newer["timestamp"] + pd.DateOffset(months=3)

    forecast = model.forecast(newer)

    assert forecast["timestamp"].min() == pd.Timestamp("2025-04-01")


def test_other_items_are_forecast_without_a_fit(model):
    other = make_table({"unseen": 50, "tiny": 1}, seed=7)

    forecast = model.forecast(other).set_index("item_id")

    late = other[other["item_id"] == "unseen"]["target"].iloc[-12:]
    assert list(forecast.index.unique()) == ["tiny", "unseen"]
    assert late.min() - 20 < forecast.loc["unseen", "p50"].mean() < late.max() + 20


def test_ensemble_beats_the_baseline(model):
    scores = model.leaderboard.set_index("name")["WQL"]

    assert scores["WeightedEnsemble"] < 0.9 * scores["SeasonalNaive"]


def test_result_does_not_depend_on_workers(model, table):
    other = fit(table, make_config(), workers=3)

    pd.testing.assert_frame_equal(
        other.forecast(table), model.forecast(table), check_exact=True
    )
    assert dict(other.weights) == dict(model.weights)


def test_candidates_are_reported_as_they_finish(table):
    seen = []

    model = fit(table, make_config(), workers=1, on_candidate=seen.append)

    names = {report.name for report in seen}
    assert names == set(model.leaderboard["name"]) - {"WeightedEnsemble"}
    assert all(report.metrics["WQL"] > 0 for report in seen)


def test_short_series_are_listed_and_forecast(model, table):
    forecast = model.forecast(table).set_index("item_id")

    assert list(model.fallbacks["item_id"]) == ["short"]
    assert np.isfinite(forecast.loc["short", "p50"]).all()


def test_constant_series_stay_what_they_are():
    table = make_table({"a": 60, "zero": 40, "five": 30})
    table.loc[table["item_id"] == "zero", "target"] = 0.0
    table.loc[table["item_id"] == "five", "target"] = 5.0

    model = fit(table, make_config(), workers=1)

    forecast = model.forecast(table).set_index("item_id")
    assert (forecast.loc["zero", ["p10", "p90"]] == 0).all(axis=None)
    assert (forecast.loc["five", ["p10", "p90"]] == 5).all(axis=None)
    assert list(model.fallbacks["reason"]) == ["constant", "all zero"]


def test_scores_are_kept_by_window_step_and_series(model):
    scores = model.scores()

    counts = scores[scores["name"] == "ETS"].groupby("by").size()
    assert counts.to_dict() == {"series": 4, "step": 6, "window": 3}
    assert scores.loc[scores["by"] == "window", "WQL"].gt(0).all()


def test_new_item_is_forecast_like_its_like(table):
    table = table.assign(
        colour=table["item_id"].map(lambda i: "red" if i == "b" else "")
    )
    months = pd.date_range("2025-01-01", periods=6, freq="MS")
    new = pd.DataFrame({"item_id": "new", "timestamp": months, "colour": "red"})
    model = fit(table, make_config(), workers=1)

    forecast = model.forecast(pd.concat([table, new])).set_index("item_id")

    expected = forecast.loc["b", ["p10", "p50", "p90"]].to_numpy()
    assert forecast.loc["new", ["p10", "p50", "p90"]].to_numpy() == pytest.approx(
        expected
    )


def test_quantiles_asked_for_rise_and_are_named(table):
    config = make_config(ForecastQuantiles=["p99", "p1", "p65"])

    forecast = fit(table, config, workers=1).forecast(table)

    assert list(forecast)[3:] == ["p1", "p65", "p99"]
    assert (forecast["p1"] <= forecast["p65"]).all()
    assert (forecast["p65"] <= forecast["p99"]).all()


def test_history_without_negatives_gives_none(table):
    table = table.assign(target=(table["target"] - 150).clip(lower=0))

    forecast = fit(table, make_config(), workers=1).forecast(table)

    assert (forecast["p10"] >= 0).all()


def test_problem_keeps_the_callers_time_stamps(table):
    ended = table[(table["item_id"] != "a") | (table["timestamp"] < "2024-01-01")]
    ends = ended.assign(timestamp=ended["timestamp"] + pd.offsets.MonthEnd(0))
    problem = Problem(frequency="M", horizon=2)

    forecast = fit(ends, problem, workers=1).forecast(ends).set_index("item_id")

    stamps = [str(stamp.date()) for stamp in forecast.loc["a", "timestamp"]]
    assert stamps == ["2024-01-31", "2024-02-29"]


def test_missing_columns_are_named(table):
    with pytest.raises(ForecasterError, match=r"no column 'target' .found: item_id"):
        fit(table[["item_id", "timestamp"]], make_config())


def test_table_without_values_is_refused(table):
    with pytest.raises(ForecasterError, match="no value in 'target'"):
        fit(table.assign(target=np.nan), make_config())


def test_counts_have_whole_quantiles_and_any_mean():
    rng = np.random.default_rng(0)
    months = pd.date_range("2020-01-01", periods=60, freq="MS")
    items = [
        pd.DataFrame({"item_id": f"i{k}", "timestamp": months, "target": sales})
        for k, sales in enumerate(rng.poisson(0.4, (12, 60)).astype(float))
    ]

    model = fit(pd.concat(items), make_config())
    forecast = model.forecast(pd.concat(items))

    for frame in (forecast, model.backtests):
        quantiles = frame[["p10", "p50", "p90"]]
        assert (quantiles == quantiles.round()).all(axis=None)
        assert (frame["mean"] != frame["mean"].round()).any()
