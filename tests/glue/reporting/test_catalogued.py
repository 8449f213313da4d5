"""The rows that the catalog's tables read: one shape for all datasets."""

import gzip
import io
import json
from dataclasses import replace

import pytest

from chalicelib import keys
from glue.reporting.catalogued import FORECASTS_FOLDER, LATEST_FOLDER
from tests.building.reports import RunBuilder, make_report

OLD, NEW = "data-260101000000-0123abcd", "data-260201000000-0123abcd"
BUILDER = RunBuilder(run_id=OLD)
RUN_KEY = f"{FORECASTS_FOLDER}dataset=data/{{}}.json.gz"
LATEST_KEY = f"{LATEST_FOLDER}dataset=data/forecast.json.gz"


def read_rows(reported, key):
    text = gzip.decompress(reported.bucket.objects[key]).decode()
    return [json.loads(line) for line in text.splitlines()]


def test_folders_are_those_that_the_deploy_knows():
    assert (FORECASTS_FOLDER, LATEST_FOLDER) == (
        keys.FORECASTS_FOLDER,
        keys.LATEST_FOLDER,
    )


def test_rows_are_the_forecast(tmp_path):
    reported = make_report(BUILDER, tmp_path)

    rows = read_rows(reported, RUN_KEY.format(OLD))

    forecast = reported.rows("forecast.csv")
    assert len(rows) == len(forecast)
    for number, line in enumerate(forecast):
        row = rows[number]
        assert row["item_id"] == line["item"]
        assert row["series"] == {"item": line["item"]}
        assert row["forecast_for"] == f"{line['month']} 00:00:00"
        assert row["mean"] == float(line["mean"])
        assert row["quantiles"] == {
            name: float(line[name]) for name in ("p10", "p50", "p90")
        }
    assert [row["step"] for row in rows[:7]] == [1, 2, 3, 4, 5, 6, 1]
    assert {row["run_id"] for row in rows} == {OLD}


def test_newest_run_is_the_latest_whoever_ends_last(tmp_path):
    newer = make_report(replace(BUILDER, run_id=NEW), tmp_path)
    both = make_report(BUILDER, tmp_path, s3=newer.bucket)

    assert {row["run_id"] for row in read_rows(both, LATEST_KEY)} == {NEW}
    assert RUN_KEY.format(OLD) in both.bucket.objects


def test_report_that_is_made_again_writes_the_same_bytes(tmp_path):
    first = make_report(BUILDER, tmp_path).bucket.objects[RUN_KEY.format(OLD)]
    again = make_report(BUILDER, tmp_path).bucket.objects[RUN_KEY.format(OLD)]

    assert first == again


def test_ids_may_hold_anything(tmp_path):
    odd = ('a\n"b"', "1,2;3")
    reported = make_report(replace(BUILDER, items=odd), tmp_path)

    rows = read_rows(reported, LATEST_KEY)

    assert {row["item_id"] for row in rows} == set(odd)


def test_pyarrow_reads_them_as_a_table(tmp_path):
    arrow = pytest.importorskip("pyarrow.json", reason="needs pyarrow")
    reported = make_report(BUILDER, tmp_path)

    body = gzip.decompress(reported.bucket.objects[LATEST_KEY])
    table = arrow.read_json(io.BytesIO(body))

    assert table.num_rows == len(reported.rows("forecast.csv"))
    assert {"run_id", "item_id", "forecast_for", "mean"} <= set(table.column_names)
