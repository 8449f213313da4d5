"""Measure the engine on a folder of datasets: accuracy, coverage, time and memory.

    python -m benchmarks.accuracy DIR --forecasts OUT --json FILE

DIR holds NAME.csv.gz (item_id, timestamp, target, covariates) and NAME.json (freq,
horizon, season, known). The last `horizon` points of every series are the test; their
targets are removed before the engine starts. Each dataset runs in a fresh process.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.points import WQL, line_up, score_wql, share_between
from forecaster import fit, metrics
from forecaster.candidates.naive import (
    drift,
    last_value,
    seasonal_mean,
    seasonal_naive,
)
from forecaster.data.frequency import parse_frequency
from forecaster.data.panel import build_panel
from forecaster.data.problem import Problem

QUANTILES = tuple(q / 10 for q in range(1, 10))
NAMES = [f"p{round(q * 100)}" for q in QUANTILES]
ACCURACY = ("WQL", "WQL3", "MASE", "WAPE", "cov80", "pit80")
COST = ("cpu_s", "wall_s", "rss_mb")
RIVALS = {
    "medium": "AutoGluon 1.6.3 medium_quality, no downloaded weights",
    "high": "AutoGluon 1.6.3 high_quality, no downloaded weights",
}
NAIVES = {
    "SeasonalNaive": seasonal_naive,
    "LastValue": last_value,
    "Drift": drift,
    "SeasonalMean": seasonal_mean,
}
YARDSTICK = "statsforecast AutoTheta"


def read_dataset(folder: Path, name: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Read one dataset, sorted by item and time stamp, and its settings."""
    settings = json.loads((folder / f"{name}.json").read_text())
    path = folder / f"{name}.csv.gz"
    table = pd.read_csv(path, dtype={"item_id": str}, parse_dates=["timestamp"])
    return table.sort_values(["item_id", "timestamp"], ignore_index=True), settings


def split(
    table: pd.DataFrame, settings: dict[str, Any], back: float = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split off the last horizon of every series, `back` horizons before its end.

    A series without a value just before its test is forecast from its last value, and
    tested as far as that forecast reaches.

    Returns
    -------
    What the engine may see (no test target; known covariates of the test rows), and
    the test rows.
    """
    horizon = settings["horizon"]
    from_end = table.groupby("item_id").cumcount(ascending=False)
    from_end = from_end - round(back * horizon)
    table, from_end = table[from_end >= 0], from_end[from_end >= 0]
    test = table[from_end < horizon]
    seen = table[["item_id", "timestamp", "target", *settings["known"]]].copy()
    seen.loc[from_end < horizon, "target"] = np.nan
    # Rows between each series' last value and its end; NaN without any value.
    last = from_end.where(seen["target"].notna()).groupby(seen["item_id"]).min()
    last = seen["item_id"].map(last)
    if not settings["known"]:
        seen = seen[from_end >= horizon]
    reached = last - from_end <= horizon
    return seen[last.notna().reindex(seen.index)], test[reached.reindex(test.index)]


def make_problem(settings: dict[str, Any]) -> Problem:
    """Say what to forecast, in the engine's words."""
    return Problem(
        frequency=settings["freq"],
        horizon=settings["horizon"],
        quantiles=QUANTILES,
        known=tuple(settings["known"]),
    )


def score(
    test: pd.DataFrame, forecast: pd.DataFrame, seen: pd.DataFrame, season: int
) -> dict[str, float]:
    """Score forecasts by the definitions of the datasets' README.

    `pit80` is the coverage of the 80 % interval that counts are fairly judged by.
    """
    joined = test.merge(forecast, on=["item_id", "timestamp"], how="left")
    if joined[NAMES].isna().any(axis=None):
        raise SystemExit("a test point has no forecast")
    joined = joined[joined["target"].notna()]
    y, f = joined["target"].to_numpy(float), joined[NAMES].to_numpy(float)
    points = line_up(y, f, QUANTILES)
    error = points.error.ravel()
    history = seen[seen["target"].notna() | (seen["timestamp"] < _first(test, seen))]
    scale = history.groupby("item_id")["target"].apply(_scale, season)
    mae = pd.Series(error).groupby(joined["item_id"].to_numpy()).mean()
    mase = (mae / scale.reindex(mae.index)).replace([np.inf, -np.inf], np.nan)
    return {
        "WQL": score_wql(points),
        "WQL3": score_wql(replace(points, asked=np.array([0, 4, 8]))),
        "MASE": float(mase.mean()),
        "WAPE": float(metrics.score(points, metrics=("WAPE",))["WAPE"]),
        "cov80": metrics.coverage(y, f[:, 0], f[:, 8]),
        "pit80": share_between(points, 0.1, 0.9),
    }


def _first(test: pd.DataFrame, seen: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """First test time stamp of each row's item."""
    return seen["item_id"].map(test.groupby("item_id")["timestamp"].min())


def _scale(target: "pd.Series[float]", season: int) -> float:
    y = target.to_numpy(float)
    lag = season if len(y) > season + 1 else 1
    if len(y) <= lag:
        return float("nan")
    return float(np.nanmean(np.abs(y[lag:] - y[:-lag])))


def score_naives(
    seen: pd.DataFrame, test: pd.DataFrame, settings: dict[str, Any]
) -> dict[str, dict[str, float]]:
    """Score the naive forecasts, at the season that the dataset's settings give."""
    problem = make_problem(settings)
    panel = build_panel(seen, problem, parse_frequency(problem.frequency))
    panel = replace(panel, season=settings["season"])
    frame = panel.keys.loc[panel.keys.index.repeat(problem.horizon)]
    stamps = panel.stamps(np.arange(1, problem.horizon + 1))
    frame = frame.reset_index(drop=True).assign(timestamp=stamps.ravel())
    scores = {}
    for name, forecast in NAIVES.items():
        quantiles = forecast(panel, problem.levels)
        if np.isnan(quantiles).any():
            continue  # too short a history for it
        frame[NAMES] = quantiles.reshape(-1, len(NAMES))
        scores[name] = score(test, frame, seen, settings["season"])
    return scores


def run_one(folder: Path, name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Fit and forecast one dataset in this process."""
    import lightgbm  # noqa: F401, PLC0415 - imports are not what is measured

    table, settings = read_dataset(folder, name)
    seen, _ = split(table, settings, options.back)
    cpu, wall = time.process_time(), time.perf_counter()
    model = fit(
        seen, make_problem(settings), seed=options.seed, workers=options.workers
    )
    forecast = model.forecast(seen)
    cost = {
        "cpu_s": time.process_time() - cpu,
        "wall_s": time.perf_counter() - wall,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    columns = ["item_id", "timestamp", *NAMES]
    options.forecasts.mkdir(parents=True, exist_ok=True)
    forecast[columns].to_csv(options.forecasts / f"{name}.csv", index=False)
    board = model.leaderboard[["name", "weight", WQL, "seconds"]]
    return cost | {"leaderboard": json.loads(board.to_json(orient="records"))}


def measure(folder: Path, name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Run one dataset in a fresh process and score what it wrote."""
    command = [sys.executable, "-m", __spec__.name, str(folder), "--one", name]
    command += ["--forecasts", str(options.forecasts), "--seed", str(options.seed)]
    command += ["--workers", str(options.workers), "--back", str(options.back)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    table, settings = read_dataset(folder, name)
    seen, test = split(table, settings, options.back)
    path = options.forecasts / f"{name}.csv"
    forecast = pd.read_csv(path, dtype={"item_id": str}, parse_dates=["timestamp"])
    season = settings["season"]
    naives = score_naives(seen, test, settings)
    return {
        **score(test, forecast, seen, season),
        **result,
        "naive": naives["SeasonalNaive"],
        "best_naive": min(naives.items(), key=lambda named: named[1]["WQL"]),
    }


def geometric_mean(ratios: list[float]) -> float:
    """Geometric mean; NaN of nothing."""
    return float(np.exp(np.mean(np.log(ratios)))) if ratios else float("nan")


def summarise(results: dict[str, Any], reference: dict[str, Any]) -> dict[str, float]:
    """Put all datasets together: means relative to the baseline and to rivals."""
    rows = results.values()
    summary = {
        f"{metric} / naive": geometric_mean(
            [r[metric] / r["naive"][metric] for r in rows]
        )
        for metric in ("WQL", "WQL3", "MASE", "WAPE")
    }
    summary["worst WQL / naive"] = max(r["WQL"] / r["naive"]["WQL"] for r in rows)
    summary["worst WQL / best naive"] = max(
        r["WQL"] / r["best_naive"][1]["WQL"] for r in rows
    )
    for coverage in ("cov80", "pit80"):
        summary[f"mean {coverage}"] = float(np.mean([r[coverage] for r in rows]))
    for short, full in RIVALS.items():
        ratios = [
            results[name]["WQL"] / reference[name][full]["WQL"]
            for name in results
            if full in reference.get(name, {})
        ]
        if ratios:
            summary[f"WQL / {short}"] = geometric_mean(ratios)
            summary[f"worst WQL / {short}"] = max(ratios)
    summary["sum cpu_s"] = sum(r["cpu_s"] for r in rows)
    summary["sum wall_s"] = sum(r["wall_s"] for r in rows)
    summary["max rss_mb"] = max(r["rss_mb"] for r in rows)
    return summary


def time_yardstick(folder: Path, interpreter: str) -> dict[str, float]:
    """Time statsforecast's AutoTheta here and now, in its own environment."""
    script = Path(__file__).with_name("yardstick.py")
    command = [interpreter, str(script), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return seconds


def compare_cost(
    summary: dict[str, float], yardstick: dict[str, float], reference: dict[str, Any]
) -> dict[str, float]:
    """CPU seconds against the rivals', scaled by the yardstick here and there."""
    here = sum(yardstick.values())
    there = sum(reference[name][YARDSTICK]["cpu_s"] for name in yardstick)
    costs = {"yardstick cpu_s": here, "machine speed": there / here}
    for short, full in RIVALS.items():
        theirs = (
            sum(reference[name][full]["cpu_s"] for name in yardstick) * here / there
        )
        costs[f"cpu / {short}"] = summary["sum cpu_s"] / theirs
    return costs


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--forecasts", type=Path, required=True, metavar="OUT")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--back",
        type=float,
        default=0,
        help="end all series this many horizons earlier",
    )
    parser.add_argument(
        "--yardstick",
        metavar="PYTHON",
        help="interpreter with statsforecast, to scale CPU seconds by",
    )
    parser.add_argument("--only", nargs="*", help="names of datasets")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Measure every dataset of the folder."""
    options = parse_arguments()
    folder = options.folder
    if options.one:
        print(json.dumps(run_one(folder, options.one, options)))
        return
    names = sorted(p.name.removesuffix(".csv.gz") for p in folder.glob("*.csv.gz"))
    results = {}
    for name in options.only or names:
        results[name] = measure(folder, name, options)
        row = results[name]
        against = row["WQL"] / row["naive"]["WQL"]
        cells = [f"{key} {row[key]:.4g}" for key in (*ACCURACY, *COST)]
        best = f"{row['best_naive'][0]} {row['WQL'] / row['best_naive'][1]['WQL']:.3f}"
        ratios = f"WQL/naive {against:.3f} WQL/{best}"
        print(f"{name:22s}", *cells, ratios, flush=True)
    back = f"-{options.back:g}-back" if options.back else ""
    found = folder / f"reference{back}.json"
    reference = json.loads(found.read_text()) if found.exists() else {}
    summary = summarise(results, reference)
    if options.yardstick and reference and not back:
        yardstick = time_yardstick(folder, options.yardstick)
        summary |= compare_cost(summary, yardstick, reference)
    for key, value in summary.items():
        print(f"{key:20s} {value:.4f}")
    if options.json:
        text = json.dumps({"datasets": results, "summary": summary}, indent=1)
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
