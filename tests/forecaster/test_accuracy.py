"""The accuracy benchmark: blind to the test, and scored as the definitions say."""

import gzip
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from benchmarks.accuracy import split
from tests.building.paths import ROOT

HORIZON = 4


def make_dataset(seed=0):
    rng = np.random.default_rng(seed)
    time = np.arange(48)
    frames = []
    for number in range(5):
        promo = rng.integers(0, 2, 48)
        wave = 10 * np.sin(time * np.pi / 6)
        target = 40 + 5 * number + wave + 8 * promo + rng.normal(0, 2, 48)
        frames.append(
            pd.DataFrame(
                {
                    "item_id": f"i{number}",
                    "timestamp": pd.date_range("2020-01-01", periods=48, freq="MS"),
                    "target": target,
                    "promo": promo,
                    "secret": rng.normal(0, 1, 48),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def write_dataset(folder, table):
    folder.mkdir()
    settings = {"freq": "MS", "horizon": HORIZON, "season": 12, "known": ["promo"]}
    (folder / "toy.json").write_text(json.dumps(settings))
    with gzip.open(folder / "toy.csv.gz", "wt") as file:
        table.to_csv(file, index=False)


def run_benchmark(folder):
    out = folder / "out"
    command = [sys.executable, "-m", "benchmarks.accuracy", str(folder)]
    command += ["--forecasts", str(out), "--json", str(folder / "result.json")]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    text = (folder / "result.json").read_text()
    return (out / "toy.csv").read_bytes(), json.loads(text)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """The benchmark on a dataset, and on the same with noise for its test."""
    root = tmp_path_factory.mktemp("accuracy")
    table = make_dataset()
    write_dataset(root / "plain", table)
    noise = table.copy()
    last = noise.groupby("item_id").cumcount(ascending=False) < HORIZON
    rng = np.random.default_rng(1)
    noise.loc[last, "target"] = rng.normal(1e6, 1e6, last.sum())
    noise["secret"] = rng.normal(0, 1, len(noise))
    write_dataset(root / "noise", noise)
    return table, run_benchmark(root / "plain"), run_benchmark(root / "noise")


def test_noise_in_the_test_changes_no_byte(outcomes):
    _, plain, noise = outcomes

    assert plain[0] == noise[0]


def test_scores_follow_the_definitions(outcomes):
    table, (_, result), _ = outcomes
    row = result["datasets"]["toy"]

    assert 0 < row["WQL"] < row["naive"]["WQL"]
    assert {"cpu_s", "wall_s", "rss_mb", "cov80", "WQL3", "WAPE"} <= set(row)
    assert row["MASE"] == pytest.approx(slow_mase(table, outcomes[1][0]))


def test_blanks_before_the_test_shorten_it():
    table = make_dataset()
    first = table["item_id"] == "i0"
    table.loc[table.index[first][-HORIZON - 3 : -HORIZON], "target"] = np.nan

    seen, test = split(table, {"horizon": HORIZON, "known": []})

    assert test.groupby("item_id").size().to_dict() == {
        "i0": HORIZON - 3,
        "i1": HORIZON,
        "i2": HORIZON,
        "i3": HORIZON,
        "i4": HORIZON,
    }
    assert seen["timestamp"].max() < test["timestamp"].min()


def test_a_blank_series_is_not_tested():
    table = make_dataset()
    table.loc[table["item_id"] == "i0", "target"] = np.nan
    table.loc[table.index[table["item_id"] == "i0"][-1], "target"] = 1.0

    seen, test = split(table, {"horizon": HORIZON, "known": ["promo"]})

    assert "i0" not in set(seen["item_id"]) | set(test["item_id"])


def slow_mase(table, forecast):
    """Mean over series of: error of the median / mean seasonal difference."""
    lines = [line.split(",") for line in forecast.decode().splitlines()]
    column = lines[0].index("p50")
    medians = {}
    for line in lines[1:]:
        medians.setdefault(line[0], []).append(float(line[column]))
    ratios = []
    for item_id, rows in table.groupby("item_id"):
        y = list(rows["target"])
        past, future = y[:-HORIZON], y[-HORIZON:]
        moves = [abs(b - a) for a, b in zip(past, past[12:], strict=False)]
        pairs = zip(future, medians[item_id], strict=True)
        error = sum(abs(a - b) for a, b in pairs) / HORIZON
        ratios.append(error / (sum(moves) / len(moves)))
    return sum(ratios) / len(ratios)
