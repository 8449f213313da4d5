"""A forecast file is read by its column names."""

import pytest

from client.forecast_file import read_forecast

SETTINGS = {
    "TimeSeriesForecastingJobConfig": {
        "TimeSeriesConfig": {"TimestampAttributeName": "month"}
    }
}


def write_forecast(path, header, *rows):
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_largest_series_are_kept_and_all_counted(tmp_path):
    rows = [f"I{i},2026-0{t + 1}-01,{i}.5,1,2" for i in range(5) for t in range(3)]
    path = write_forecast(tmp_path / "f.csv", "item_id,timestamp,mean,p10,p90", *rows)

    forecast = read_forecast(path, None, keep=2)

    assert (forecast.n_series, forecast.n_rows) == (5, 15)
    assert [s.key for s in forecast.series] == [("I4",), ("I3",)]
    assert forecast.series[1].timestamps == ("2026-01-01", "2026-02-01", "2026-03-01")
    assert forecast.series[1].values[0] == (3.5, 1.0, 2.0)
    assert forecast.total == 37.5
    assert forecast.value_columns == ("mean", "p10", "p90")


def test_timestamp_is_found_by_the_settings(tmp_path):
    path = write_forecast(tmp_path / "f.csv", "month,shop,sku,mean", "2026-01,S,K,1")

    forecast = read_forecast(path, SETTINGS, keep=1)

    assert forecast.timestamp_column == "month"
    assert forecast.key_columns == ("shop", "sku")
    assert forecast.series[0].key == ("S", "K")


def test_items_named_like_numbers_stay_text(tmp_path):
    path = write_forecast(tmp_path / "f.csv", "id,timestamp,mean", "007,2026,1")

    assert read_forecast(path, None, keep=1).series[0].key == ("007",)


@pytest.mark.parametrize("text", ["", "NaN", "inf", "n/a"])
def test_what_is_no_number_is_none(tmp_path, text):
    path = write_forecast(tmp_path / "f.csv", "id,timestamp,mean", f"A,2026,{text}")

    assert read_forecast(path, None, keep=1).series[0].values == ((None,),)


def test_forecast_without_rows_has_no_series(tmp_path):
    path = write_forecast(tmp_path / "f.csv", "id,timestamp,mean")

    forecast = read_forecast(path, None, keep=1)

    assert (forecast.n_series, forecast.series) == (0, ())
