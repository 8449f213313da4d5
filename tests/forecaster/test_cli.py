"""`python -m forecaster`: a CSV in, a forecast and a leaderboard out."""

import subprocess
import sys

import numpy as np
import pandas as pd

from forecaster.__main__ import main


def write_table(folder):
    months = pd.date_range("2020-01-01", periods=48, freq="MS")
    parts = [
        pd.DataFrame({"sku": sku, "month": months, "sold": np.arange(48) % 12 + k})
        for k, sku in enumerate(["007", "NA"])
    ]
    path = folder / "data.csv"
    pd.concat(parts).to_csv(path, index=False)
    return path


def test_command_writes_forecast_and_model(tmp_path, capsys):
    out, model = tmp_path / "forecast.csv", tmp_path / "model.tar.gz"
    arguments = [str(write_table(tmp_path)), "--freq", "M", "--horizon", "12"]
    arguments += ["--out", str(out), "--model", str(model), "--workers", "1"]

    code = main(arguments)

    forecast = pd.read_csv(out, dtype=str, keep_default_na=False)
    assert code == 0
    assert list(forecast) == ["sku", "month", "mean", "p10", "p50", "p90"]
    assert list(forecast["sku"].unique()) == ["007", "NA"]
    assert len(forecast) == 24
    assert model.stat().st_size > 0
    assert "WeightedEnsemble" in capsys.readouterr().out


def test_callers_errors_are_one_line(tmp_path, capsys):
    table = str(write_table(tmp_path))

    code = main([table, "--freq", "fortnight", "--horizon", "12"])

    assert code == 1
    assert capsys.readouterr().err.startswith("error: no such frequency")


def test_import_needs_no_lightgbm_yet():
    code = "import sys, forecaster; sys.exit('lightgbm' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], check=False)

    assert done.returncode == 0
