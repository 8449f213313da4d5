"""Did the last forecast come true: which runs are scored, and what is said else."""

import json

import pytest

from glue.reporting.earlier import list_earlier_runs
from tests.building.reports import RunBuilder, make_report

NOW = RunBuilder(steps=48)


def leave(run_id, steps, change=None, **options):
    """Give what an earlier run of the dataset has left."""
    builder = RunBuilder(steps=steps, run_id=run_id, **options)
    folder = f"output-forecasted-data/data/{run_id}/"
    settings = builder.settings()
    if change is not None:
        change(settings["TimeSeriesForecastingJobConfig"])
    objects = builder.objects()
    return {
        f"{folder}forecast.csv": objects[f"{folder}raw/part-00000.csv.out"],
        f"runs/{run_id}/settings.json": json.dumps(settings),
    }


FIRST, SECOND = "data-250601000000-00000000", "data-250901000000-00000000"


def look_back(folder, *left):
    others = {key: body for objects in left for key, body in objects.items()}
    return make_report(NOW, folder, others=others).document["earlier_forecasts"]


def test_first_forecast_has_none_before_it(tmp_path):
    found = look_back(tmp_path)

    assert found["scored"] == []
    assert "first forecast" in found["reason"]


def test_forecast_of_days_to_come_is_not_scored(tmp_path):
    found = look_back(tmp_path, leave(FIRST, steps=48))

    assert found["scored"] == []
    assert "no overlap" in found["reason"]
    assert NOW.stamps()[48] in found["reason"]


def test_forecast_that_partly_came_true_is_scored_on_that_part(tmp_path):
    (scored,) = look_back(tmp_path, leave(FIRST, steps=44))["scored"]

    assert scored["points"] == 4 * 3
    assert (scored["forecast_first"], scored["forecast_last"]) == (
        NOW.stamps()[44],
        NOW.stamps()[49],
    )
    assert (scored["scored_first"], scored["scored_last"]) == (
        NOW.stamps()[44],
        NOW.stamps()[47],
    )


def test_perfect_forecast_has_no_error(tmp_path):
    (scored,) = look_back(tmp_path, leave(FIRST, steps=42, skill=0.0))["scored"]

    assert scored["metrics"]["WAPE"] == scored["metrics"]["RMSE"] == 0
    assert scored["baseline"]["WAPE"] > 0
    assert "100% less than seasonal naive" in scored["sentence"]


def test_newest_forecast_comes_first(tmp_path):
    found = look_back(tmp_path, leave(FIRST, steps=38), leave(SECOND, steps=42))

    assert [scored["run_id"] for scored in found["scored"]] == [SECOND, FIRST]


def test_other_quantiles_and_horizon_of_an_earlier_run_are_kept(tmp_path):
    left = leave(FIRST, steps=40, horizon=8, quantiles=("p05", "p50"))

    (scored,) = look_back(tmp_path, left)["scored"]

    assert [c["quantile"] for c in scored["calibration"]] == ["p05", "p50"]
    assert scored["points"] == 8 * 3


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda job: job.update(ForecastFrequency="W"), "another frequency (W)"),
        (
            lambda job: job["TimeSeriesConfig"].update(TargetAttributeName="price"),
            "another target",
        ),
        (
            lambda job: job["TimeSeriesConfig"].update(
                ItemIdentifierAttributeName="sku"
            ),
            "other key columns (sku)",
        ),
        (lambda job: job["ForecastQuantiles"].append("p99"), "lacks p99"),
    ],
)
def test_forecast_of_something_else_is_not_scored(tmp_path, change, reason):
    found = look_back(tmp_path, leave(FIRST, steps=42, change=change))

    assert found["scored"] == []
    assert reason in found["reason"]


def test_series_that_are_gone_are_not_scored(tmp_path):
    left = leave(FIRST, steps=42, items=("drum", "gone"))

    (scored,) = look_back(tmp_path, left)["scored"]

    assert scored["series"] == 1


def test_only_runs_before_this_one_are_listed():
    folder = "output-forecasted-data/data/"
    runs = (FIRST, SECOND, "data-260101000000-0123abcd", "data-270101000000-00000000")
    keys = [
        *(f"{folder}{run}/forecast.csv" for run in runs),
        f"{folder}data-250801000000-00000000/report.html",
        f"{folder}odd/forecast.csv",
        f"{folder}{FIRST}/raw/forecast.csv",
    ]

    assert list_earlier_runs(keys, "data-260101000000-0123abcd") == [SECOND, FIRST]


def test_runs_are_found_whether_or_not_named_by_stage():
    runs = ["da-250101000000-0123abcd-dev", "240101000000-0123abcd-a-stage-9"]
    keys = [f"output-forecasted-data/data/{run}/forecast.csv" for run in runs]

    assert list_earlier_runs(keys, "data-260101000000-0123abcd") == runs
