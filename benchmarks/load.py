"""Upload many files at once, with duplicate events and faults that pass.

    python -m benchmarks.load [--uploads N] [--duplicates SHARE] [--faults SHARE]

Each upload has series of its own names and levels, by which its forecast is known.
Prints how many forecasts are right, what the others say, how often states were tried
at most, how first come and first served agree, and what the server used.
"""

import argparse
import json
import os
import resource
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.broken_stage import (
    ENDED,
    STAGE,
    BrokenStage,
    break_stage,
    build_upload,
    is_forecast_of,
)
from localaws.faults.plan import Fault

_LOOK_SECONDS = 5.0
# Every call of the pipeline's roles; the owner's are the benchmark's own.
_CALLERS = ("states", "on_", "prepare", "create", "check", "glue", "sagemaker")


@dataclass(frozen=True)
class Load:
    """What is asked of the stage at once."""

    uploads: int
    duplicates: float
    faults: float

    def list_faults(self) -> list[Fault]:
        """List what goes wrong meanwhile."""
        passing = [
            Fault(kind, role=role, share=self.faults / 2)
            for role in _CALLERS
            for kind in ("throttled", "server-error")
        ]
        twice = Fault("duplicated", "s3", share=self.duplicates, times=3, seconds=1)
        return [*(passing if self.faults else []), twice]


def name_items(number: int) -> dict[str, float]:
    """Give the series of an upload, and their levels."""
    return {f"u{number}-{part}": 50.0 + 7 * number + 1000 * part for part in (0, 1)}


def read_memory() -> float:
    """Read what this process holds in memory, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def run_burst(
    stage: BrokenStage, load: Load, *, seconds: float
) -> list[dict[str, Any]]:
    """Upload all at once, and wait for the ends of their runs."""
    for number in range(load.uploads):
        stage.put(f"{number:04d}.zip", build_upload(name_items(number)))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        runs = stage.list_runs()
        ended = [run for run in runs if run["status"] in ENDED]
        print(
            f"  {len(runs)} runs, {len(ended)} ended, {read_memory():.0f} MB",
            flush=True,
        )
        if len(ended) >= load.uploads:
            break
        time.sleep(_LOOK_SECONDS)
    return stage.list_runs()


def judge(stage: BrokenStage, runs: list[dict[str, Any]]) -> Counter[str]:
    """Say of each run what came of it."""
    verdicts: Counter[str] = Counter()
    for run in runs:
        described = stage.describe(run["executionArn"])
        asked = json.loads(described["input"])
        number = int(asked["key"].removeprefix("raw/").removesuffix(".zip"))
        right = is_forecast_of(stage.read_forecast(asked), name_items(number))
        verdict = "right" if right else run["status"]
        verdicts[verdict] += 1
        if not right:
            print(f"  {run['name']}: {described.get('error')} {described.get('cause')}")
        told = len(stage.list_notices(run["name"]))
        if told != 1:
            verdicts[f"{told} notices"] += 1
    return verdicts


def count_attempts(stage: BrokenStage, runs: list[dict[str, Any]]) -> Counter[str]:
    """Count how often each error was met by the run that met it most, and events."""
    most: Counter[str] = Counter()
    for run in runs:
        pages = stage.stepfunctions.get_paginator("get_execution_history").paginate(
            executionArn=run["executionArn"], PaginationConfig={"PageSize": 1000}
        )
        events = [event for page in pages for event in page["events"]]
        met = Counter(
            details["error"]
            for event in events
            if (details := event.get("taskFailedEventDetails"))
        )
        met["(events in the history)"] = len(events)
        most |= met
    return most


def correlate_order(runs: list[dict[str, Any]]) -> float:
    """Correlate the ranks of the runs' starts and ends."""
    ended = [run for run in runs if run["status"] in ENDED]
    starts = sorted(ended, key=lambda run: run["startDate"])
    ends = sorted(ended, key=lambda run: run["stopDate"])
    place = {run["name"]: number for number, run in enumerate(ends)}
    count = len(starts)
    if count < 2:
        return 1.0
    squares = sum((n - place[run["name"]]) ** 2 for n, run in enumerate(starts))
    return 1 - 6 * squares / (count * (count**2 - 1))


def time_lone_run(stage: BrokenStage, number: int) -> float:
    """Measure how long a run takes that nothing else is beside."""
    stage.faults.replace()
    before = len(stage.list_runs())
    began = time.monotonic()
    stage.put(f"{number:04d}.zip", build_upload(name_items(number)))
    while True:
        runs = stage.list_runs()
        if len(runs) > before and all(run["status"] in ENDED for run in runs):
            return time.monotonic() - began
        time.sleep(0.3)


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=10)
    parser.add_argument("--duplicates", type=float, default=0.2)
    parser.add_argument("--faults", type=float, default=0.1)
    parser.add_argument("--autopilot-jobs", type=int, default=4)
    parser.add_argument("--hours", type=float, default=2.0, help="how long to wait")
    options = parser.parse_args()
    load = Load(options.uploads, options.duplicates, options.faults)
    with break_stage(autopilot_jobs=options.autopilot_jobs) as stage:
        alone, at_first = time_lone_run(stage, load.uploads), read_memory()
        stage.faults.replace(*load.list_faults())
        began, busy = time.monotonic(), time.process_time()
        runs = run_burst(stage, load, seconds=options.hours * 3600)
        took, cpu = time.monotonic() - began, time.process_time() - busy
        after = time_lone_run(stage, load.uploads + 1)
        runs = [r for r in runs if f"{load.uploads:04d}-" not in r["name"]]
        jobs = Counter(name for name in stage.list_jobs())
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"{load}, quota {options.autopilot_jobs}, stage {STAGE.name}")
        print(f"runs {len(runs)}, AutoML jobs {len(jobs) - 2}")
        print(f"verdicts {dict(judge(stage, runs))}")
        print(f"seconds {took:.0f}, {60 * len(runs) / took:.1f} runs a minute")
        print(
            f"server: {cpu / len(runs):.1f} CPU s a run, {at_first:.0f} MB at first, "
        )
        print(f"  {read_memory():.0f} MB at last; jobs' CPU s {children.ru_utime:.0f}")
        print(f"a lone run: {alone:.1f} s before, {after:.1f} s after")
        print(f"order of starts and ends: rank correlation {correlate_order(runs):.2f}")
        print(f"most of a run: {dict(count_attempts(stage, runs))}")


if __name__ == "__main__":
    main()
