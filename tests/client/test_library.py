"""The pipeline from Python takes frames and gives frames."""

import json
import zipfile

import pandas as pd
import pytest

from client.library import (
    Forecast,
    RunFailedError,
    UploadRefusedError,
    _read_forecast,
    pack_any,
)
from client.results import Results
from client.session import Outcome
from tests.building.scripted_run import RUN_ID

FORECAST = "store,sku,month,mean,p10\n01,NA,2024-01-01,5,4\n01,NA,2024-02-01,6,5\n"


def make_outcome(folder, files, status="SUCCEEDED", **ended):
    for name, content in files.items():
        (folder / name).write_text(content)
    results = Results(folder, tuple(folder / name for name in files))
    reason = "" if status == "SUCCEEDED" else "no TTS.csv"
    return Outcome(RUN_ID, "sales", status, reason, results, **ended)


def test_forecast_is_a_frame_with_keys_as_texts(tmp_path):
    report = {"verdict": {"sentence": "good"}}
    files = {"forecast.csv": FORECAST, "report.json": json.dumps(report)}

    forecast = _read_forecast(make_outcome(tmp_path, files))

    assert isinstance(forecast, Forecast)
    assert forecast.verdict == "good"
    assert forecast.files["forecast.csv"] == tmp_path / "forecast.csv"
    assert forecast.frame["store"].tolist() == ["01", "01"]
    assert forecast.frame["sku"].tolist() == ["NA", "NA"]
    assert forecast.frame["month"].tolist()[1] == pd.Timestamp("2024-02-01")
    assert forecast.frame["mean"].sum() == 11


def test_failed_run_raises_its_reason(tmp_path):
    outcome = make_outcome(tmp_path, {}, "FAILED", step="Preprocess", remedy="upload")

    with pytest.raises(RunFailedError, match=r"no TTS\.csv") as caught:
        _read_forecast(outcome)

    assert (caught.value.step, caught.value.remedy) == ("Preprocess", "upload")
    assert caught.value.run_id == RUN_ID


def test_refusal_raises_its_errors():
    finding = {"code": "a", "level": "error", "what": "bad", "remedy": "mend"}
    report = {"findings": [finding, {**finding, "level": "warning"}]}

    error = UploadRefusedError(report)

    assert str(error) == "[a] bad; mend"
    assert error.report is report


@pytest.mark.parametrize("alone", [True, False])
def test_frames_are_packed_as_tables(alone):
    frame = pd.DataFrame({"item_id": ["a"], "timestamp": ["2024-01-01"], "y": [1]})
    source = frame if alone else {"TTS": frame, "metadata": frame}

    with pack_any(source) as package, zipfile.ZipFile(package.path) as archive:
        text = archive.read("TTS.csv").decode()

    assert text == "item_id,timestamp,y\na,2024-01-01,1\n"
    assert package.holds == (("TTS.csv",) if alone else ("TTS.csv", "metadata.csv"))


def test_folder_of_parts_is_packed_as_it_is(tmp_path):
    for number in (0, 1):
        (tmp_path / f"part-{number}.parquet").write_bytes(b"PAR1")

    with pack_any(str(tmp_path)) as package:
        assert package.holds == ("part-0.parquet", "part-1.parquet")
