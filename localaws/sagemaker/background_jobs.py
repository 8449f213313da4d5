"""Jobs of SageMaker: a process of our own, watched to its end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localaws.faults.happenings import Fate
from localaws.host import libraries
from localaws.host.logs import Tail
from localaws.host.processes import Isolation, Process
from localaws.iam.roles import assume_role
from localaws.machine import Machine

PRINCIPAL = "sagemaker.amazonaws.com"
_ROOT = Path(__file__).parents[2]
_LOOK_SECONDS = 0.1
_LOG = "output.log"


@dataclass(frozen=True)
class Work:
    """What a job's process is, and where it logs; ``kind`` is that of its faults."""

    kind: str
    name: str
    script: Path
    role_arn: str
    region: str
    log_group: str


class Watcher:
    """What is looked at while the process runs; the default lets it run."""

    def build_spec(self, folder: Path) -> Mapping[str, Any]:
        """Say what the process is to do; its files may be in ``folder``."""
        raise NotImplementedError

    def look(self, folder: Path) -> bool:
        """Look at what there is; tell whether the process may go on."""
        raise NotImplementedError

    def conclude(self, folder: Path, code: int | None) -> None:
        """Take note of the end; ``code`` is None when it was not let go on."""
        raise NotImplementedError


def run(machine: Machine, work: Work, watcher: Watcher) -> None:
    """Run a job's process to its end."""
    folder = machine.folder / f"{work.script.stem}-{work.name}"
    folder.mkdir(parents=True)
    try:
        code = _run(machine, work, watcher, folder)
        watcher.conclude(folder, code)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def explain_end(folder: Path, code: int) -> str:
    """Say why a job failed whose process said nothing: killed, or the last it wrote."""
    if code < 0:
        return (
            f"InternalServerError: the job's process was killed (signal {-code}), as "
            "happens when it needs more memory than there is"
        )
    log = folder / _LOG
    text = log.read_text(errors="replace") if log.exists() else ""
    written = text.strip().splitlines()
    said = f": {written[-1].strip()}" if written else ""
    return f"InternalServerError: the job's process ended with {code}{said}"


def _run(machine: Machine, work: Work, watcher: Watcher, folder: Path) -> int | None:
    spec = folder / "spec.json"
    spec.write_text(json.dumps(watcher.build_spec(folder)))
    log = folder / _LOG
    fate = Fate(machine.faults, work.kind, work.name)
    warmth = machine.libraries.warm(libraries.ENGINE)
    isolation = Isolation(
        work.script, before=(_ROOT,), after=(warmth.libraries,), warmth=warmth
    )
    with log.open("wb") as output:
        process = machine.processes.start(
            isolation,
            str(spec),
            environ={**_build_environ(machine, work, folder), **fate.environ},
            folder=folder,
            stdout=output,
            stderr=output,
        )
    tail = Tail(log, group=work.log_group, stream=work.name, region=work.region)
    try:
        with fate.meet(process):
            code = _watch(process, tail, watcher, folder)
    finally:
        machine.processes.forget(process)
        tail.carry(last=True)
    return code


def _watch(process: Process, tail: Tail, watcher: Watcher, folder: Path) -> int | None:
    while (code := process.wait(_LOOK_SECONDS)) is None:
        tail.carry()
        if not watcher.look(folder):
            return None
    watcher.look(folder)
    return code


def _build_environ(machine: Machine, work: Work, folder: Path) -> dict[str, str]:
    credentials = assume_role(
        work.role_arn, service=PRINCIPAL, session="SageMaker", region=work.region
    )
    return {
        **machine.environ(work.region),
        **credentials.environ,
        "TMPDIR": str(folder),
        "HOME": str(folder),
    }


def in_background(
    machine: Machine, work: Work, watcher: Watcher, fail: Callable[[str], None]
) -> None:
    """Start a job; ``fail`` hears of errors that are not the job's own."""

    def guarded() -> None:
        try:
            run(machine, work, watcher)
        except Exception as error:
            fail(f"InternalServerError: {error}")
            raise

    machine.tasks.start(guarded, name=work.name)
