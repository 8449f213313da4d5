import json
from contextlib import suppress

import pytest

from glue.bucket import Bucket
from glue.findings.finding import UploadRejected
from glue.preprocess import preprocess
from tests.building.uploads import FakeS3, make_tts, make_zip

RUN_ID = "data-260101000000-0123abcd"
KEY = "raw/data.zip"


def make_bucket(content, key=KEY, settings=None, version_id="v1"):
    run = {
        "schema": 1,
        "run_id": RUN_ID,
        "dataset": "data",
        "bucket": "bucket",
        "upload": {"key": key, "version_id": version_id, "etag": "e", "size": 1},
        "settings": {"source": None, "version_id": None, "text": None},
    }
    if settings is not None:
        run["settings"].update(source="config/default.json", text=settings)
    s3 = FakeS3({f"runs/{RUN_ID}/run.json": json.dumps(run), key: b"a later upload"})
    s3.versions[key, version_id] = content
    return s3


def run_preprocess(s3, folder):
    preprocess(RUN_ID, Bucket(s3, "bucket", folder))


def read_report(s3):
    return s3.read_json(f"runs/{RUN_ID}/data-report.json")


def test_good_upload_becomes_forecast_input(tmp_path):
    s3 = make_bucket(make_zip({"TTS.csv": make_tts()}))

    run_preprocess(s3, tmp_path)

    train = s3.objects[f"input/{RUN_ID}/train/train.csv"].decode()
    assert train == make_tts()
    assert s3.objects[f"input/{RUN_ID}/transform/part-00000.csv"].decode() == train
    assert read_report(s3)["outcome"] == "accepted"
    assert read_report(s3)["table"]["series"] == 2


def test_settings_document_is_complete(tmp_path):
    s3 = make_bucket(make_zip({"TTS.csv": make_tts()}))

    run_preprocess(s3, tmp_path)

    settings = s3.read_json(f"runs/{RUN_ID}/settings.json")
    job = settings["TimeSeriesForecastingJobConfig"]
    assert (job["ForecastFrequency"], job["ForecastHorizon"]) == ("M", 4)
    assert job["TimeSeriesConfig"]["TargetAttributeName"] == "target_value"
    assert settings["AutoMLJobObjective"] == {
        "MetricName": "AverageWeightedQuantileLoss"
    }
    assert settings["train_uri"] == f"s3://bucket/input/{RUN_ID}/train/"
    assert settings["transform_uri"] == f"s3://bucket/input/{RUN_ID}/transform/"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"item_id,timestamp,target_value\n", "zip-unreadable"),
        (make_zip({}), "tts-missing"),
        (make_zip({"north.csv": make_tts(), "south.csv": make_tts()}), "tts-missing"),
        (make_zip({"TTS.csv": "item_id,timestamp\nA,2020-01-01\n"}), "column-missing"),
    ],
    ids=["no archive", "nothing", "two tables", "two columns"],
)
def test_bad_upload_is_reported_then_raised(tmp_path, content, code):
    s3 = make_bucket(content)

    with pytest.raises(UploadRejected, match=code):
        run_preprocess(s3, tmp_path)

    report = read_report(s3)
    assert report["outcome"] == "refused"
    errors = [one["code"] for one in report["findings"] if one["level"] == "error"]
    assert errors == [code]
    assert not [key for key in s3.objects if key.startswith("input/")]
    assert f"runs/{RUN_ID}/settings.json" not in s3.objects


SECRET = "S3CRET"


def test_message_names_every_error(tmp_path):
    text = make_tts() + f"A,{SECRET},1\nA,2030-01-01,{SECRET}\n"
    s3 = make_bucket(make_zip({"TTS.csv": text}))

    with pytest.raises(UploadRejected) as raised:
        run_preprocess(s3, tmp_path)

    message = str(raised.value)
    assert "[timestamp-unreadable] 1 place" in message
    assert "[target-not-number] 1 place" in message
    assert SECRET not in message


HOSTILE = {
    "values": make_tts() + f"A,{SECRET},1\n{SECRET},2030-01-01,{SECRET}\n",
    "ids": make_tts(items=(SECRET,), steps=3),
    "names of columns": make_tts().replace(
        "timestamp,target_value", f"{SECRET},{SECRET}"
    ),
    "rows of another width": make_tts() + f"{SECRET},{SECRET}\n",
    "repeated rows": make_tts(items=(SECRET,)) + f"{SECRET},2020-01-01,5\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_log_holds_no_value(tmp_path, capsys, text):
    s3 = make_bucket(make_zip({"TTS.csv": text}))

    with suppress(UploadRejected):
        run_preprocess(s3, tmp_path)

    printed = capsys.readouterr()
    assert read_report(s3)["findings"]
    assert "[" in printed.out
    assert SECRET not in printed.out + printed.err


def test_data_report_holds_the_values(tmp_path):
    s3 = make_bucket(make_zip({"TTS.csv": HOSTILE["values"]}))

    with pytest.raises(UploadRejected):
        run_preprocess(s3, tmp_path)

    assert SECRET in json.dumps(read_report(s3))


@pytest.mark.parametrize("key", ["raw/sales.csv", "raw"])
def test_bare_table_is_the_history(tmp_path, key):
    s3 = make_bucket(make_tts().encode(), key=key)

    run_preprocess(s3, tmp_path)

    assert s3.objects[f"input/{RUN_ID}/train/train.csv"].decode() == make_tts()


def test_archive_named_raw_is_understood(tmp_path):
    s3 = make_bucket(make_zip({"TTS.csv": make_tts()}), key="raw")

    run_preprocess(s3, tmp_path)

    assert read_report(s3)["outcome"] == "accepted"


def test_bucket_settings_are_applied(tmp_path):
    settings = {"TimeSeriesForecastingJobConfig": {"ForecastHorizon": 2}}
    content = make_zip({"TTS.csv": make_tts()})
    s3 = make_bucket(content, settings=json.dumps(settings))

    run_preprocess(s3, tmp_path)

    found = s3.read_json(f"runs/{RUN_ID}/settings.json")
    assert found["TimeSeriesForecastingJobConfig"]["ForecastHorizon"] == 2


def test_other_training_data_is_refused(tmp_path):
    s3 = make_bucket(make_zip({"TTS.csv": make_tts()}))
    s3.objects[f"input/{RUN_ID}/train/train.csv.bak"] = b""

    with pytest.raises(UploadRejected, match="input-folder-used"):
        run_preprocess(s3, tmp_path)

    assert f"input/{RUN_ID}/train/train.csv" not in s3.objects


def make_folder_bucket(parts, *, after=()):
    """Make the bucket of a folder of parts, and of others that came after its mark."""
    s3 = make_bucket(b"", key="raw/shop/_SUCCESS")
    run = s3.read_json(f"runs/{RUN_ID}/run.json")
    run["upload"]["event_time"] = "2026-01-01T00:00:00Z"
    run["parts"] = [
        {"key": f"raw/shop/{name}", "version_id": "v1", "etag": "e", "size": 4}
        for name in parts
    ]
    s3.put_object(Key=f"runs/{RUN_ID}/run.json", Body=json.dumps(run))
    for name in (*parts, *after):
        s3.objects[f"raw/shop/{name}"] = s3.versions[f"raw/shop/{name}", "v1"] = b"PAR1"
    return s3


@pytest.mark.parametrize(
    ("parts", "after"),
    [
        ([], []),
        (["year=2024/part-0.parquet"], []),
        (["part-0.parquet"], ["part-1.parquet"]),
    ],
    ids=["nothing", "partitions", "one too late"],
)
def test_folder_of_no_whole_table_is_refused(tmp_path, parts, after):
    s3 = make_folder_bucket(parts, after=after)

    with pytest.raises(UploadRejected, match="parts-unusable"):
        run_preprocess(s3, tmp_path)

    assert read_report(s3)["outcome"] == "refused"


def test_whole_folder_is_read_as_one_table(tmp_path):
    s3 = make_folder_bucket(["part-0.parquet", "part-1.parquet"], after=["_notes"])

    with pytest.raises(UploadRejected, match="parquet-") as caught:
        run_preprocess(s3, tmp_path)

    assert "parts-unusable" not in str(caught.value)


def test_files_beside_the_training_data_are_no_matter(tmp_path):
    s3 = make_bucket(make_zip({"TTS.csv": make_tts()}))
    for name in ("train/train.csv", "train.csv.bak", "transform/part-00001.csv"):
        s3.objects[f"input/{RUN_ID}/{name}"] = b""

    run_preprocess(s3, tmp_path)

    assert read_report(s3)["findings"] == []


def test_crash_is_reported_before_it_is_raised(tmp_path, capsys):
    s3 = make_bucket(make_zip({"TTS.csv": make_tts()}), settings="{}")
    run = s3.read_json(f"runs/{RUN_ID}/run.json")
    run["settings"]["text"] = {SECRET: 5}
    s3.objects[f"runs/{RUN_ID}/run.json"] = json.dumps(run).encode()

    with pytest.raises(UploadRejected, match="internal-error") as raised:
        run_preprocess(s3, tmp_path)

    assert read_report(s3)["findings"][0]["code"] == "internal-error"
    assert raised.value.__suppress_context__
    assert "AttributeError" in capsys.readouterr().err


def test_score_describes_the_data_where_there_is_no_champion(tmp_path):
    s3 = make_bucket(make_zip({"TTS.csv": make_tts()}))

    run_preprocess(s3, tmp_path)

    score = s3.read_json(f"runs/{RUN_ID}/score.json")
    table = read_report(s3)["table"]
    assert (score["series"], score["data_end"]) == (2, table["last"])
    assert score["reason"] == "there is no champion yet"
    columns = s3.read_json(f"runs/{RUN_ID}/settings.json")["Columns"]
    assert columns == make_tts().splitlines()[0].split(",")


def test_champions_forecast_is_scored_on_the_upload(tmp_path):
    champion = "data-250101000000-0123abcd"
    s3 = make_bucket(make_zip({"TTS.csv": make_tts()}))
    run_preprocess(s3, tmp_path)
    header, *rows = make_tts().splitlines()
    item, moment, value = rows[-1].split(",")
    forecast = f"{header.rpartition(',')[0]},mean,p10,p50,p90\n"
    forecast += f"{item},{moment},{value},{value},{value},{value}\n"
    folder = f"output-forecasted-data/data/{champion}/"
    s3.objects[f"{folder}forecast.csv"] = forecast.encode()
    for name in ("settings.json", "data-report.json"):
        there = f"runs/{champion}/{name}"
        s3.objects[there] = s3.objects[f"runs/{RUN_ID}/{name}"]
    run = {**s3.read_json(f"runs/{RUN_ID}/run.json"), "champion": {"run_id": champion}}
    s3.objects[f"runs/{RUN_ID}/run.json"] = json.dumps(run).encode()
    (tmp_path / "again").mkdir()

    run_preprocess(s3, tmp_path / "again")

    score = s3.read_json(f"runs/{RUN_ID}/score.json")
    assert [one["points"] for one in score["scored"]] == [1]
    assert score["scored"][0]["metrics"]["WQL"] == 0
    assert score["new_series"] == 1


def test_champion_that_cannot_be_scored_costs_no_run(tmp_path):
    s3 = make_bucket(make_zip({"TTS.csv": make_tts()}))
    run = {**s3.read_json(f"runs/{RUN_ID}/run.json"), "champion": {"run_id": 7}}
    s3.objects[f"runs/{RUN_ID}/run.json"] = json.dumps(run).encode()

    run_preprocess(s3, tmp_path)

    score = s3.read_json(f"runs/{RUN_ID}/score.json")
    assert (score["scored"], score["new_series"]) == ([], None)
    assert read_report(s3)["outcome"] == "accepted"
