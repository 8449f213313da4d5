"""Measures how much disk and memory a preparation takes, on one machine and on Spark.

    python -m benchmarks.one_machine [rows ...]
    .venv-spark/bin/python -m benchmarks.one_machine --spark [rows ...]

The uploads are those of benchmarks/preprocess.py. What lies in the working folder, and
in files without a name, is summed up some times a second, and so is the memory of this
process and of all that it started (Pss: what several share is counted once). On Spark
that is the machine that reads the upload and two tasks at a time, all in one.
"""

import argparse
import json
import os
import tempfile
import threading
import time
import zipfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from benchmarks.preprocess import MOST_BYTES, SETTINGS, STEPS, write_upload
from glue.memory import keep_freed_memory
from glue.preparation import Options, prepare_upload
from glue.reading.archive import ArchiveLimits
from glue.shaping.workers import make_folder

SIZES = (1_000_000, 2_000_000)
PAUSE = 0.2  # seconds


@dataclass
class Peaks:
    """The most that was there at any time, in bytes; memory by kind of process."""

    disk: int = 0
    memory: dict[str, int] = field(default_factory=dict)


def main() -> None:
    """Prepare uploads of some sizes, and print what each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", type=int, default=SIZES)
    parser.add_argument("--narrow", action="store_true", help="rows as short as can be")
    parser.add_argument("--spark", action="store_true", help="have Spark do the parts")
    asked = parser.parse_args()
    keep_freed_memory()
    for rows in asked.rows:
        with tempfile.TemporaryDirectory() as name:
            write = write_narrow if asked.narrow else write_upload
            write(Path(name) / "data.zip", rows)
            found = measure(Path(name), by_spark=asked.spark)
            print(json.dumps({"rows": rows, **found}), flush=True)


def write_narrow(path: Path, rows: int) -> None:
    """Write an archive of daily series: short ids, and values of one digit."""
    days = [(date(2020, 1, 1) + timedelta(days=n)).isoformat() for n in range(STEPS)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("TTS.csv", "w", force_zip64=True) as file:
            file.write(b"i,d,v\n")
            for item in range(rows // STEPS):
                values = np.random.default_rng(item).integers(0, 10, STEPS).tolist()
                lines = [f"{item},{d},{v}\n" for d, v in zip(days, values, strict=True)]
                file.write("".join(lines).encode())
        archive.writestr("config.json", json.dumps(SETTINGS))


def measure(folder: Path, *, by_spark: bool) -> dict[str, object]:
    """Prepare the upload in a folder; give what it took, in MB."""
    work, upload = folder / "work", folder / "data.zip"
    work.mkdir()
    start = time.perf_counter()
    with watching(folder) as peaks:
        options = Options(limits=ArchiveLimits(total=MOST_BYTES))
        if by_spark:
            options = give_to_spark(options, folder)
        made = prepare_upload(upload, "raw/data.zip", work, options=options)
    unpacked = sum(int(str(one["bytes"])) for one in made.upload.listing)
    disk = peaks.disk - upload.stat().st_size
    return {
        "unpacked": round(unpacked / 1e6, 1),
        "disk": round(disk / 1e6, 1),
        "disk per unpacked byte": round(disk / unpacked, 2),
        "memory": {name: round(one / 1e6) for name, one in peaks.memory.items()},
        "seconds": round(time.perf_counter() - start, 1),
        "accepted": made.accepted,
    }


def give_to_spark(options: Options, folder: Path) -> Options:
    """Start Spark with two tasks at a time, and part a table as the job does."""
    # Only the environment of Spark has it.
    from benchmarks.spark import start_spark  # noqa: PLC0415
    from glue.preprocess_on_spark import MOST_PARTS, PART_BYTES  # noqa: PLC0415
    from glue.spark.workers import SparkWorkers  # noqa: PLC0415

    workers = SparkWorkers(start_spark(), make_folder(folder / "shelf"))
    return replace(
        options, workers=workers, part_bytes=PART_BYTES, most_parts=MOST_PARTS
    )


@contextmanager
def watching(folder: Path):
    """Watch the folder and the processes, until the context ends."""
    peaks, ended = Peaks(), threading.Event()

    def watch() -> None:
        while not ended.wait(PAUSE):
            peaks.disk = max(peaks.disk, sum_files(folder))
            for name, taken in sum_memory().items():
                peaks.memory[name] = max(peaks.memory.get(name, 0), taken)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        ended.set()
        thread.join()


def sum_files(folder: Path) -> int:
    """Sum up the bytes of a folder's files, and of this process' nameless ones."""
    total = 0
    # Folders come and go meanwhile, which a walk takes as it finds it.
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += (Path(place) / name).stat().st_size
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if str(link.readlink()).endswith(" (deleted)"):
                total += link.stat().st_size
    return total


def sum_memory() -> dict[str, int]:
    """Sum up the memory of this process and of those that it started, by their kind."""
    sums = {"all": 0}
    for pid in list_processes(os.getpid()):
        with suppress(OSError):
            place = Path("/proc") / str(pid)
            lines = (place / "smaps_rollup").read_text().splitlines()
            taken = next(int(x.split()[1]) * 1024 for x in lines if x[:4] == "Pss:")
            name = "here" if pid == os.getpid() else (place / "comm").read_text()
            sums["all"] += taken
            sums[name.strip()] = sums.get(name.strip(), 0) + taken
    return sums


def list_processes(root: int) -> list[int]:
    """List a process, and all that it started."""
    parents = {}
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            text = (place / "stat").read_text().rpartition(")")[2]
            parents[int(place.name)] = int(text.split()[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


if __name__ == "__main__":
    main()
