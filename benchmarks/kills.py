"""Kill what runs, the server included, at random moments of a stream of runs.

    python -m benchmarks.kills [--kills 100] [--seed 1]

The server keeps its state in a folder and is started again after it was killed. Each
run has to end right, or with a reason, and right after it was redriven.
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
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from benchmarks.broken_stage import (
    ENDED,
    STAGE,
    BrokenStage,
    build_upload,
    is_forecast_of,
)
from demo.workspace import copy_project
from localaws.faults.plan import Plan
from localaws.host.isolation import isolate

_DOWN = (BotoCoreError, ClientError, OSError)
_REDRIVES = 5


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


def settle(stage: BrokenStage, asked: set[int], *, seconds: float) -> dict[int, str]:
    """Redrive what has failed until all is right, and say how each came there."""
    came: dict[int, str] = {}
    redriven: Counter[str] = Counter()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and came.keys() != asked:
        stage.invoke("sweep", {"grace_minutes": 0})
        for run in stage.list_runs():
            if run["status"] in ENDED:
                _look(stage, run, came, redriven)
        time.sleep(3)
    return came


def _look(
    stage: BrokenStage,
    run: dict[str, Any],
    came: dict[int, str],
    redriven: Counter[str],
) -> None:
    described = stage.describe(run["executionArn"])
    asked = json.loads(described["input"])
    number = int(asked["key"].removeprefix("raw/").removesuffix(".zip"))
    if number in came:
        return
    right = is_forecast_of(stage.read_forecast(asked), name_items(number))
    name = run["name"]
    if run["status"] == "SUCCEEDED":
        how = f"redriven {redriven[name]} times" if redriven[name] else "by itself"
        came[number] = f"right, {how}" if right else "wrong"
        return
    status = stage.read_json(f"runs/{name}/status.json")
    if status is None or not status.get("complete"):
        return
    if status["remedy"] == "upload" or redriven[name] >= _REDRIVES:
        came[number] = f"failed: {status['reason']}"
        return
    redriven[name] += 1
    print(f"  {name} in {status['step']}: {status['reason']}", flush=True)
    stage.stepfunctions.redrive_execution(executionArn=run["executionArn"])


def main() -> None:
    """Kill, mend, and print what came of the runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pause", type=float, default=4.0, help="seconds between two")
    options = parser.parse_args()
    choice = random.Random(options.seed)
    folder = Path(tempfile.mkdtemp(prefix="kills-"))
    server = Server(folder)
    server.start()
    try:
        with copy_project() as project:
            stage = make_stage(project, server)
            deployed = stage.run_script("deploy.py", "--stage", STAGE.name)
            if deployed.returncode:
                raise SystemExit(deployed.stdout + deployed.stderr)
            killed: Counter[str] = Counter()
            asked: set[int] = set()
            for number in range(options.kills):
                if number % 3 == 0 and upload(stage, number):
                    asked.add(number)
                time.sleep(choice.uniform(0, 2 * options.pause))
                killed[kill_something(server, choice)] += 1
                stage = make_stage(project, server)
            came = settle(stage, asked, seconds=1800)
            runs = Counter(run["name"] for run in stage.list_runs())
            print(f"killed {dict(killed)}; {len(asked)} uploads, {len(runs)} runs, ")
            print(f"{len(stage.list_jobs())} AutoML jobs")
            for how, count in Counter(came.values()).most_common():
                print(f"{count:4d} {how}")
            print(f"{len(asked - came.keys())} without an end")
    finally:
        server.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
