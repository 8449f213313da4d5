"""Measures how much memory and time the report takes, by how many series there are.

    python -m benchmarks.report [series ...]

Each run has monthly series of three years, of 50 regions, a forecast of twelve months
in files of 1,000 series, and a backtest of two windows. The bucket is a folder. Each
report is a process of its own: its memory is VmHWM, its time is the processor's, and
its disk is the most that lay in its working folder at any time.
"""

import argparse
import io
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from glue.bucket import Bucket
from glue.memory import keep_freed_memory
from glue.reporting.write_report import Surroundings, write_report

SIZES = (10_000, 50_000, 200_000)
RUN_ID, DATASET = "data-260101000000-0123abcd", "data"
RESULTS = f"output-forecasted-data/{DATASET}/{RUN_ID}/"
PAUSE = 2.0  # seconds
STEPS, HORIZON, WINDOWS, REGIONS, PER_FILE = 36, 12, 2, 50, 1000
QUANTILES = ("p10", "p50", "p90")
# Where the number of a file of series stands in its ids; files of one kind are alike
# but for that, which makes them fast to write.
SLOT, KINDS = "#####", 20


def main() -> None:
    """Report on runs of some sizes, and print what each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("series", nargs="*", type=int, default=SIZES)
    parser.add_argument("--folder", type=Path, help="report on the run that lies there")
    asked = parser.parse_args()
    if asked.folder is not None:
        print(json.dumps(report(asked.folder)))
        return
    for series in asked.series:
        with tempfile.TemporaryDirectory() as name:
            write_run(Path(name), series)
            command = [sys.executable, "-m", "benchmarks.report", "--folder", name]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            print(
                json.dumps(
                    {"series": series, **json.loads(done.stdout.split("\n")[-2])}
                )
            )


def report(folder: Path) -> dict[str, Any]:
    """Report on the run that lies in a folder; give what it took."""
    keep_freed_memory()
    before = resource.getrusage(resource.RUSAGE_SELF)
    with tempfile.TemporaryDirectory() as work, watching(Path(work)) as disk:
        bucket = Bucket(Folder(folder), "bucket", Path(work))
        write_report(RUN_ID, bucket, Surroundings(datetime.now(UTC), local=True))
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    results = folder / RESULTS
    warnings = json.loads((folder / f"runs/{RUN_ID}/report-warnings.json").read_text())
    return {
        "peak MB": round(after.ru_maxrss / 1024),
        "processor, s": round(spent, 1),
        "disk MB": round(max(disk) / 1e6),
        "page MB": round((results / "report.html").stat().st_size / 1e6, 2),
        "warnings": warnings["warnings"],
    }


@contextmanager
def watching(folder: Path) -> Iterator[list[int]]:
    """Note how many bytes lie in a folder, until the context ends."""
    seen, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(PAUSE):
            with suppress(OSError):
                seen.append(sum(path.stat().st_size for path in folder.rglob("*")))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


@dataclass(frozen=True)
class Folder:
    """A bucket that is a folder, with the few calls that the job makes."""

    root: Path

    def get_object(self, **request: Any) -> dict[str, Any]:
        start, end = (request.get("Range") or "bytes=0-").partition("=")[2].split("-")
        with (self.root / request["Key"]).open("rb") as file:
            file.seek(int(start))
            body = file.read(int(end) + 1 - int(start) if end else -1)
        return {"Body": io.BytesIO(body)}

    def head_object(self, **request: Any) -> dict[str, Any]:
        return {"ContentLength": (self.root / request["Key"]).stat().st_size}

    def put_object(self, **request: Any) -> None:
        self._place(request["Key"]).write_bytes(request["Body"])

    def upload_file(self, path: str, _: str, key: str, **_options: Any) -> None:
        shutil.copyfile(path, self._place(key))

    def download_file(self, _: str, key: str, path: str) -> None:
        shutil.copyfile(self.root / key, path)

    def _place(self, key: str) -> Path:
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def get_paginator(self, _: str) -> "Folder":
        return self

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        paths = (path for path in self.root.rglob("*") if path.is_file())
        keys = (str(path.relative_to(self.root)) for path in paths)
        prefix = request["Prefix"]
        yield {"Contents": [{"Key": key} for key in keys if key.startswith(prefix)]}


def write_run(folder: Path, series: int) -> None:
    """Write all that a run of so many series has left before its report."""
    settings = {
        "schema": 1,
        "run_id": RUN_ID,
        "dataset": DATASET,
        "bucket": "bucket",
        "TimeSeriesForecastingJobConfig": {
            "ForecastFrequency": "M",
            "ForecastHorizon": HORIZON,
            "ForecastQuantiles": list(QUANTILES),
            "TimeSeriesConfig": {
                "TargetAttributeName": "units",
                "TimestampAttributeName": "month",
                "ItemIdentifierAttributeName": "item",
            },
        },
        "AutoMLJobObjective": {"MetricName": "AverageWeightedQuantileLoss"},
        "TransformResources": {"InstanceType": "ml.m5.4xlarge", "InstanceCount": 1},
    }
    table = {"series": series, "rows": series * STEPS, "seasonality": 12}
    upload = {"key": "raw/data.zip", "event_time": "2026-01-01T00:00:00.000Z"}
    found = {"schema": 1, "upload": upload, "findings": [], "table": table}
    winner = {
        "name": "Ensemble",
        "status": "Completed",
        "backtest_results_uri": "s3://bucket/autopilot-output/backtests/",
    }
    candidates = {"best_candidate": "Ensemble", "candidates": [winner]}
    bucket = Folder(folder)
    for name, document in (
        ("settings.json", settings),
        ("data-report.json", found),
        ("candidates.json", candidates),
        ("model.json", {"road": "train"}),
    ):
        text = json.dumps(document).encode()
        bucket.put_object(Key=f"runs/{RUN_ID}/{name}", Body=text)
    write_tables(bucket, series)


def write_tables(bucket: Folder, series: int) -> None:
    """Write train.csv, the transform's files and output, and the backtest."""
    kinds = [make_kind(number) for number in range(KINDS)]
    train = bucket._place(f"input/{RUN_ID}/train/train.csv").open("w")
    train.write("item,month,units,region\n")
    for number in range(series // PER_FILE):
        texts = {
            name: text.replace(SLOT, f"{number:05d}")
            for name, text in kinds[number % KINDS].items()
        }
        train.write(texts["train"])
        part = f"part-{number:05d}.csv"
        for key, header, name in (
            (f"input/{RUN_ID}/transform/{part}", "item,month,units,region", "train"),
            (f"{RESULTS}raw/{part}.out", "item,month,p10,p50,p90,mean", "raw"),
            (
                f"autopilot-output/backtests/{part}",
                "item,cutoff,month,actual,p10,p50,p90,mean",
                "backtest",
            ),
        ):
            bucket._place(key).write_text(f"{header}\n{texts[name]}")
    train.close()


def make_kind(seed: int) -> dict[str, str]:
    """Make the lines of 1,000 series: train.csv, raw output, backtest."""
    random = np.random.default_rng(seed)
    level = random.lognormal(4, 1, PER_FILE)
    season = 1 + 0.3 * np.sin(np.arange(STEPS + HORIZON) / 6 * np.pi)
    noise = random.normal(1, 0.1, (PER_FILE, STEPS + HORIZON))
    values = np.round(level[:, None] * season * noise, 2)
    means = level[:, None] * season * random.normal(1, 0.03, values.shape)
    stamps = [
        f"{2020 + at // 12}-{at % 12 + 1:02d}-01" for at in range(values.shape[1])
    ]
    names = [f"item-{SLOT}-{item:03d}" for item in range(PER_FILE)]

    def forecast(item: int, at: int) -> str:
        mean, width = means[item, at], 0.13 * level[item]
        return f"{mean - width:.3f},{mean:.3f},{mean + width:.3f},{mean:.4f}"

    return {
        "train": "".join(
            f"{name},{stamps[at]},{values[item, at]},region {item % REGIONS}\n"
            for item, name in enumerate(names)
            for at in range(STEPS)
        ),
        "raw": "".join(
            f"{name},{stamps[at]} 00:00:00,{forecast(item, at)}\n"
            for item, name in enumerate(names)
            for at in range(STEPS, STEPS + HORIZON)
        ),
        "backtest": "".join(
            f"{name},{stamps[cut - 1]},{stamps[at]},{values[item, at]},"
            f"{forecast(item, at)}\n"
            for item, name in enumerate(names)
            for cut in (
                STEPS - (1 + window) * HORIZON // 2 for window in range(WINDOWS)
            )
            for at in range(cut, min(cut + HORIZON, STEPS))
        ),
    }


if __name__ == "__main__":
    main()
