"""Measure time and memory as the number of series grows.

    python -m benchmarks.scale [--workers N] [--kind KIND ...] [--json FILE]

Synthetic series (level, trend, season, noise), three sizes a kind, each in a fresh
process; imports are not counted. The kinds `many` and `long` take minutes, and run only
when they are named.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecaster import fit
from forecaster.data.problem import Problem

# Kind: pandas offset, points a series, horizon, series at the largest size.
KINDS = {
    "monthly": ("MS", 60, 12, 5_000),
    "hourly": ("h", 1_000, 48, 1_000),
    "daily": ("D", 2_000, 28, 100),
    "many": ("MS", 60, 12, 100_000),
    "long": ("h", 10_000, 48, 1_000),
}
QUICK = ("monthly", "hourly", "daily")
SEASONS = {"MS": 12, "h": 24, "D": 7}
SHARES = (0.25, 0.5, 1.0)


def make_table(kind: str, n_items: int) -> pd.DataFrame:
    """Make a long table of some kind; the same numbers every time."""
    offset, length, _, _ = KINDS[kind]
    rng = np.random.default_rng(0)
    time_steps = np.arange(length)
    season = SEASONS[offset]
    level = rng.lognormal(4, 1, (n_items, 1))
    wave = np.sin(2 * np.pi * (time_steps / season + rng.uniform(0, 1, (n_items, 1))))
    drift = np.cumsum(rng.normal(0, 0.02, (n_items, length)), axis=1)
    target = level * (1 + 0.3 * wave + drift + rng.normal(0, 0.1, (n_items, length)))
    stamps = pd.date_range("2015-01-01", periods=length, freq=offset)
    # One object a name, as pandas reads them from a file.
    names = np.array([f"i{k:05d}" for k in range(n_items)], dtype=object)
    return pd.DataFrame(
        {
            "item_id": np.repeat(names, length),
            "timestamp": np.tile(stamps, n_items),
            "target": target.ravel(),
        }
    )


def run_one(kind: str, n_items: int, workers: int) -> dict[str, Any]:
    """Fit and forecast one size in this process."""
    import lightgbm  # noqa: F401, PLC0415 - imports are not what is measured

    offset, length, horizon, _ = KINDS[kind]
    table = make_table(kind, n_items)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cpu, wall = time.process_time(), time.perf_counter()
    problem = Problem(frequency=offset, horizon=horizon)
    model = fit(table, problem, workers=workers)
    forecast = model.forecast(table)
    return {
        "series": n_items,
        "rows": n_items * length,
        "forecast_rows": len(forecast),
        "cpu_s": time.process_time() - cpu,
        "wall_s": time.perf_counter() - wall,
        "table_mb": before,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    """Measure every kind at every size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--kind", nargs="*", choices=KINDS, default=QUICK)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        kind, n_items = options.one
        print(json.dumps(run_one(kind, int(n_items), options.workers)))
        return
    results: dict[str, list[dict[str, Any]]] = {}
    for kind in options.kind:
        largest = KINDS[kind][-1]
        for share in SHARES:
            command = [
                sys.executable,
                "-m",
                __spec__.name,
                "--one",
                kind,
                str(int(largest * share)),
            ]
            command += ["--workers", str(options.workers)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            row = json.loads(done.stdout.splitlines()[-1])
            results.setdefault(kind, []).append(row)
            cells = [f"{key} {value:.4g}" for key, value in row.items()]
            print(f"{kind:8s}", *cells, flush=True)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
