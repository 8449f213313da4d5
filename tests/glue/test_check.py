import json

import pytest

from glue.check import explain_upload, main, render_explanation
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


def test_file_is_explained_from_the_command_line(tmp_path, capsys):
    upload = tmp_path / "data.zip"
    upload.write_bytes(as_zip(make_tts()))
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps(HORIZON))

    code = main([str(upload), "--settings", str(settings)])

    printed = capsys.readouterr().out
    assert code == 0
    assert f"ForecastHorizon = 3 ({settings})" in printed
    assert printed == render_explanation(
        explain_upload(
            upload, bucket_settings=settings.read_text(), source=str(settings)
        )
    )


def test_bare_table_is_called_as_in_a_zip(tmp_path, capsys):
    table = tmp_path / "sales.csv"
    table.write_text("item_id,timestamp\nA,2020-01-01\n")

    code = main([str(table)])

    assert code == 1
    assert f"TTS.csv: {table.stat().st_size} bytes" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["none.zip"], ["TTS.csv", "--settings", "no"]])
def test_file_that_is_not_there_is_named(tmp_path, monkeypatch, capsys, arguments):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "TTS.csv").write_text(make_tts())

    with pytest.raises(SystemExit):
        main(arguments)

    assert f"{arguments[-1]!r} cannot be read" in capsys.readouterr().err
