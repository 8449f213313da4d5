"""Measures the preparation of large uploads beside bare copies of the same table.

    python -m benchmarks.preprocess [rows ...]

Each size is a table of daily series. In one run it is read and written by pandas,
which checks nothing; sorted and written by DuckDB, and streamed by pyarrow, where they
are installed; and prepared, with every check on. Each is a process of its own, whose
time on the processor and peak memory the system measures; PAIRS of them follow each
other in turn, and the table has their medians. The uploads are made by seed; small and
large ones have the same oddities in the same first series, so that their findings must
be the same. BENCH_PYTHON names another interpreter for the measured processes,
BENCH_OTHERS one for DuckDB and pyarrow, and BENCH_PAIRS how many there are of each.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from glue.memory import keep_freed_memory
from glue.preparation import Options, prepare_upload
from glue.reading.archive import ArchiveLimits

STEPS = 1_000
SIZES = (1_000_000, 5_000_000, 20_000_000)
PAIRS = 5
SEED = 7
SETTINGS = {"TimeSeriesForecastingJobConfig": {"ForecastHorizon": 14}}
NOT_INSTALLED = 3
MOST_BYTES = 2**40  # unpacked; the job itself takes less


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


def copy_by_pandas(folder: Path) -> dict[str, object]:
    """Read the table and write it."""
    table = pd.read_csv(folder / "TTS.csv")
    table.to_csv(folder / "copy.csv", index=False)
    return {}


def sort_by_duckdb(folder: Path) -> dict[str, object]:
    """Sort the table by series and day, and write it."""
    # It may be missing, and its types with it.
    import duckdb  # type: ignore[import-not-found] # noqa: PLC0415

    duckdb.sql(
        f"copy (select * from '{folder / 'TTS.csv'}' order by item_id, timestamp) "
        f"to '{folder / 'copy.csv'}'"
    )
    return {}


def stream_by_pyarrow(folder: Path) -> dict[str, object]:
    """Read the table by batches and write each."""
    from pyarrow import csv  # noqa: PLC0415 - may be missing

    batches = csv.open_csv(folder / "TTS.csv")
    with csv.CSVWriter(folder / "copy.csv", batches.schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return {}


def prepare(folder: Path) -> dict[str, object]:
    """Unpack and prepare the upload as the job does, with every check."""
    keep_freed_memory()
    (folder / "work").mkdir()
    made = prepare_upload(
        folder / "data.zip",
        "raw/data.zip",
        folder / "work",
        options=Options(limits=ArchiveLimits(total=MOST_BYTES)),
    )
    return {
        "rows": made.table.get("rows"),
        "accepted": made.accepted,
        "findings": [
            [f.code, f.count, [e.value for e in f.examples]] for f in made.findings
        ],
    }


WAYS: dict[str, Callable[[Path], dict[str, object]]] = {
    "pandas, read and written": copy_by_pandas,
    "DuckDB, sorted and written": sort_by_duckdb,
    "pyarrow, streamed": stream_by_pyarrow,
    "ours, every check": prepare,
}
BARE, OURS = "pandas, read and written", "ours, every check"
BY_PANDAS = (BARE, OURS)


def measure(way: str, upload: str) -> None:
    """Do one thing with one upload and print what it took, as JSON."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data.zip").symlink_to(upload)
        if way != OURS:
            zipfile.ZipFile(upload).extract("TTS.csv", folder)
        start, clock = time.process_time(), time.perf_counter()
        try:
            found = WAYS[way](folder)
        except ImportError:
            sys.exit(NOT_INSTALLED)
        # Threads of DuckDB and pyarrow are counted in it.
        taken = time.process_time() - start, time.perf_counter() - clock
    print(json.dumps({"cpu": taken[0], "wall": taken[1], "peak": _peak(), **found}))


def _peak() -> float:
    """Read the peak memory of this process, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # without what the process had before it became Python
        line = next(x for x in status.read_text().splitlines() if "VmHWM" in x)
        return int(line.split()[1]) * 1024 / 1e6
    unit = 1024 if sys.platform != "darwin" else 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


@dataclass(frozen=True)
class Measured:
    """What one way took, of some runs; the last run's findings.

    ``ratio`` is the processor's time to that of bare pandas, turn by turn.
    """

    cpu: float
    ratio: float
    wall: float
    peak: float
    last: dict[str, Any]


def run_in_turn(upload: Path, pairs: int) -> dict[str, Measured | None]:
    """Run all ways some times in turn; None for those that are not installed."""
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    for _ in range(pairs):
        for way in WAYS:
            runs[way] += _run(way, upload)
    return {
        way: _summarise(taken, runs[BARE]) if taken else None
        for way, taken in runs.items()
    }


def _run(way: str, upload: Path) -> list[dict[str, Any]]:
    python = os.environ.get("BENCH_PYTHON", sys.executable)
    if way not in BY_PANDAS:
        python = os.environ.get("BENCH_OTHERS", python)
    command = [python, "-m", __spec__.name, "--measure", way, str(upload)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode == NOT_INSTALLED:
        return []
    if done.returncode:
        raise RuntimeError(f"{way} failed: {done.stderr}")
    return [json.loads(done.stdout)]


def _summarise(runs: list[dict[str, Any]], bare: list[dict[str, Any]]) -> Measured:
    cpu, wall = (
        statistics.median(run[name] for run in runs) for name in ("cpu", "wall")
    )
    pairs = zip(runs, bare, strict=True)
    ratio = statistics.median(ours["cpu"] / theirs["cpu"] for ours, theirs in pairs)
    return Measured(cpu, ratio, wall, max(run["peak"] for run in runs), dict(runs[-1]))


def main(sizes: tuple[int, ...]) -> None:
    """Measure each size and print a table."""
    findings: list[list[tuple[str, int, object]]] = []
    pairs = int(os.environ.get("BENCH_PAIRS", PAIRS))
    print("| rows | way | processor, s | to bare pandas | wall, s | peak memory, MB |")
    print("|---:|---|---:|---:|---:|---:|")
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "data.zip"
            write_upload(path, rows)
            measured = run_in_turn(path, pairs)
        ours = measured[OURS]
        if ours is None or measured[BARE] is None:
            raise RuntimeError("pandas is not installed; install requirements-glue.txt")
        findings.append(ours.last["findings"])
        for way, one in measured.items():
            print(_describe(ours.last["rows"], way, one), flush=True)
    same = all(one == findings[0] for one in findings)
    print(f"\nthe same findings at every size: {same}")
    for code, count, _ in findings[0]:
        print(f"- {code}: {count}")


def _describe(rows: object, way: str, one: Measured | None) -> str:
    if one is None:
        return f"| {rows:,} | {way} | skipped: not installed | | | |"
    return (
        f"| {rows:,} | {way} | {one.cpu:.1f} | {one.ratio:.2f} "
        f"| {one.wall:.1f} | {one.peak:.0f} |"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(*sys.argv[2:4])
    else:
        main(tuple(map(int, sys.argv[1:])) or SIZES)
