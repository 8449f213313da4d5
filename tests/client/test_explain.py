import subprocess
import sys

import pytest

from client.errors import CommandError
from client.explain import explain_source
from tests.building.paths import ROOT

TABLE = "item_id,timestamp,target_value\n" + "".join(
    f"a,{2020 + month // 12}-{month % 12 + 1:02}-01,{month}\n" for month in range(48)
)
HORIZON = '{"TimeSeriesForecastingJobConfig": {"ForecastHorizon": 7}}'


def make_source(folder, *, table=TABLE):
    (folder / "TTS.csv").write_text(table)
    return folder


def test_good_source_would_be_accepted(tmp_path):
    accepted, text = explain_source(make_source(tmp_path), None)

    assert accepted
    assert "1 series" in text


def test_settings_file_stands_for_the_buckets(tmp_path):
    settings = tmp_path / "mine.json"
    settings.write_text(HORIZON)

    _, text = explain_source(make_source(tmp_path), settings)

    assert f"ForecastHorizon = 7 ({settings})" in text


def test_unreadable_settings_are_named(tmp_path):
    with pytest.raises(CommandError, match=r"'.*none.json' cannot be read"):
        explain_source(make_source(tmp_path), tmp_path / "none.json")


def test_bad_source_exits_with_its_findings(tmp_path):
    source = make_source(tmp_path, table="item_id,timestamp\na,2024-01-01\n")

    printed = subprocess.run(
        [sys.executable, "forecast.py", "--explain", source],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert printed.returncode == 1
    assert "has no target column" in printed.stdout
    assert printed.stderr == ""
