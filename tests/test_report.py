import json

import pytest

from forecast_output import ForecastUnreadableError
from report import report
from upload_builders import FakeS3

RUN_ID = "data-260101000000-0123abcd"
FOLDER = f"output-forecasted-data/data/{RUN_ID}/"


def make_bucket(raw, *, groups=(), frequency="M", horizon=2, series=2):
    columns = {
        "TargetAttributeName": "units",
        "TimestampAttributeName": "day",
        "ItemIdentifierAttributeName": "sku",
    }
    if groups:
        columns["GroupingAttributeNames"] = list(groups)
    settings = {
        "schema": 1,
        "run_id": RUN_ID,
        "dataset": "data",
        "bucket": "bucket",
        "TimeSeriesForecastingJobConfig": {
            "ForecastFrequency": frequency,
            "ForecastHorizon": horizon,
            "ForecastQuantiles": ["p10", "p90"],
            "TimeSeriesConfig": columns,
        },
    }
    objects = {
        f"runs/{RUN_ID}/settings.json": json.dumps(settings),
        f"runs/{RUN_ID}/data-report.json": json.dumps({"table": {"series": series}}),
    }
    for number, text in enumerate(raw):
        objects[f"{FOLDER}raw/part-{number:05d}.csv.out"] = text
    return FakeS3(objects)


RAW = (
    "p90,day,mean,sku,p10,extra\n"
    "3,2020-02-01T00:00:00.000Z,2,007,1,x\n"
    "6,2020-01-01T00:00:00.000Z,5,007,4,x\n"
    "9,2020-01-01 00:00:00,8,NA,7,x\n"
    "12.5,2020-02-01 00:00:00,11,NA,10,x\n"
)


def read_forecast(s3):
    return s3.objects[f"{FOLDER}forecast.csv"].decode()


def read_codes(s3):
    warnings = s3.read_json(f"runs/{RUN_ID}/report-warnings.json")["warnings"]
    return [found["code"] for found in warnings]


def test_forecast_has_named_columns_in_order(tmp_path):
    s3 = make_bucket([RAW])

    report(s3, "bucket", RUN_ID, tmp_path)

    assert read_forecast(s3) == (
        "sku,day,mean,p10,p90\n"
        "007,2020-01-01,5,4,6.0\n"
        "007,2020-02-01,2,1,3.0\n"
        "NA,2020-01-01,8,7,9.0\n"
        "NA,2020-02-01,11,10,12.5\n"
    )
    assert read_codes(s3) == []


def test_parts_of_the_output_are_joined(tmp_path):
    header, *lines = RAW.splitlines(keepends=True)
    s3 = make_bucket([header + "".join(lines[:2]), header + "".join(lines[2:])])

    report(s3, "bucket", RUN_ID, tmp_path)

    assert len(read_forecast(s3).splitlines()) == 5


def test_hourly_timestamps_keep_their_time(tmp_path):
    raw = "sku,day,mean,p10,p90\na,2020-01-01 05:00:00,1,1,1\n"
    s3 = make_bucket([raw], frequency="H", horizon=1, series=1)

    report(s3, "bucket", RUN_ID, tmp_path)

    assert "a,2020-01-01 05:00:00,1,1,1" in read_forecast(s3)


@pytest.mark.parametrize(
    ("raw", "codes"),
    [
        (RAW.replace(",7,x", ",,x"), ["forecast-value-missing"]),
        (RAW + "1,2020-03-01,1,NA,1,x\n", ["forecast-rows"]),
        (RAW + RAW.splitlines()[1] + "\n", ["forecast-row-repeated", "forecast-rows"]),
        ("".join(RAW.splitlines(keepends=True)[:3]), ["forecast-series"]),
    ],
)
def test_odd_forecast_is_written_with_warnings(tmp_path, raw, codes):
    s3 = make_bucket([raw])

    report(s3, "bucket", RUN_ID, tmp_path)

    assert read_codes(s3) == codes
    assert read_forecast(s3)


@pytest.mark.parametrize(
    "raw", [[], ["sku,mean\na,1\n"], ["sku,day,p10,p90\na,x,1,1\n"]]
)
def test_unreadable_output_is_an_error(tmp_path, raw):
    s3 = make_bucket(raw)

    with pytest.raises(ForecastUnreadableError):
        report(s3, "bucket", RUN_ID, tmp_path)
