"""Kill what runs, the server included, at random moments of a stream of runs.

    python -m benchmarks.kills [--kills 100] [--seed 1]

The server keeps its state in a folder and is started again after it was killed. Each
run has to end right, or with a reason, and right after what its status says was done:
it was redriven, or uploaded again where its training was lost.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from benchmarks.broken_stage import (
    ENDED,
    STAGE,
    BrokenStage,
    anonymise,
    build_upload,
    is_forecast_of,
)
from demo.workspace import copy_project
from localaws.faults.plan import Plan
from localaws.host.isolation import isolate

_DOWN = (BotoCoreError, ClientError, OSError)
_REDRIVES = 5
# The number of what is uploaded in place of another is so much higher.
_SECOND = 1000


class Server:
    """``python -m localaws`` with a state, which is started again and again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.environ: dict[str, str] = {}

    def start(self) -> None:
        """Start it, and wait until it answers."""
        exports = self._folder / "exports"
        exports.unlink(missing_ok=True)
        options = ["--state", str(self._folder / "state"), "--env-file", str(exports)]
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "localaws", *options],
            env=isolate(os.environ),
            stdout=subprocess.PIPE,
        )
        assert self._popen.stdout is not None
        self._popen.stdout.readline()
        lines = exports.read_text().splitlines()
        pairs = (line.removeprefix("export ").split("=", 1) for line in lines)
        self.environ = dict(pairs)
        os.environ.update(self.environ)

    def list_jobs(self) -> list[int]:
        """List the processes that it has started."""
        found = Path(f"/proc/{self._popen.pid}/task/{self._popen.pid}/children")
        listed = [int(pid) for pid in found.read_text().split()]
        for task in Path(f"/proc/{self._popen.pid}/task").iterdir():
            listed += map(int, (task / "children").read_text().split())
        return sorted(set(listed))

    def kill(self) -> None:
        """Kill it."""
        self._popen.kill()
        self._popen.wait()

    def stop(self) -> None:
        """Stop it as a person does."""
        self._popen.send_signal(signal.SIGTERM)
        self._popen.wait()


def make_stage(project: Path, server: Server) -> BrokenStage:
    """See the stage anew, as each server has clients of its own."""
    boto3.setup_default_session()
    return BrokenStage(project, {**isolate(os.environ), **server.environ}, Plan())


def kill_something(server: Server, choice: random.Random) -> str:
    """Kill the server in one of five cases, else one of its processes."""
    jobs = server.list_jobs()
    if not jobs or choice.random() < 0.2:
        server.kill()
        server.start()
        return "server"
    try:
        os.killpg(choice.choice(jobs), signal.SIGKILL)
    except ProcessLookupError:
        return "gone already"
    return "process"


def name_items(number: int) -> dict[str, float]:
    """Give the series of an upload, and their levels."""
    return {f"k{number}": 100.0 + 10 * number}


def upload(stage: BrokenStage, number: int) -> bool:
    """Upload one; tell whether that was answered."""
    try:
        stage.put(f"{number:03d}.zip", build_upload(name_items(number)))
    except _DOWN:
        return False
    return True


@dataclass
class Stream:
    """The uploads of a stream of runs, and what came of each."""

    asked: set[int] = field(default_factory=set)
    came: dict[int, str] = field(default_factory=dict)
    # Which upload was made in place of another, as its status said.
    again: dict[int, int] = field(default_factory=dict)
    redriven: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)

    def add(self, stage: BrokenStage, number: int) -> None:
        """Upload one more, and expect its run if that was answered."""
        if upload(stage, number):
            self.asked.add(number)

    def settle(self, stage: BrokenStage, *, seconds: float) -> None:
        """Do what each failed run's status says, until all is right or time is up."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.came.keys() != self.asked:
            stage.invoke("sweep", {"grace_minutes": 0})
            for run in stage.list_runs():
                if run["status"] in ENDED:
                    self._look(stage, run)
            time.sleep(3)

    def _look(self, stage: BrokenStage, run: dict[str, Any]) -> None:
        described = stage.describe(run["executionArn"])
        asked = json.loads(described["input"])
        number = int(asked["key"].removeprefix("raw/").removesuffix(".zip"))
        # What was uploaded without an answer may have a run, and nobody asks for it.
        if number in self.came or number not in self.asked:
            return
        if run["status"] == "SUCCEEDED":
            right = is_forecast_of(stage.read_forecast(asked), name_items(number))
            self.came[number] = self._say_how(run["name"], number) if right else "wrong"
            return
        status = stage.read_json(f"runs/{run['name']}/status.json")
        # It may tell of the end before a redrive yet.
        told = 0 if status is None else status["redrive_count"]
        if status and status["complete"] and told == self.redriven[run["name"]]:
            self._follow_advice(stage, number, run, status)

    def _say_how(self, name: str, number: int) -> str:
        times = self.redriven[name]
        how = f"redriven {times} times" if times else "by itself"
        if number in self.again.values():
            return f"right {how}, in place of another"
        return f"right {how}"

    def _follow_advice(
        self, stage: BrokenStage, number: int, run: dict[str, Any], status: Any
    ) -> None:
        name, reason = run["name"], str(status["reason"])
        self.reasons[str(status["step"]), anonymise(reason, name)] += 1
        print(f"  {name} in {status['step']}: {reason}", flush=True)
        if status["remedy"] == "upload":
            other = number + _SECOND
            self.again[number] = other
            self.came[number] = "lost its training, and was uploaded again"
            self.add(stage, other)
        elif self.redriven[name] < _REDRIVES:
            self.redriven[name] += 1
            stage.stepfunctions.redrive_execution(executionArn=run["executionArn"])
        else:
            self.came[number] = f"failed {_REDRIVES} times"


def kill_and_settle(kills: int, *, seed: int, pause: float) -> tuple[Stream, list[str]]:
    """Kill so many times, mend, and give what came of it, and its jobs."""
    choice = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="kills-"))
    server, stream = Server(folder), Stream()
    server.start()
    try:
        with copy_project() as project:
            stage = make_stage(project, server)
            deployed = stage.run_script("deploy.py", "--stage", STAGE.name)
            if deployed.returncode:
                raise SystemExit(deployed.stdout + deployed.stderr)
            for number in range(kills):
                if number % 3 == 0:
                    stream.add(stage, number)
                time.sleep(choice.uniform(0, 2 * pause))
                stream.killed[kill_something(server, choice)] += 1
                stage = make_stage(project, server)
            stream.settle(stage, seconds=1800)
            return stream, list(stage.list_jobs())
    finally:
        server.stop()
        shutil.rmtree(folder)


def build_table(stream: Stream, jobs: list[str]) -> str:
    """Build the table of the README."""
    lost = len(stream.asked - stream.came.keys())
    first = [number for number in stream.asked if number < _SECOND]
    lines = [
        f"Killed {dict(stream.killed)}; {len(first)} uploads, {len(jobs)} AutoML jobs, "
        f"{lost} without an end.",
        "",
        "| what came of a run | runs |",
        "|---|---:|",
        *(f"| {w} | {n} |" for w, n in Counter(stream.came.values()).most_common()),
        "",
        "| ended in | reason | times |",
        "|---|---|---:|",
        *(
            f"| {step} | {reason} | {times} |"
            for (step, reason), times in stream.reasons.most_common()
        ),
    ]
    return "\n".join(lines) + "\n"


def is_right(stream: Stream) -> bool:
    """Tell whether each upload has its forecast, however that came."""
    wrong = ("wrong", "failed")
    return stream.came.keys() == stream.asked and not any(
        how.startswith(wrong) for how in stream.came.values()
    )


def main() -> int:
    """Kill, mend, and print what came of the runs; 1 where one did not come right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pause", type=float, default=4.0, help="seconds between two")
    options = parser.parse_args()
    stream, jobs = kill_and_settle(
        options.kills, seed=options.seed, pause=options.pause
    )
    print(build_table(stream, jobs))
    return int(not is_right(stream))


if __name__ == "__main__":
    sys.exit(main())
