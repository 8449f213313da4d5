"""The report of a run: its forecast first, and no failure after it fails the run."""

import json

import pytest

from glue.findings.codes import REPORT_CODES
from glue.reporting.raw_output import ForecastUnreadableError
from tests.building.reports import (
    ROOT,
    RUN_ID,
    RunBuilder,
    make_report,
    write_csv,
)
from tests.building.uploads import FakeS3, months

RAW = (
    "p90,month,mean,item,p10,extra,p50\n"
    "3,2022-02-01T00:00:00.000Z,2,007,1,x,2\n"
    "6,2022-01-01T00:00:00.000Z,5,007,4,x,5\n"
    "9,2022-01-01 00:00:00,8,NA,7,x,8\n"
    "12.5,2022-02-01 00:00:00,11,NA,10,x,11\n"
)


class Small(RunBuilder):
    """A run whose history is as small as the values of RAW."""

    def value(self, item, step):
        return round(super().value(item, step) / 15, 2)


BUILDER = Small(items=("007", "NA"), steps=24, horizon=2)
RAW_KEY = f"output-forecasted-data/data/{RUN_ID}/raw/part-00000.csv.out"
TRAIN_KEY = f"input/{RUN_ID}/train/train.csv"


def report_raw(folder, raw, *, train=None, others=None, without=()):
    others = {RAW_KEY: raw, **(others or {})}
    if train is not None:
        others[TRAIN_KEY] = train
    return make_report(BUILDER, folder, others=others, without=without)


def codes_of(reported):
    return [found["code"] for found in reported.document["warnings"]]


def test_forecast_has_named_columns_in_order(tmp_path):
    reported = report_raw(tmp_path, RAW)

    assert reported.text("forecast.csv") == (
        "item,month,mean,p10,p50,p90\n"
        "007,2022-01-01,5,4,5,6.0\n"
        "007,2022-02-01,2,1,2,3.0\n"
        "NA,2022-01-01,8,7,8,9.0\n"
        "NA,2022-02-01,11,10,11,12.5\n"
    )
    assert reported.warnings == []


def test_parts_of_the_output_are_joined(tmp_path):
    header, *lines = RAW.splitlines(keepends=True)
    second = {RAW_KEY.replace("part-00000", "part-00001"): header + "".join(lines[2:])}

    reported = make_report(
        BUILDER, tmp_path, others={RAW_KEY: header + "".join(lines[:2]), **second}
    )

    assert len(reported.rows("forecast.csv")) == 4
    assert codes_of(reported) == []


def test_series_sent_with_each_part_is_no_repeat(tmp_path):
    header, *lines = RAW.splitlines(keepends=True)
    # 007 reaches the end of the history, and is in the part of NA as well.
    parts = {
        RAW_KEY: header + "".join(lines[:2]),
        RAW_KEY.replace("part-00000", "part-00001"): RAW.replace(
            "6,2022-01", "7,2022-01"
        ),
    }

    reported = make_report(BUILDER, tmp_path, others=parts)

    assert reported.rows("forecast.csv")[0]["p90"] == "6.0"
    assert len(reported.rows("forecast.csv")) == 4
    assert codes_of(reported) == []


def test_every_result_of_a_run_is_written(tmp_path):
    reported = report_raw(tmp_path, RAW)

    names = ("forecast.csv", "leaderboard.csv", "items.csv", "report.json")
    assert all(reported.has(name) for name in (*names, "report.html"))


@pytest.mark.parametrize(
    "raw", [None, "item,mean\na,1\n", "item,month,p10,p50,p90\na,x,1,1,1\n"]
)
def test_unreadable_output_fails_the_run(tmp_path, raw):
    others = {} if raw is None else {RAW_KEY: raw}
    without = ("/raw/",) if raw is None else ()

    with pytest.raises(ForecastUnreadableError):
        make_report(BUILDER, tmp_path, others=others, without=without)


def test_crossing_quantiles_are_put_in_order(tmp_path):
    reported = report_raw(tmp_path, RAW.replace("3,2022-02", "0.5,2022-02"))

    row = reported.rows("forecast.csv")[1]
    assert (row["p10"], row["p50"], row["p90"]) == ("0.5", "1.0", "2.0")
    assert codes_of(reported) == ["forecast-quantiles-crossed"]


def test_forecast_stays_above_zero_as_history_does(tmp_path):
    reported = report_raw(tmp_path, RAW.replace("007,1,", "007,-1,"))

    assert float(reported.rows("forecast.csv")[1]["p10"]) == 0
    assert codes_of(reported) == ["forecast-negative"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("3,2022-02", "2,2022-02", id="quantiles that touch"),
        pytest.param("007,1,", "007,0,", id="a quantile of zero"),
        pytest.param("5,007", "0,007", id="a mean of zero"),
        pytest.param("5,007", "9,007", id="a mean above all quantiles"),
        pytest.param("007,4,x,5\n", "007,5e0,x,5\n", id="a value with an exponent"),
        pytest.param("T00:00:00.000Z", "", id="dates alone"),
    ],
)
def test_odd_forecast_needs_no_repair(tmp_path, old, new):
    assert old in RAW

    reported = report_raw(tmp_path, RAW.replace(old, new))

    assert set(codes_of(reported)) <= {"forecast-implausible"}


def test_forecast_may_fall_below_zero_when_history_does(tmp_path):
    history = [dict(row, units=row["units"] - 100) for row in BUILDER.history()]

    reported = report_raw(
        tmp_path, RAW.replace("007,1,", "007,-1,"), train=write_csv(history)
    )

    assert float(reported.rows("forecast.csv")[1]["p10"]) == -1


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (slice(0, 3), "forecast-naive"),
        ([0, 1, 2, 3], "forecast-naive"),
        ([0, 1, 2, 2, 3, 4], "forecast-row-repeated"),
    ],
)
def test_every_series_and_step_is_there(tmp_path, lines, code):
    given = RAW.splitlines(keepends=True)
    kept = given[lines] if isinstance(lines, slice) else [given[at] for at in lines]

    reported = report_raw(tmp_path, "".join(kept))

    keys = [(row["item"], row["month"]) for row in reported.rows("forecast.csv")]
    assert keys == [
        (item, month)
        for item in ("007", "NA")
        for month in ("2022-01-01", "2022-02-01")
    ]
    assert codes_of(reported) == [code]


def test_series_may_be_forecast_from_their_own_ends(tmp_path):
    raw = RAW.replace("2022-02-01 00:00:00,11", "2022-03-01 00:00:00,11")

    reported = report_raw(tmp_path, raw)

    assert [row["month"] for row in reported.rows("forecast.csv")][2:] == [
        "2022-01-01",
        "2022-03-01",
    ]
    assert codes_of(reported) == ["forecast-dates-differ"]
    assert reported.has("report.html")


def test_rows_that_cannot_be_completed_are_told(tmp_path):
    raw = "".join(RAW.splitlines(keepends=True)[at] for at in (0, 1, 3))

    reported = report_raw(tmp_path, raw)

    assert codes_of(reported)[0] == "forecast-rows"
    assert len(reported.rows("forecast.csv")) == 2


def test_values_that_cannot_be_completed_are_told(tmp_path):
    raw = RAW.replace(",7,x", ",,x")

    reported = report_raw(tmp_path, raw, without=("/train.csv",))

    assert "[forecast-value-missing] 1 value of 'p10'" in reported.warnings[1]
    assert reported.rows("forecast.csv")[2]["p10"] == ""


def test_worst_warnings_come_first(tmp_path):
    crossed = RAW.replace("3,2022-02", "0.5,2022-02")

    reported = report_raw(tmp_path, crossed, without=("page.js",))

    assert codes_of(reported) == ["report-incomplete", "forecast-quantiles-crossed"]


def test_missing_value_is_replaced_by_naive(tmp_path):
    reported = report_raw(tmp_path, RAW.replace(",7,x", ",,x"))

    row = reported.rows("forecast.csv")[2]
    season_before = next(
        r for r in BUILDER.history() if (r["item"], r["month"]) == ("NA", "2021-01-01")
    )
    assert float(row["mean"]) == season_before["units"]
    assert codes_of(reported) == ["forecast-naive"]


def test_rows_nobody_asked_for_are_dropped(tmp_path):
    reported = report_raw(tmp_path, RAW + "9,2022-01-01,8,other,7,x,8\n")

    assert {row["item"] for row in reported.rows("forecast.csv")} == {"007", "NA"}
    assert codes_of(reported) == ["forecast-rows-dropped"]


def test_median_stands_in_for_missing_mean(tmp_path):
    raw = RAW.replace("mean", "other")

    reported = report_raw(tmp_path, raw)

    assert [float(r["mean"]) for r in reported.rows("forecast.csv")] == [5, 2, 8, 11]
    assert codes_of(reported) == ["forecast-mean-missing"]


@pytest.mark.parametrize(
    ("broken", "lost"),
    [
        ("/train.csv", {"leaderboard.csv", "items.csv", "report.json", "report.html"}),
        ("page.js", {"report.html"}),
    ],
)
def test_later_failure_is_a_warning(tmp_path, broken, lost):
    reported = report_raw(tmp_path, RAW, without=(broken,))

    names = {"leaderboard.csv", "items.csv", "report.json", "report.html"}
    assert {name for name in names if not reported.has(name)} == lost
    assert reported.rows("forecast.csv")
    assert ["[report-incomplete]" in warning for warning in reported.warnings] == [True]


def test_missing_candidates_leave_a_report(tmp_path):
    reported = report_raw(tmp_path, RAW, without=("candidates.json",))

    assert reported.document["verdict"]["outcome"] == "unknown"
    assert reported.has("report.html")
    assert len(reported.warnings) == 1


def test_garbled_earlier_run_fails_nothing(tmp_path):
    earlier = "output-forecasted-data/data/data-250101000000-0123abcd/forecast.csv"

    reported = report_raw(tmp_path, RAW, others={earlier: "nonsense"})

    assert not reported.document["earlier_forecasts"]["scored"]


def test_forecast_is_written_before_anything_else(tmp_path):
    written = []

    class Recording(FakeS3):
        def upload_file(self, path, bucket, key, **options):
            written.append(key)
            super().upload_file(path, bucket, key, **options)

        def put_object(self, **request):
            written.append(request["Key"])
            super().put_object(**request)

    make_report(BUILDER, tmp_path, s3=Recording())

    assert written[0] == f"output-forecasted-data/data/{RUN_ID}/forecast.csv"
    assert written[-1] == f"runs/{RUN_ID}/report-warnings.json"


def test_hourly_timestamps_keep_their_time(tmp_path):
    class Hourly(RunBuilder):
        def stamps(self):
            steps = range(self.steps + self.horizon)
            return [f"2020-01-{1 + n // 24:02d} {n % 24:02d}:00:00" for n in steps]

        def settings(self):
            settings = super().settings()
            settings["TimeSeriesForecastingJobConfig"]["ForecastFrequency"] = "H"
            return settings

    reported = make_report(Hourly(steps=120), tmp_path)

    assert reported.rows("forecast.csv")[0]["month"] == "2020-01-06 00:00:00"
    assert reported.document["data"]["last"] == "2020-01-05 23:00:00"
    assert reported.warnings == []


def test_warnings_of_data_stand_in_the_report(tmp_path):
    finding = {
        "code": "series-gaps",
        "level": "warning",
        "what": "3 series have gaps",
        "remedy": "fill them",
        "count": 3,
        "examples": [],
    }

    reported = make_report(RunBuilder(findings=[finding]), tmp_path)

    assert reported.document["findings"] == [finding]
    assert "3 series have gaps" in reported.text("report.html")


def list_keys(value, depth=2):
    """List the names of a document's values, and of the values in these."""
    if not isinstance(value, dict) or not depth:
        return set()
    inner = [list_keys(one, depth - 1) for one in value.values()]
    return set(value).union(*inner)


@pytest.mark.parametrize("without", [(), ("backtest.csv",)])
def test_every_key_of_the_report_is_documented(tmp_path, without):
    document = make_report(BUILDER, tmp_path, without=without).document
    text = (ROOT / "docs" / "report-json.md").read_text()

    named_elsewhere = {*document["settings"], *document["definitions"]}
    keys = list_keys(document) - named_elsewhere - set(document["upload"])
    assert {key for key in keys if f"`{key}`" not in text} == set()


@pytest.mark.parametrize("code", REPORT_CODES)
def test_every_code_of_the_report_is_documented(code):
    assert f"`{code}`" in (ROOT / "docs" / "report-json.md").read_text()


def test_parquet_is_written_where_pyarrow_is(tmp_path):
    pytest.importorskip("pyarrow", reason="needs pyarrow")
    pandas = pytest.importorskip("pandas")
    reported = make_report(BUILDER, tmp_path)
    (tmp_path / "read.parquet").write_bytes(
        reported.bucket.objects[f"{reported.prefix}forecast.parquet"]
    )

    table = pandas.read_parquet(tmp_path / "read.parquet")

    assert list(table.columns) == ["item", "month", "mean", "p10", "p50", "p90"]
    assert len(table) == 4
    assert str(table["month"].dtype).startswith("datetime64")


def test_json_of_the_report_has_no_numbers_that_json_lacks(tmp_path):
    builder = RunBuilder(items=("zero",))
    rows = [dict(row, units=0) for row in builder.history()]
    rows[0]["units"] = 1

    reported = make_report(builder, tmp_path, others={TRAIN_KEY: write_csv(rows)})

    parsed = json.loads(reported.text("report.json"), parse_constant=pytest.fail)
    assert parsed["data"]["first"] == months(1)[0]
