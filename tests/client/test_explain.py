"""A source is explained here as its run would take it."""

import json

import boto3
import pytest
from moto import mock_aws

from client.errors import SourceError
from client.explain import (
    explain_package,
    explain_source,
    find_bucket_layer,
    is_accepted,
)
from client.packing import pack_source
from tests.building.scripted_run import STAGE, make_error

TABLE = "item_id,timestamp,target_value\n" + "".join(
    f"a,{2020 + month // 12}-{month % 12 + 1:02}-01,{month}\n" for month in range(48)
)


def make_source(folder, *, table=TABLE):
    (folder / "TTS.csv").write_text(table)
    return folder


def make_settings(horizon):
    return json.dumps({"TimeSeriesForecastingJobConfig": {"ForecastHorizon": horizon}})


def find_horizon(report):
    return next(
        (one["value"], one["source"])
        for one in report["settings"]
        if one["key"].endswith("ForecastHorizon")
    )


@pytest.fixture
def s3():
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=STAGE.bucket)
        yield client


def test_good_source_would_be_accepted(tmp_path):
    report = explain_source(make_source(tmp_path))

    assert is_accepted(report)
    assert report["table"]["series"] == 1


def test_bad_source_would_be_refused(tmp_path):
    source = make_source(tmp_path, table="item_id,timestamp\na,2024-01-01\n")

    assert not is_accepted(explain_source(source))


def test_settings_count_as_the_uploads_own(tmp_path):
    settings = tmp_path / "mine.json"
    settings.write_text(make_settings(7))
    source = tmp_path / "shop"
    source.mkdir()

    report = explain_source(make_source(source), settings)

    assert find_horizon(report) == (7, "config.json")


def test_unreadable_settings_are_named(tmp_path):
    with pytest.raises(SourceError, match=r"'.*none.json' cannot be read"):
        explain_source(make_source(tmp_path), tmp_path / "none.json")


@pytest.mark.parametrize("key", ["config/shop.json", "config/default.json"])
def test_settings_of_the_bucket_count_as_in_the_run(s3, tmp_path, key):
    s3.put_object(Bucket=STAGE.bucket, Key=key, Body=make_settings(5))
    source = tmp_path / "shop"
    source.mkdir()

    with pack_source(make_source(source)) as package:
        layer = find_bucket_layer(s3, STAGE, package, print)
        report = explain_package(package, layer)

    assert find_horizon(report) == (5, key)


def test_one_series_is_called_by_the_uploads_name(tmp_path):
    source = tmp_path / "power.csv"
    source.write_text("date,value\n" + TABLE.split("\n", 1)[1].replace("a,", ""))

    assert explain_source(source)["rows"][0]["item_id"] == "power"


def test_settings_that_may_not_be_read_are_said(tmp_path):
    class DeniedS3:
        def get_object(self, **_request):
            raise make_error("AccessDenied")

    said = []
    with pack_source(make_source(tmp_path)) as package:
        layer = find_bucket_layer(DeniedS3(), STAGE, package, said.append)

    assert layer is None
    assert "may not read the settings" in said[0]
