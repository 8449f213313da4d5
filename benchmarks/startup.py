"""Measures how soon the local AWS is there, what it costs idle, and what a run takes.

The server ready and idle; the demo, with where its time goes; the Lambda package; what
an import of ``app.py`` takes beside chalice and boto3 alone; and the first of many runs
beside the last ones. ``benchmarks.run_all`` runs and shows them.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3

from benchmarks.broken_stage import break_stage
from benchmarks.demo_jobs import list_job_seconds
from benchmarks.load import time_lone_run
from client.local.home import find_home, find_running
from demo.workspace import PROJECT, copy_project
from localaws.host.isolation import isolate
from localaws.server import serve

PAIRS, IDLE_SECONDS, RUNS = 5, 30.0, 100
_TICKS = os.sysconf("SC_CLK_TCK")
_SAMPLE = PROJECT / "sample-data" / "data.zip"
_ALONE = "import boto3, chalice.app"
_WITH_APP = "import boto3, chalice.app, app"
_SETTINGS = ("BUCKET", "STATE_MACHINE_ARN", "SAGEMAKER_ROLE_ARN", "STAGE", "TOPIC_ARN")
_ENDS = 5


@dataclass(frozen=True)
class Row:
    """One measure: all that was found of it, in a unit."""

    what: str
    unit: str
    found: tuple[float, ...]

    @property
    def median(self) -> float:
        """The one in the middle."""
        return statistics.median(self.found)


def time_command(command: list[str], environ: Mapping[str, str]) -> tuple[float, float]:
    """Run a command in the project; return its seconds, and those on the processor."""
    began, before = time.perf_counter(), _spend_of_children()
    subprocess.run(
        command, cwd=PROJECT, env=dict(environ), check=True, capture_output=True
    )
    return time.perf_counter() - began, _spend_of_children() - before


def measure_imports(pairs: int = PAIRS) -> list[Row]:
    """Import ``app.py``, and chalice and boto3 alone, in turn."""
    values = dict.fromkeys(_SETTINGS, "x")
    environ = {**isolate(os.environ), **values, "STATE_MACHINE_ARN": "a:b:c:d:e:f"}
    alone, whole = [], []
    for _ in range(pairs):
        alone.append(time_command([sys.executable, "-c", _ALONE], environ)[1])
        whole.append(time_command([sys.executable, "-c", _WITH_APP], environ)[1])
    ratios = tuple(both / one for both, one in zip(whole, alone, strict=True))
    return [
        Row("import of chalice and boto3 alone", "CPU s", tuple(alone)),
        Row("import of app.py", "CPU s", tuple(whole)),
        Row("import of app.py, to chalice and boto3 alone", "ratio", ratios),
    ]


def measure_ready(pairs: int = PAIRS, idle: float = IDLE_SECONDS) -> list[Row]:
    """Start a local AWS some times, and look at the last one while nobody asks."""
    seconds, spent, resting = [], [], []
    for number in range(pairs):
        began = time.perf_counter()
        with start_server() as pid:
            seconds.append(time.perf_counter() - began)
            spent.append(read_cpu(pid))
            if number == pairs - 1:
                time.sleep(idle)
                resting.append((read_cpu(pid) - spent[-1]) / idle * 1000)
    return [
        Row("local AWS ready", "s", tuple(seconds)),
        Row("local AWS ready", "CPU s", tuple(spent)),
        Row(f"local AWS idle for {idle:.0f} s", "CPU ms a second", tuple(resting)),
    ]


@contextmanager
def start_server() -> Iterator[int]:
    """Start a local AWS as a person does; give its process once it is ready."""
    with TemporaryDirectory() as folder:
        exports = Path(folder) / "env"
        server = subprocess.Popen(
            [sys.executable, "-m", "localaws", "--env-file", str(exports)],
            cwd=PROJECT,
            env=isolate(os.environ),
            stdout=subprocess.PIPE,
        )
        assert server.stdout is not None
        server.stdout.readline()
        try:
            yield server.pid
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()
            server.stdout.close()


def read_cpu(pid: int) -> float:
    """Read the seconds that a process has had of the processor."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def measure_demo(pairs: int = PAIRS) -> list[Row]:
    """Run the demo some times, and then once more in its parts."""
    taken = [
        time_command([sys.executable, "-m", "demo"], isolate(os.environ))
        for _ in range(pairs)
    ]
    walls, spent = zip(*taken, strict=True)
    return [
        Row("demo, all of it", "s", walls),
        Row("demo, all of it", "CPU s", spent),
        *split_demo(statistics.median(walls)),
    ]


def measure_again(times: int = PAIRS) -> list[Row]:
    """Forecast the sample as one's own data, where the local AWS for that is up."""
    walls, jobs = [], []
    with TemporaryDirectory() as folder:
        environ = {**isolate(os.environ), "XDG_DATA_HOME": folder}
        forecast = [sys.executable, "forecast.py"]
        run = [*forecast, "run", str(_SAMPLE), "--local", "--output", folder]
        try:
            time_command(run, environ)
            running = find_running(find_home(environ))
            assert running is not None
            for _ in range(times):
                before = sum(list_job_seconds(running.environ).values())
                walls.append(time_command(run, environ)[0])
                after = sum(list_job_seconds(running.environ).values())
                jobs.append(after - before)
        finally:
            time_command([*forecast, "local", "stop"], environ)
    outside = tuple(wall - within for wall, within in zip(walls, jobs, strict=True))
    what = "demo DATA=, its local AWS up"
    return [
        Row(what, "s", tuple(walls)),
        Row(f"{what}, jobs", "s", tuple(jobs)),
        Row(f"{what}, outside the jobs", "s", outside),
    ]


def split_demo(whole: float) -> list[Row]:
    """Say where the demo's time goes: each job's seconds, and all others."""
    with TemporaryDirectory() as folder:
        told = Path(folder) / "jobs.json"
        command = [sys.executable, "-m", "benchmarks.demo_jobs", str(told)]
        time_command(command, isolate(os.environ))
        jobs = json.loads(told.read_text())
    found = {**jobs, "outside the jobs": whole - sum(jobs.values())}
    return [Row(f"demo, {what}", "s", (seconds,)) for what, seconds in found.items()]


def measure_package() -> list[Row]:
    """Deploy, and ask Lambda for the size of what was packed."""
    with serve() as server, copy_project() as project:
        environ = {**isolate(os.environ), **server.environ}
        subprocess.run(
            [sys.executable, "deploy.py", "--stage", "local"],
            cwd=project,
            env=environ,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        functions = boto3.client("lambda").list_functions()["Functions"]
        sizes = tuple(function["CodeSize"] / 1024 for function in functions)
    return [Row("Lambda package", "KB", (max(sizes),))]


def measure_runs(runs: int = RUNS) -> list[Row]:
    """Forecast again and again on one local AWS; compare the last with the first."""
    with break_stage() as stage:
        taken = [time_lone_run(stage, number) for number in range(runs)]
    return [
        *_compare_ends("s", tuple(run.seconds for run in taken)),
        *_compare_ends("CPU s", tuple(run.cpu for run in taken)),
    ]


def _compare_ends(unit: str, taken: tuple[float, ...]) -> list[Row]:
    # The first of all imports what the others find.
    first, last = taken[1 : _ENDS + 1], taken[-_ENDS:]
    ratio = statistics.median(last) / statistics.median(first)
    return [
        Row(f"runs 2 to {_ENDS + 1}", unit, first),
        Row(f"the last {_ENDS} of {len(taken)} runs", unit, last),
        Row(f"the last of {len(taken)} runs to the first, {unit}", "ratio", (ratio,)),
    ]


def _spend_of_children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
