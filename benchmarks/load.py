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
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.broken_stage import (
    ENDED,
    BrokenStage,
    break_stage,
    build_upload,
    is_forecast_of,
)
from localaws.faults.plan import Fault
from localaws.service_quotas.table import AUTOPILOT_JOBS

# To look at a thousand runs is work for the server too.
_LOOK_SECONDS, _LOOK_SECONDS_A_RUN = 10.0, 0.03
# What a notice says of a run that goes on, after an hour in a queue.
_WAITS = "waits for a quota"
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


@dataclass(frozen=True)
class LoneRun:
    """What a run took that nothing else was beside, in seconds."""

    seconds: float
    cpu: float


def name_items(number: int) -> dict[str, float]:
    """Give the series of an upload, and their levels."""
    return {f"u{number}-{part}": 50.0 + 7 * number + 1000 * part for part in (0, 1)}


def read_memory() -> float:
    """Read what this process holds in memory, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def run_burst(stage: BrokenStage, load: Load, *, seconds: float) -> None:
    """Upload all at once, and wait for the ends of their runs."""
    for number in range(load.uploads):
        stage.put(f"{number:04d}.zip", build_upload(name_items(number)))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        runs = stage.list_runs()
        ended = sum(is_of_burst(r, load) and r["status"] in ENDED for r in runs)
        print(
            f"  {len(runs)} runs, {ended} ended, {read_memory():.0f} MB",
            flush=True,
        )
        if ended >= load.uploads:
            return
        time.sleep(max(_LOOK_SECONDS, _LOOK_SECONDS_A_RUN * len(runs)))


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
        told = sum(_WAITS not in subject for subject in stage.list_notices(run["name"]))
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
    """Correlate the ranks of the uploads and of their runs' ends."""
    ended = [run for run in runs if run["status"] in ENDED]
    starts = sorted(ended, key=lambda run: str(run["name"]))
    ends = sorted(ended, key=lambda run: run["stopDate"])
    place = {run["name"]: number for number, run in enumerate(ends)}
    count = len(starts)
    if count < 2:
        return 1.0
    squares = sum((n - place[run["name"]]) ** 2 for n, run in enumerate(starts))
    return 1 - 6 * squares / (count * (count**2 - 1))


def spend_cpu() -> float:
    """Read what the server and the jobs that have ended have used of the CPU, in s."""
    jobs = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + jobs.ru_utime + jobs.ru_stime


def time_lone_run(stage: BrokenStage, number: int) -> LoneRun:
    """Measure what a run takes that nothing else is beside."""
    stage.faults.replace()
    began, spent = time.monotonic(), spend_cpu()
    stage.put(f"{number:04d}.zip", build_upload(name_items(number)))
    while True:
        newest = stage.find_newest_run()
        if newest["name"].startswith(f"{number:04d}-") and newest["status"] in ENDED:
            return LoneRun(time.monotonic() - began, spend_cpu() - spent)
        time.sleep(0.3)


def measure(load: Load, *, autopilot_jobs: int, seconds: float) -> dict[str, Any]:
    """Run a burst between two lone runs, and give all that is to be known of it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with break_stage(quotas={AUTOPILOT_JOBS: autopilot_jobs}) as stage:
        alone, at_first = time_lone_run(stage, load.uploads), read_memory()
        stage.faults.replace(*load.list_faults())
        began, busy = time.monotonic(), time.process_time()
        run_burst(stage, load, seconds=seconds)
        took, cpu = time.monotonic() - began, time.process_time() - busy
        peak = read_memory()
        after = time_lone_run(stage, load.uploads + 1)
        burst = [run for run in stage.list_runs() if is_of_burst(run, load)]
        children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        return {
            "uploads": load.uploads,
            "runs": len(burst),
            "jobs": len(stage.list_jobs()) - 2,
            "verdicts": dict(judge(stage, burst)),
            "seconds": round(took),
            "runs_a_minute": round(60 * len(burst) / took, 1),
            "server_cpu_a_run": round(cpu / len(burst), 1),
            "jobs_cpu_a_run": round(children / (len(burst) + 2), 1),
            "mb": [round(at_first), round(peak), round(read_memory())],
            "lone_run_seconds": [round(run.seconds, 1) for run in (alone, after)],
            "lone_run_cpu": [round(run.cpu, 1) for run in (alone, after)],
            "order": round(correlate_order(burst), 2),
            "most_of_a_run": dict(count_attempts(stage, burst)),
        }


def is_of_burst(run: dict[str, Any], load: Load) -> bool:
    """Tell the runs of a burst from the lone ones, which have the next two numbers."""
    return int(run["name"].partition("-")[0]) < load.uploads


def build_row(found: dict[str, Any]) -> str:
    """Build the line of the README's table."""
    others = {k: n for k, n in found["verdicts"].items() if k != "right"}
    cells = (
        found["uploads"],
        found["verdicts"].get("right", 0),
        others or "none",
        found["jobs"],
        found["seconds"],
        found["runs_a_minute"],
        found["server_cpu_a_run"],
        found["jobs_cpu_a_run"],
        " to ".join(map(str, found["mb"][:2])),
        " and ".join(map(str, found["lone_run_seconds"])),
        " and ".join(map(str, found["lone_run_cpu"])),
        found["order"],
        found["most_of_a_run"].get("(events in the history)", 0),
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def main() -> int:
    """Measure, and print what was found; 1 where a forecast is not right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=10)
    parser.add_argument("--duplicates", type=float, default=0.2)
    parser.add_argument("--faults", type=float, default=0.1)
    parser.add_argument("--autopilot-jobs", type=int, default=4)
    parser.add_argument("--hours", type=float, default=2.0, help="how long to wait")
    options = parser.parse_args()
    load = Load(options.uploads, options.duplicates, options.faults)
    found = measure(
        load, autopilot_jobs=options.autopilot_jobs, seconds=options.hours * 3600
    )
    print(json.dumps(found, indent=2))
    print(build_row(found))
    return int(found["verdicts"] != {"right": load.uploads})


if __name__ == "__main__":
    sys.exit(main())
