"""Glue: jobs that run their scripts."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from pathlib import PurePosixPath
from types import SimpleNamespace
from typing import Any, ClassVar

import moto.glue.models as moto_glue
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.glue import urls
from moto.glue.exceptions import (
    ConcurrentRunsExceededException,
    EntityNotFoundException,
    GlueClientError,
    InvalidInputException,
    JobRunNotFoundException,
)
from moto.s3.exceptions import MissingBucket
from moto.s3.models import S3Backend, s3_backends
from moto.utilities.paginator import paginate
from moto.utilities.utils import get_partition

from localaws.glue_jobs.connections import ConnectionResponse
from localaws.glue_jobs.kinds import KINDS, Kind, find_kind, find_timeout
from localaws.glue_jobs.runs import ENDED, PRINCIPAL, JobRun, Plan, list_modules
from localaws.glue_jobs.wheels import WheelNotInstalled
from localaws.host.request_checks import find_violations, spell_violations
from localaws.iam.roles import RoleClients, RoleError, check_trust
from localaws.machine import Machine
from localaws.patches import Patches
from localaws.service_quotas.table import GLUE_RUNS

# What UpdateJob replaces, by the name that moto gives it.
_UPDATED = {
    "Description": "description",
    "LogUri": "log_uri",
    "Role": "role",
    "ExecutionProperty": "execution_property",
    "Command": "command",
    "DefaultArguments": "default_arguments",
    "NonOverridableArguments": "non_overridable_arguments",
    "Connections": "connections",
    "MaxRetries": "max_retries",
    "Timeout": "timeout",
    "MaxCapacity": "max_capacity",
    "SecurityConfiguration": "security_configuration",
    "NotificationProperty": "notification_property",
    "GlueVersion": "glue_version",
    "ExecutionClass": "execution_class",
    "WorkerType": "worker_type",
    "NumberOfWorkers": "number_of_workers",
}


class Backend(moto_glue.GlueBackend):
    """moto's Glue, whose jobs run."""

    machine: ClassVar[Machine]
    clients: ClassVar[RoleClients]
    _lock = threading.Lock()

    @property
    def _url_module(self) -> SimpleNamespace:
        return SimpleNamespace(
            url_bases=urls.url_bases, url_paths={"{0}/$": Response.dispatch}
        )

    def check_job(self, operation: str, definition: dict[str, Any]) -> None:
        """Refuse a job that Glue would refuse."""
        command = definition.get("Command")
        kind = find_kind(command)
        if kind is None:
            raise InvalidInputException(
                operation,
                f"only {' and '.join(KINDS)} jobs run here (found {command!r})",
            )
        for refusal in kind.find_refusals(definition):
            raise InvalidInputException(operation, refusal)
        try:
            check_trust(self._role_arn(definition.get("Role", "")), PRINCIPAL)
        except RoleError as error:
            raise InvalidInputException(
                operation,
                "Role should be given assume role permissions for Glue Service.",
            ) from error
        shown = kind.show_libraries(definition.get("DefaultArguments") or {})
        self.machine.processes.prepare(self.machine.libraries.warm(shown))
        if self.machine.ahead:
            self.machine.tasks.start(
                lambda: self._install_ahead(definition, kind), name="wheels of a job"
            )

    def _install_ahead(self, definition: dict[str, Any], kind: Kind) -> None:
        """Install the wheels that are in S3 already; a run says what is wrong."""
        arguments = definition.get("DefaultArguments") or {}
        for uri in list_modules(arguments, kind):
            bucket, _, key = uri.removeprefix("s3://").partition("/")
            with suppress(MissingBucket, WheelNotInstalled):
                found = self._s3.get_object(bucket, key)
                if found is not None and key.endswith(".whl"):
                    wheels = self.machine.wheels
                    place = wheels.install(PurePosixPath(key).name, found.value)
                    wheels.compile(place, hurries=False)

    @property
    def _s3(self) -> S3Backend:
        return s3_backends[self.account_id][get_partition(self.region_name)]

    def update_job(self, name: str, update: dict[str, Any]) -> None:
        """Replace a job's definition; what is not given falls back to its default."""
        job = self.get_job(name)
        self.check_job("UpdateJob", update)
        for key, attribute in _UPDATED.items():
            setattr(job, attribute, update.get(key))
        for attribute in ("execution_property", "default_arguments"):
            setattr(job, attribute, getattr(job, attribute) or {})
        job.last_modified_on = utcnow()

    def start_job_run(  # noqa: PLR0917  # moto's signature
        self,
        name: str,
        arguments: dict[str, str] | None,
        allocated_capacity: int | None,
        max_capacity: float | None,
        timeout: int | None,
        *ignored: Any,
    ) -> str:
        """Start a run in the background."""
        job = self.get_job(name)
        command: Any = job.command  # which moto takes for text
        kind = KINDS[command["Name"]]
        for refusal in kind.find_start_refusals({"MaxCapacity": max_capacity}):
            raise InvalidInputException("StartJobRun", refusal)
        plan = Plan(
            job_name=name,
            role_arn=self._role_arn(job.role),
            region=self.region_name,
            command=command,
            arguments={
                **job.default_arguments,
                **(arguments or {}),
                **(job.non_overridable_arguments or {}),
            },
            timeout=find_timeout(job, timeout),
            kind=kind,
            size=kind.measure(job, max_capacity),
        )
        run = JobRun(plan)
        self._admit(job, run)
        self.machine.tasks.start(
            lambda: run.execute(self.machine, self.clients), name=f"Glue job {name}"
        )
        return run.job_run_id

    def get_job_run(self, name: str, run_id: str) -> Any:
        """Find a run."""
        for run in self.get_job(name).job_runs:
            if run.job_run_id == run_id:
                return run
        raise JobRunNotFoundException(run_id)

    @paginate(pagination_model=moto_glue.GlueBackend.PAGINATION_MODEL)
    def get_job_runs(self, job_name: str) -> list[Any]:
        """List the runs of a job, the newest first."""
        return list(reversed(self.get_job(job_name).job_runs))

    def stop_job_run(self, name: str, run_id: str) -> None:
        """Stop a run."""
        run = self.get_job_run(name, run_id)
        if run.status in ENDED:
            raise GlueClientError(
                "InvalidInputException",
                f"Job Run cannot be stopped: it is {run.status}",
            )
        run.stop()

    def _admit(self, job: moto_glue.FakeJob, run: JobRun) -> None:
        with self._lock:
            going = sum(other.status not in ENDED for other in job.job_runs)
            if going >= job.execution_property.get("MaxConcurrentRuns", 1):
                raise ConcurrentRunsExceededException(
                    f"Concurrent runs exceeded for {job.name}"
                )
            self._check_account_quota()
            job.job_runs.append(run)  # type: ignore[arg-type]  # looks like moto's own

    def _check_account_quota(self) -> None:
        jobs = list(self.jobs.values())
        going = sum(run.status not in ENDED for job in jobs for run in job.job_runs)
        quota, most = self.machine.quotas.find(self.region_name, GLUE_RUNS)
        if going >= most:
            raise GlueClientError(
                "ResourceNumberLimitExceededException",
                f"{quota.name} exceeded: {going} of {most}",
            )

    def _role_arn(self, role: str) -> str:
        if role.startswith("arn:"):
            return role
        partition = get_partition(self.region_name)
        return f"arn:{partition}:iam::{self.account_id}:role/{role}"


class Response(ConnectionResponse):
    """moto's Glue API with the operations that it lacks."""

    def create_job(self) -> ActionResult:
        """Create a job that Glue would take."""
        self._check("CreateJob")
        backend: Any = self.glue_backend
        name = self.parameters["Name"]
        if name in backend.jobs:
            raise GlueClientError(
                "IdempotentParameterMismatchException",
                f"Job with name: {name} already submitted with different configuration",
            )
        backend.check_job("CreateJob", self.parameters)
        return super().create_job()

    def update_job(self) -> ActionResult:
        """Replace a job's definition."""
        self._check("UpdateJob")
        backend: Any = self.glue_backend
        name = self.parameters["JobName"]
        backend.update_job(name, self.parameters["JobUpdate"])
        return ActionResult({"JobName": name})

    def start_job_run(self) -> ActionResult:
        """Start a run."""
        self._check("StartJobRun")
        return super().start_job_run()

    def batch_stop_job_run(self) -> ActionResult:
        """Stop runs of a job."""
        name, run_ids = self.parameters["JobName"], self.parameters["JobRunIds"]
        stopped: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        for run_id in run_ids:
            which = {"JobName": name, "JobRunId": run_id}
            backend: Any = self.glue_backend
            try:
                backend.stop_job_run(name, run_id)
            except (EntityNotFoundException, GlueClientError) as error:
                kind, message = error.error_type, error.message
                detail = {"ErrorCode": kind, "ErrorMessage": message}
                errors.append({**which, "ErrorDetail": detail})
            else:
                stopped.append(which)
        return ActionResult({"SuccessfulSubmissions": stopped, "Errors": errors})

    def _check(self, operation: str) -> None:
        violations = find_violations("glue", operation, json.loads(self.body))
        if violations:
            raise GlueClientError("ValidationException", spell_violations(violations))


def install(patches: Patches, machine: Machine, clients: RoleClients) -> None:
    """Put the jobs that run where moto looks its own up."""
    patches.give(Backend, "machine", machine)
    patches.give(Backend, "clients", clients)
    patches.replace(moto_glue.glue_backends, "backend", Backend)
