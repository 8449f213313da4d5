"""An upload that no single machine takes, from S3 to its forecast, on a local AWS.

    make spark
    python -m benchmarks.past_one_machine [--series N] [--steps N]

The table is made as a stream, by seed, and is written as a database exports it: every
date with the time of midnight, every number with all of its decimals, and what the
database knows of an article and its store beside each row, which the settings leave
out. It is sent in parts, as `aws s3 cp` does. While the run goes on, what lies on disk
and what all processes hold in memory (Pss) is summed up about once a second, by the
state that the run is in; at the end its forecast has to have each series and each step,
once.

An upload that one machine would do goes to Spark as well: in the copy that is deployed,
the bytes from which on that is so are made fewer.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import boto3
import numpy as np

from benchmarks.broken_stage import ENDED, STAGE, BrokenStage
from benchmarks.one_machine import list_processes
from chalicelib.runs import ONE_MACHINE
from demo.workspace import copy_project
from localaws.host.isolation import isolate
from localaws.server import serve

SERIES, STEPS, HORIZON, SEED = 6_500, 2_000, 14, 7
LEVELS = 10_000
PAUSE = 1.0  # seconds
KEY = "raw/export.zip"
_LOWERED = 1024**2  # bytes of an upload
# What the folders of processes are called.
KINDS = {
    "/glue-": "job of Glue",
    "/automl_process-": "training",
    "/transform_process-": "transform",
    "/lambda/": "Lambda",
}
COLUMNS = ("item_id", "timestamp", "units_sold")
LEFT_OUT = {
    "receipt": "",  # another for each row
    "article_name": "Article {number:06d} in its second edition / revised and enlarged",
    "description": "Kettle of brushed steel / 1.7 litres / 2200 W / for batch {number}"
    " / with a lid that locks and a filter that can be washed / two years of warranty",
    "category": "Household / Kitchen / Small appliances / Group {group:03d}",
    "supplier": "Supplier {group:03d} International Trading and Logistics Ltd and Co",
    "store_address": "{group} Long Market Street 10117 Berlin / ground floor / door B",
    "remark": "Imported from the till of the day before / no return / not corrected",
    "currency": "EUR",
}


@dataclass
class Stage:
    """What was seen while a run was in a state: seconds, and peaks in bytes."""

    seconds: float = 0.0
    disk: int = 0
    memory: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Run the upload, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=SERIES)
    parser.add_argument("--steps", type=int, default=STEPS)
    asked = parser.parse_args()
    raise_limit()
    with tempfile.TemporaryDirectory(prefix="past-one-machine-") as name:
        tempfile.tempdir = name
        upload = Path(name) / "export.zip"
        size = write_upload(upload, asked.series, asked.steps)
        print(
            f"{asked.series:,} series of {asked.steps:,} days, {size / 1024**3:.2f} "
            f"GiB unpacked, {upload.stat().st_size / 1e6:,.0f} MB as an archive",
            flush=True,
        )
        with deploy(lowered=size <= ONE_MACHINE) as stage:
            run, seen = follow(stage, upload)
            show(seen)
            if "PreprocessOnSpark" not in seen:
                raise SystemExit("the upload did not go to Spark")
            check(stage, run, asked.series)


def raise_limit() -> None:
    """Let this process, which holds every object of the bucket, open many files."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def write_upload(path: Path, series: int, steps: int) -> int:
    """Write an archive of daily series; give how many bytes its table has."""
    first = date(2024, 12, 31) - timedelta(days=steps - 1)
    days = [f"{first + timedelta(days=n)} 00:00:00" for n in range(steps)]
    shown = [f"{level / 100:.6f}" for level in range(LEVELS)]
    weeks = 1 + 0.2 * np.sin(2 * np.pi * np.arange(steps) / 7)
    settings = {
        "TimeSeriesForecastingJobConfig": {"ForecastHorizon": HORIZON},
        "Preparation": {"DropColumns": [*LEFT_OUT]},
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("config.json", json.dumps(settings))
        with archive.open("TTS.csv", "w", force_zip64=True) as file:
            file.write(f"{','.join((*COLUMNS, *LEFT_OUT))}\n".encode())
            for number in range(series):
                random = np.random.default_rng((SEED, number))
                values = random.uniform(10, 60) * weeks + random.normal(0, 3, steps)
                places = np.clip(values * 100, 0, LEVELS - 1).astype(int).tolist()
                item = f"store-{number % 100:03d}/article-{number:06d}"
                told = describe(number)
                lines = [
                    f"{item},{day},{shown[place]},{receipt:012d},{told}\n"
                    for receipt, day, place in zip(
                        range(number * steps, (number + 1) * steps),
                        days,
                        places,
                        strict=True,
                    )
                ]
                file.write("".join(lines).encode())
        return archive.getinfo("TTS.csv").file_size


def describe(number: int) -> str:
    """Write what is known of a series beside each of its rows."""
    texts = [text for name, text in LEFT_OUT.items() if name != "receipt"]
    return ",".join(texts).format(number=number, group=number % 100)


@contextmanager
def deploy(*, lowered: bool) -> Iterator[BrokenStage]:
    """Deploy a stage to a local AWS of its own."""
    with serve() as server, copy_project() as project:
        if lowered:
            send_all_to_spark(project)
        environ = {**isolate(os.environ), **server.environ}
        stage = BrokenStage(project, environ, server.faults)
        deployed = stage.run_script("deploy.py", "--stage", STAGE.name)
        if deployed.returncode:
            raise SystemExit(deployed.stdout + deployed.stderr)
        yield stage


def send_all_to_spark(project: Path) -> None:
    """Make fewer, in a copy of the project, the bytes that one machine does."""
    path = project / "chalicelib" / "runs.py"
    text = path.read_text()
    changed = text.replace("3 * 1024**3", str(_LOWERED))
    if changed == text:
        raise RuntimeError(f"{path.name} no longer says how much one machine does")
    path.write_text(changed)


def follow(stage: BrokenStage, upload: Path) -> tuple[dict[str, Any], dict[str, Stage]]:
    """Upload, and look until the run has ended; give the run, and what was seen."""
    with watching(upload) as (seen, enter):
        enter("upload")
        boto3.client("s3").upload_file(str(upload), STAGE.bucket, KEY)
        upload.unlink()
        while True:
            time.sleep(PAUSE)
            found = stage.find_newest_run()
            if found["status"] in ENDED:
                break
            if found["name"]:
                enter(stage.list_states(found["executionArn"])[-1])
    run = stage.describe(found["executionArn"])
    if run["status"] != "SUCCEEDED":
        show(seen)
        raise SystemExit(f"{run['status']}: {run.get('error')} {run.get('cause')}")
    return json.loads(run["input"]), seen


@contextmanager
def watching(upload: Path) -> Iterator[Any]:
    """Watch disk and memory; the second thing that it gives names the state."""
    seen: dict[str, Stage] = {}
    now, ended = ["start"], threading.Event()
    entered = [time.monotonic()]

    def enter(name: str) -> None:
        if name != now[0]:
            print(f"  {time.strftime('%H:%M:%S')} {name}", flush=True)
            now[0] = name

    def watch() -> None:
        while not ended.wait(PAUSE):
            stage = seen.setdefault(now[0], Stage())
            stage.disk = max(stage.disk, sum_files(upload.parent, upload))
            stage.memory |= sum_memory()
            stage.seconds += time.monotonic() - entered[0]
            entered[0] = time.monotonic()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen, enter
    finally:
        ended.set()
        thread.join()


def sum_files(folder: Path, upload: Path) -> int:
    """Sum up the bytes of a folder's files, and of those without a name; once each."""
    sizes: dict[tuple[int, int], int] = {}
    for pid in list_processes(os.getpid()):
        with suppress(OSError):
            for link in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    if str(link.readlink()).endswith(" (deleted)"):
                        note(link, sizes)
    # Folders come and go meanwhile, which a walk takes as it finds it.
    for place, _, names in os.walk(folder):
        for path in (Path(place) / name for name in names):
            if path != upload:
                note(path, sizes)
    return sum(sizes.values())


def note(path: Path, sizes: dict[tuple[int, int], int]) -> None:
    """Note how much of the disk a file takes, if it is one, by which file it is."""
    with suppress(OSError):
        found = path.stat()
        if path.is_file():
            sizes[found.st_dev, found.st_ino] = found.st_blocks * 512


def sum_memory() -> Counter[str]:
    """Sum up the memory of this process and of those that it started, by their kind."""
    sums: Counter[str] = Counter()
    for pid in list_processes(os.getpid()):
        with suppress(OSError, StopIteration):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            taken = next(int(x.split()[1]) * 1024 for x in lines if x[:4] == "Pss:")
            sums[name_process(pid)] += taken
            sums["all"] += taken
    return sums


def name_process(pid: int) -> str:
    """Say what a process is, by the folder that it works in."""
    if pid == os.getpid():
        return "local AWS"
    place, command = Path(f"/proc/{pid}"), Path(f"/proc/{pid}/cmdline").read_bytes()
    folder = str((place / "cwd").readlink())
    if (place / "comm").read_text().strip() == "java":
        return "Java"
    if b"pyspark.daemon" in command:
        return "tasks of Spark"
    return next((kind for mark, kind in KINDS.items() if mark in folder), "others")


def show(seen: dict[str, Stage]) -> None:
    """Print a table of what was seen."""
    print("\n| state | seconds | peak of disk, GB | peak of memory, MB |")
    print("| --- | ---: | ---: | --- |")
    for name, stage in seen.items():
        memory = dict(stage.memory.most_common())
        whole = memory.pop("all", 0)
        parts = ", ".join(f"{kind} {one / 1e6:.0f}" for kind, one in memory.items())
        print(
            f"| `{name}` | {stage.seconds:.0f} | {stage.disk / 1e9:.2f} "
            f"| {whole / 1e6:.0f}: {parts} |"
        )


def check(stage: BrokenStage, run: dict[str, Any], series: int) -> None:
    """See that the forecast has each series and each step, once."""
    folder = f"output-forecasted-data/{run['dataset']}/{run['run_id']}"
    body = stage.s3.get_object(Bucket=STAGE.bucket, Key=f"{folder}/forecast.csv")
    next(lines := body["Body"].iter_lines())
    found = Counter(tuple(line.split(b",")[:2]) for line in lines)
    steps = Counter(item for item, _ in found)
    whole = len(steps) == series and set(steps.values()) == {HORIZON}
    print(
        f"\nforecast.csv: {found.total():,} rows of {len(steps):,} series, "
        f"{found.total() // max(len(steps), 1)} each"
    )
    if not whole or set(found.values()) != {1}:
        raise SystemExit("that is not each series and each step, once")


if __name__ == "__main__":
    main()
