"""Measures what each Lambda function takes from a cold start to its first answer.

Each event of a run is handled by a fresh interpreter first, which has the package as
Lambda unpacks it, not compiled, and is compared with one beside it that imports chalice
and boto3 alone. Then the stage's own function handles the event, which changes nothing
any more: each may be sent twice. ``benchmarks.run_all`` runs and shows it.
"""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from threading import Lock

from benchmarks.broken_stage import STAGE, BrokenStage, break_stage, wait_for
from benchmarks.load import time_lone_run
from benchmarks.startup import PAIRS, Row
from localaws.lambda_functions.environments import Code, Environments, Outcome

_TELL = "import time; print(time.process_time())"
_ALONE = f"import boto3, chalice.app; {_TELL}"
_FIRST = f"""\
import json, sys
from types import SimpleNamespace
import app
context = SimpleNamespace(aws_request_id=sys.argv[2])
getattr(app, sys.argv[1])(json.load(sys.stdin), context)
{_TELL}
"""
_PATIENCE = 60.0


@dataclass(frozen=True)
class ColdStarts:
    """Seconds on the processor: to a first answer, and of the imports alone."""

    environ: dict[str, str]
    found: dict[str, list[tuple[float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    turn: Lock = field(default_factory=Lock)

    def measure(self, code: Code, archive: bytes, event: str, request_id: str) -> None:
        """Handle an event by a fresh interpreter, beside one that only imports."""
        handler = code.handler.removeprefix("app.")
        environ = {**self.environ, **dict(code.variables)}
        with self.turn, TemporaryDirectory() as folder:
            with zipfile.ZipFile(io.BytesIO(archive)) as packed:
                packed.extractall(folder)
            alone = _run(folder, environ, _ALONE)
            first = _run(folder, environ, _FIRST, handler, request_id, given=event)
        function = code.name.removeprefix(STAGE.resource(""))
        self.found[function].append((first, alone))


def _run(
    folder: str, environ: dict[str, str], script: str, *arguments: str, given: str = ""
) -> float:
    done = subprocess.run(
        [sys.executable, "-B", "-c", script, *arguments],
        cwd=folder,
        env=environ,
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.splitlines()[-1])


@contextmanager
def watch(stage: BrokenStage) -> Iterator[ColdStarts]:
    """Measure a cold start at every event, before the stage's function has it."""
    starts, invoke = ColdStarts(stage.environ), Environments.invoke

    def measure_and_invoke(
        self: Environments, code: Code, archive: bytes, *asked: str
    ) -> Outcome:
        starts.measure(code, archive, *asked)
        return invoke(self, code, archive, *asked)

    Environments.invoke = measure_and_invoke
    try:
        yield starts
    finally:
        Environments.invoke = invoke


def measure_cold_starts(times: int = PAIRS) -> list[Row]:
    """Forecast some times, one upload after the other, and sweep after each."""
    with break_stage() as stage, watch(stage) as starts:
        for number in range(times):
            time_lone_run(stage, number)
            _wait_for_end(starts, number + 1)
            stage.invoke("sweep", {})
    return [
        Row(
            f"first event of {function}, to chalice and boto3 alone",
            "ratio",
            tuple(first / alone for first, alone in pairs),
        )
        for function, pairs in starts.found.items()
    ]


def _wait_for_end(starts: ColdStarts, runs: int) -> None:
    ends = starts.found["on_execution_end"]
    wait_for(lambda: len(ends) == runs, seconds=_PATIENCE)
