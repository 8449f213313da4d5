"""One run of a Glue job: its files, its process, how it ends."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError
from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random

from localaws.faults.happenings import Fate
from localaws.glue_jobs import runtime as glue_runtime
from localaws.glue_jobs.kinds import Kind
from localaws.glue_jobs.memory import resident_bytes
from localaws.glue_jobs.spark import SparkNotInstalled, find_spark
from localaws.glue_jobs.wheels import WheelNotInstalled
from localaws.host.ends import JOB_ENDS
from localaws.host.logs import Tail
from localaws.host.processes import Isolation, Process
from localaws.iam.roles import RoleClients, RoleError, assume_role
from localaws.machine import Machine

PRINCIPAL = "glue.amazonaws.com"
ENDED = frozenset({"STOPPED", "SUCCEEDED", "FAILED", "TIMEOUT", "ERROR", "EXPIRED"})
# Glue counts timeouts in minutes; a test may shorten them.
SECONDS_PER_MINUTE = 60.0
# https://docs.aws.amazon.com/glue/latest/dg/add-job-python.html: 16 GB a DPU.
_BYTES_PER_CAPACITY = 16 * 1024**3
_LONGEST_MESSAGE = 2048
_LOOK_SECONDS = 0.1
_RUNTIME = Path(glue_runtime.__file__)


@dataclass(frozen=True)
class Plan:
    """What a run is to do."""

    job_name: str
    role_arn: str
    region: str
    command: Mapping[str, Any]
    arguments: Mapping[str, str]
    timeout: int
    kind: Kind
    size: Mapping[str, Any]


def list_modules(arguments: Mapping[str, str], kind: Kind) -> list[str]:
    """List where the modules are that a job is given beside its script."""
    uris = (part.strip() for part in arguments.get(kind.modules, "").split(","))
    return [uri for uri in uris if uri]


class ScriptMissing(Exception):
    """A script or module of the job cannot be had from S3."""


class JobRun:
    """A run as GetJobRun shows it; ``execute`` does the work."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.job_name = plan.job_name
        self.job_run_id = f"jr_{mock_random.get_random_hex(64)}"
        self.status = "STARTING"
        self.error_message = ""
        self.started_on = utcnow()
        self.modified_on = self.started_on
        self.completed_on: Any = None
        self._began: float | None = None
        self._seconds = 0.0
        self._stop_asked = False
        self._wheels: list[Path] = []

    def stop(self) -> None:
        """Ask the run to end."""
        self._stop_asked = True
        if self.status not in ENDED:
            self._become("STOPPING")

    def fail(self, reason: str) -> None:
        """End a run that nothing runs any more."""
        self._end("FAILED", reason)

    def execute(self, machine: Machine, clients: RoleClients) -> None:
        """Run the script to its end."""
        folder = machine.folder / f"glue-{self.job_run_id[:24]}"
        folder.mkdir(parents=True)
        try:
            files = self._fetch(machine, folder, clients)
            self._run(machine, folder, files)
        except (
            ScriptMissing,
            SparkNotInstalled,
            WheelNotInstalled,
            RoleError,
        ) as error:
            self._end("FAILED", str(error))
        except Exception as error:
            self._end("FAILED", f"internal error: {error}")
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def as_dict(self) -> dict[str, Any]:
        """Describe the run as the Glue API does."""
        plan = self.plan
        described = {
            "Id": self.job_run_id,
            "Attempt": 0,
            "JobName": self.job_name,
            "StartedOn": self.started_on,
            "LastModifiedOn": self.modified_on,
            "CompletedOn": self.completed_on,
            "JobRunState": self.status,
            "Arguments": dict(plan.arguments),
            "ErrorMessage": self.error_message or None,
            "PredecessorRuns": [],
            "AllocatedCapacity": 0,
            "ExecutionTime": round(self._count_seconds()),
            "Timeout": plan.timeout,
            **plan.size,
            "LogGroupName": plan.kind.log_group,
        }
        return {name: value for name, value in described.items() if value is not None}

    def _fetch(self, machine: Machine, folder: Path, clients: RoleClients) -> Path:
        """Download the script and its modules, install its wheels; find the script."""
        s3 = clients.get(
            "s3",
            role_arn=self.plan.role_arn,
            principal=PRINCIPAL,
            region=self.plan.region,
        )
        modules = folder / "modules"
        modules.mkdir()
        for uri in list_modules(self.plan.arguments, self.plan.kind):
            self._place(_download(s3, uri, modules), machine)
        place = folder / "script"
        place.mkdir()
        return _download(s3, self.plan.command["ScriptLocation"], place)

    def _place(self, module: Path, machine: Machine) -> None:
        """Install a wheel; any other module is where the script finds it."""
        if module.suffix == ".whl":
            place = machine.wheels.install(module.name, module.read_bytes())
            machine.wheels.compile(place, hurries=True)
            self._wheels.append(place)
            module.unlink()

    def _run(self, machine: Machine, folder: Path, script: Path) -> None:
        working = folder / "work"
        working.mkdir()
        output, error = folder / "output.log", folder / "error.log"
        report = folder / "exception.txt"
        arguments = json.dumps(dict(self.plan.arguments))
        fate = Fate(machine.faults, "glue", self.job_name, arguments)
        self._become("RUNNING")
        self._began = time.monotonic()
        with output.open("wb") as stdout, error.open("wb") as stderr:
            process = self._start(
                machine,
                script,
                report,
                working,
                extra=fate.environ,
                stdout=stdout,
                stderr=stderr,
            )
        streams = zip((output, error), self.plan.kind.streams, strict=True)
        tails = [self._tail(path, stream) for path, stream in streams]
        try:
            with fate.meet(process):
                verdict = self._watch(process, tails)
        finally:
            machine.processes.forget(process)
        for tail in tails:
            tail.carry(last=True)
        self._conclude(machine, verdict, process.poll(), report)

    def _start(
        self,
        machine: Machine,
        script: Path,
        report: Path,
        working: Path,
        *,
        extra: Mapping[str, str],
        stdout: Any,
        stderr: Any,
    ) -> Process:
        before = (script.parent, script.parent.with_name("modules"), *self._wheels)
        spark = find_spark(script)
        if spark is None:
            shown = self.plan.kind.show_libraries(self.plan.arguments)
            warmth = machine.libraries.warm(shown)
            isolation = Isolation(
                _RUNTIME, before=before, after=(warmth.libraries,), warmth=warmth
            )
        else:
            isolation = Isolation(
                _RUNTIME,
                before=before,
                after=(spark.packages,),
                python=str(spark.python),
            )
            extra = {**spark.environ(before, working), **extra}
        credentials = assume_role(
            self.plan.role_arn,
            service=PRINCIPAL,
            session=f"GlueJobRunnerSession-{self.job_run_id[:12]}",
            region=self.plan.region,
        )
        return machine.processes.start(
            isolation,
            str(report),
            str(script),
            *self._build_arguments(),
            environ={
                **machine.environ(self.plan.region),
                **credentials.environ,
                "TMPDIR": str(working),
                "HOME": str(working),
                **extra,
            },
            folder=working,
            stdout=stdout,
            stderr=stderr,
        )

    def _build_arguments(self) -> list[str]:
        # Glue passes its own arguments too, so that scripts must not trip over them.
        own = {
            "--job-bookmark-option": "job-bookmark-disable",
            "--job-language": "python",
            "--scriptLocation": self.plan.command["ScriptLocation"],
        }
        merged = {**own, **self.plan.arguments}
        return [text for pair in merged.items() for text in pair]

    def _tail(self, path: Path, kind: str) -> Tail:
        return Tail(
            path,
            group=f"{self.plan.kind.log_group}/{kind}",
            stream=self.job_run_id,
            region=self.plan.region,
        )

    def _watch(self, process: Process, tails: list[Tail]) -> str:
        """Wait for the end of the process, or bring it about; say which it was."""
        timeout = self.plan.timeout * SECONDS_PER_MINUTE
        room = self.plan.kind.count_driver(self.plan.size) * _BYTES_PER_CAPACITY
        while process.wait(_LOOK_SECONDS) is None:
            for tail in tails:
                tail.carry()
            if self._stop_asked:
                return "STOPPED"
            if self._count_seconds() > timeout:
                return "TIMEOUT"
            if resident_bytes(process.pid) > room:
                return "OUT OF MEMORY"
        return "ENDED"

    def _conclude(
        self, machine: Machine, verdict: str, code: int | None, report: Path
    ) -> None:
        if verdict == "STOPPED":
            self._end("STOPPED", "")
        elif verdict == "TIMEOUT":
            self._end("TIMEOUT", "Job run timed out")
        elif verdict == "OUT OF MEMORY":
            dpus = self.plan.kind.count_driver(self.plan.size)
            gigabytes = dpus * 16
            self._end(
                "FAILED",
                "Command failed with exit code -9 (out of memory: "
                f"{dpus} DPU have {gigabytes:g} GB)",
            )
        elif code == 0:
            self._end("SUCCEEDED", "")
        elif machine.glue_errors == "full" and report.exists():
            self._end("FAILED", report.read_text())
        else:
            self._end("FAILED", f"Command failed with exit code {code}")

    def _count_seconds(self) -> float:
        if self._began is not None and self.status not in ENDED:
            self._seconds = time.monotonic() - self._began
        return self._seconds

    def _become(self, status: str) -> None:
        if self.status not in ENDED and not (
            self.status == "STOPPING" and status == "RUNNING"
        ):
            self.status = status
        self.modified_on = utcnow()

    def _end(self, status: str, message: str) -> None:
        self._count_seconds()
        self.error_message = message[:_LONGEST_MESSAGE]
        self.completed_on = utcnow()
        self._become(status)
        JOB_ENDS.tell(self.job_run_id)


def _download(s3: Any, uri: str, folder: Path) -> Path:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    path = folder / PurePosixPath(key).name
    try:
        path.write_bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    except (ClientError, ParamValidationError) as error:
        raise ScriptMissing(f"Error downloading from S3 for {uri}: {error}") from error
    return path
