"""Measures the preparation of large uploads: time, peak memory, and the findings.

    python -m benchmarks.preprocess [rows ...]

Each size runs in a process of its own, whose peak memory the system measures.
The uploads are made by seed; small and large ones have the same oddities in the
same first series, so that their findings must be the same.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np

STEPS = 1_000
SIZES = (20_000, 1_000_000, 5_000_000)
SEED = 7
SETTINGS = {"TimeSeriesForecastingJobConfig": {"ForecastHorizon": 14}}


def write_upload(path: Path, rows: int) -> None:
    """Write an archive of daily series: five columns, some with oddities."""
    random = np.random.default_rng(SEED)
    days = [(date(2020, 1, 1) + timedelta(days=n)).isoformat() for n in range(STEPS)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("TTS.csv", "w", force_zip64=True) as file:
            file.write(b"item_id,timestamp,target_value,price,promotion\n")
            for number in range(rows // STEPS):
                file.write(_series(number, days, random).encode())
        archive.writestr("config.json", json.dumps(SETTINGS))


def _series(number: int, days: list[str], random: np.random.Generator) -> str:
    """Write one series; the first five have an oddity each."""
    level = 50 + 40 * random.random()
    values = np.round(level + 10 * random.standard_normal(STEPS), 2)
    prices = np.round(5 + random.random(STEPS), 2)
    promotions = (random.random(STEPS) < 0.1).astype(int)
    lines = [
        f"item-{number:06d},{day},{value},{price},{promotion}\n"
        for day, value, price, promotion in zip(
            days, values.tolist(), prices.tolist(), promotions.tolist(), strict=True
        )
    ]
    if number == 0:
        lines = lines[:-100]  # ends early
    elif number == 1:
        del lines[400:420]  # has a gap
    elif number == 2:
        lines = lines[-3:]  # is short
    elif number == 3:
        lines[10] = f"item-{number:06d},{days[10]},,{prices[10]},{promotions[10]}\n"
    return "".join(lines)


def measure(path: str) -> None:
    """Prepare one upload and print what it took, as JSON."""
    # Not by the process that only starts others.
    from glue.preparation import prepare_upload  # noqa: PLC0415 - see above

    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        made = prepare_upload(Path(path), "raw/data.zip", Path(folder))
        train = made.files.train.stat().st_size if made.files else 0
    unit = 1024 if sys.platform != "darwin" else 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    print(
        json.dumps(
            {
                "accepted": made.accepted,
                "rows": made.table.get("rows"),
                "seconds": round(time.perf_counter() - start, 1),
                "peak_mb": round(peak / 1e6),
                "train_mb": round(train / 1e6),
                "findings": [
                    [f.code, f.count, [e.value for e in f.examples]]
                    for f in made.findings
                ],
            }
        )
    )


def main(sizes: tuple[int, ...]) -> None:
    """Measure each size in a process of its own and print a table."""
    findings = []
    print("| rows | seconds | peak memory, MB | training file, MB | accepted |")
    print("|---:|---:|---:|---:|---|")
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "data.zip"
            write_upload(path, rows)
            python = os.environ.get("BENCH_PYTHON", sys.executable)
            command = [python, "-m", __spec__.name]
            done = subprocess.run(
                [*command, "--measure", str(path)], check=True, capture_output=True
            )
        found = json.loads(done.stdout)
        findings.append(found["findings"])
        print(
            f"| {found['rows']:,} | {found['seconds']} | {found['peak_mb']} "
            f"| {found['train_mb']} | {found['accepted']} |"
        )
    same = all(one == findings[0] for one in findings)
    print(f"\nthe same findings at every size: {same}")
    for code, count, _ in findings[0]:
        print(f"- {code}: {count}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2])
    else:
        main(tuple(map(int, sys.argv[1:])) or SIZES)
