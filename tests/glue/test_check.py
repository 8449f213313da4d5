import json

import pytest

from glue.check.__main__ import main
from glue.check.explain import explain_upload
from glue.check.page import render_explanation
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


def test_page_says_what_is_forecast(tmp_path):
    text = render_explanation(explain(tmp_path, as_zip(make_tts())))

    assert text.startswith("The upload would be accepted.\n")
    assert "Forecast: target_value of 2 series, every month from 2022-01-01" in text
    assert "History: 48 rows, 2 series, from 2020-01-01 to 2021-12-01 (24" in text
    assert "A run on AWS: about $3 to $20 and half an hour to 2 hours" in text
    assert "TimeSeriesForecastingJobConfig" not in text


def test_page_shows_rows_as_understood(tmp_path):
    table = "shop;day;sold\n" + "".join(
        f"north;{day}.03.2024;{day},5\n" for day in range(1, 29)
    )
    report = explain(tmp_path, as_zip(table))

    assert report["rows"][0] == {"shop": "north", "day": "2024-03-01", "sold": "1.5"}
    assert "  north  2024-03-01  1.5\n" in render_explanation(report)


def test_page_tells_the_future_of_covariates(tmp_path):
    history = "".join(f"A,2020-{m:02}-01,{m},{m % 2}\n" for m in range(1, 13))
    table = (
        "item_id,timestamp,target_value,promo\n"
        + history
        + history.replace("2020", "2021")
    )
    filling = {"promo": {"futurefill": "zero"}}
    config = {
        "TimeSeriesForecastingJobConfig": {"Transformations": {"Filling": filling}}
    }

    plain = explain(tmp_path, as_zip(table))
    filled = explain(tmp_path, as_zip(table, config=config))

    assert plain["columns"][-1]["note"] == "its future is unknown"
    assert filled["columns"][-1]["note"] == "its future is taken as zero"


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize("verbose", [False, True])
def test_page_keeps_to_its_width(tmp_path, width, verbose):
    long = {"Preparation": {"Seasonality": 3}}
    report = explain(tmp_path, as_zip(make_tts(), config=long))
    lines = render_explanation(report, verbose=verbose, width=width).splitlines()

    words = max(len(word) for line in lines for word in line.split())
    assert max(map(len, lines)) <= max(width, words + 4)


def test_season_that_cannot_show_is_said(tmp_path):
    table = "item_id,timestamp,target_value\n" + "".join(
        f"A,2024-01-{day:02},1\n" for day in range(1, 32)
    )
    weekly = {"Preparation": {"Seasonality": 30}}

    text = render_explanation(explain(tmp_path, as_zip(table, config=weekly)))

    assert "too short to" in text
    assert "needs 60" in text


def test_verbose_page_holds_everything(tmp_path):
    text = render_explanation(
        explain(tmp_path, as_zip(make_tts())), verbose=True, width=200
    )

    assert f"TTS.csv: {len(make_tts()):,} bytes, read as TTS" in text
    assert (
        'ForecastFrequency = "M" (inferred: every step is a multiple of 1 month' in text
    )


def test_refusal_is_explained_with_places(tmp_path):
    upload = as_zip(make_tts() + "A,soon,1\n", config={"horizon": 4})
    text = render_explanation(explain(tmp_path, upload))

    assert "The upload would be refused: 2 errors." in text
    assert "[timestamp-unreadable]" in text
    assert "TTS.csv, row 50, column timestamp, value 'soon'" in text
    assert "[setting-unknown]" in text
    assert "$" not in text


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

    code = main([str(upload), "--settings", str(settings), "--verbose"])

    printed = capsys.readouterr().out
    assert code == 0
    report = explain_upload(
        upload, bucket_settings=settings.read_text(), source=str(settings)
    )
    assert find_setting(report, "ForecastHorizon") == (3, str(settings))
    assert printed == render_explanation(report, verbose=True)


def test_command_gives_json_to_programs(tmp_path, capsys):
    upload = tmp_path / "data.zip"
    upload.write_bytes(as_zip(make_tts()))

    code = main([str(upload), "--json"])

    assert code == 0
    assert json.loads(capsys.readouterr().out) == explain_upload(upload)


def test_bare_table_is_called_by_its_name(tmp_path, capsys):
    table = tmp_path / "sales.csv"
    table.write_text("item_id,timestamp\nA,2020-01-01\n")

    code = main([str(table), "--verbose"])

    assert code == 3
    assert f"sales.csv: {table.stat().st_size} bytes" in capsys.readouterr().out


def test_one_series_is_called_as_in_a_run(tmp_path):
    table = "date,value\n" + "".join(f"2024-01-{d:02},{d}\n" for d in range(1, 31))

    report = explain(tmp_path, as_zip(table), name="raw/power.zip")

    assert report["rows"][0]["item_id"] == "power"


@pytest.mark.parametrize("arguments", [["none.zip"], ["TTS.csv", "--settings", "no"]])
def test_file_that_is_not_there_is_named(tmp_path, monkeypatch, capsys, arguments):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "TTS.csv").write_text(make_tts())

    with pytest.raises(SystemExit):
        main(arguments)

    assert f"{arguments[-1]!r} cannot be read" in capsys.readouterr().err
