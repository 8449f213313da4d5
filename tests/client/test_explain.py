"""A source is explained here as its run would take it."""

import importlib.util
import io
import json
from dataclasses import replace

import boto3
import pandas as pd
import pytest
from moto import mock_aws

from chalicelib.datasets import name_dataset
from client.errors import SourceError
from client.explain import (
    NoReaderError,
    NotCheckedError,
    explain_if_possible,
    explain_package,
    explain_source,
    find_bucket_layer,
    is_accepted,
)
from client.packing import pack_source
from tests.building.scripted_run import STAGE, make_error

HAS_PYARROW = importlib.util.find_spec("pyarrow") is not None
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


@pytest.fixture
def parts(tmp_path):
    """Make a folder of parts that each hold a series."""
    if HAS_PYARROW:
        rows = TABLE.splitlines(keepends=True)
        for number, item in enumerate("ab"):
            text = "".join([rows[0], *(item + row[1:] for row in rows[1:])])
            table = pd.read_csv(io.StringIO(text))
            table.to_parquet(tmp_path / f"part-{number}.parquet")
    else:
        for number in (0, 1):
            (tmp_path / f"part-{number}.parquet").write_bytes(b"PAR1")
    return tmp_path


@pytest.mark.skipif(not HAS_PYARROW, reason="needs pyarrow")
def test_folder_of_parts_is_one_table(s3, parts):
    key = f"config/{name_dataset(f'raw/{parts.name}/_SUCCESS')}.json"
    s3.put_object(Bucket=STAGE.bucket, Key=key, Body=make_settings(5))

    with pack_source(parts) as package:
        layer = find_bucket_layer(s3, STAGE, package, print)
        report = explain_package(package, layer)

    assert is_accepted(report)
    assert report["table"]["series"] == 2
    assert find_horizon(report) == (5, key)


@pytest.mark.skipif(HAS_PYARROW, reason="needs an environment without pyarrow")
def test_parquet_without_reader_is_left_to_the_run(parts):
    said = []
    with pack_source(parts) as package:
        report = explain_if_possible(package, None, STAGE, said.append)

    assert report is None
    assert "-m pip install pyarrow`; its run checks it before" in said[0]


@pytest.mark.skipif(HAS_PYARROW, reason="needs an environment without pyarrow")
def test_local_run_has_no_reader_either(parts):
    here = replace(STAGE, name="local")

    with pack_source(parts) as package, pytest.raises(NoReaderError) as caught:
        explain_if_possible(package, None, here, print)

    assert "forecast.py local stop`, so that the next" in str(caught.value)


@pytest.mark.parametrize("kind", ["parts", "zip"])
def test_more_than_one_machine_takes_is_left_to_the_run(tmp_path, kind):
    sizes = {"part-0.parquet": 200 * 1024**2, "part-1.parquet": 200 * 1024**2}
    for name, size in (sizes if kind == "parts" else {"x.zip": 4 * 1024**3}).items():
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)
    said = []

    with pack_source(tmp_path if kind == "parts" else tmp_path / "x.zip") as package:
        report = explain_if_possible(package, None, STAGE, said.append)
        with pytest.raises(NotCheckedError, match=r"found about 4\.[23] GB"):
            explain_package(package, None)

    assert report is None
    assert "unpacked; needs at most 3.2 GB); its run checks it" in said[0]
