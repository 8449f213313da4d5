import json

import pytest

from glue.check import explain_upload, render_explanation
from tests.building.uploads import as_zip, make_tts

HORIZON = {"TimeSeriesForecastingJobConfig": {"ForecastHorizon": 3}}


def explain(tmp_path, content, **options):
    path = tmp_path / "data.zip"
    path.write_bytes(content)
    return explain_upload(path, **options)


def find_setting(report, name):
    (found,) = [one for one in report["settings"] if one["key"].endswith(f".{name}")]
    return found["value"], found["source"]


@pytest.mark.parametrize(
    ("config", "bucket", "expected"),
    [
        (None, None, (4, "inferred: a fifth of the 24 time steps")),
        (None, HORIZON, (3, "config/default.json")),
        (HORIZON, None, (3, "config.json")),
    ],
)
def test_each_setting_names_its_source(tmp_path, config, bucket, expected):
    files = {} if config is None else {"config": config}
    text = None if bucket is None else json.dumps(bucket)
    report = explain(tmp_path, as_zip(make_tts(), **files), bucket_settings=text)

    assert report["outcome"] == "accepted"
    assert find_setting(report, "ForecastHorizon") == expected
    assert find_setting(report, "MetricName")[1] == "built-in default"
    assert find_setting(report, "ForecastFrequency")[0] == "M"


def test_text_holds_everything(tmp_path):
    text = render_explanation(explain(tmp_path, as_zip(make_tts())))

    assert "The upload would be accepted." in text
    assert "History: 48 rows, 2 series, 24 time steps, 2020-01-01 to 2021-12-01" in text
    assert f"TTS.csv: {len(make_tts()):,} bytes, read as TTS" in text
    assert (
        'ForecastFrequency = "M" (inferred: every step is a multiple of 1 month' in text
    )


def test_refusal_is_explained_with_places(tmp_path):
    upload = as_zip(make_tts() + "A,soon,1\n", config={"horizon": 4})
    text = render_explanation(explain(tmp_path, upload))

    assert "The upload would be refused." in text
    assert "[timestamp-unreadable]" in text
    assert "TTS.csv, row 50, column timestamp, value 'soon'" in text
    assert "[setting-unknown]" in text


def test_nothing_is_left_behind(tmp_path):
    explain(tmp_path, as_zip(make_tts()))

    assert [path.name for path in tmp_path.iterdir()] == ["data.zip"]


def test_report_is_plain_data(tmp_path):
    report = explain(tmp_path, as_zip(make_tts()))

    assert json.loads(json.dumps(report)) == report
