"""SageMaker: Autopilot, models and batch transform, on the embedded engine."""

from __future__ import annotations

import json
import threading
from datetime import UTC
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import moto.sagemaker.models as moto_sagemaker
from botocore.exceptions import ClientError
from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker import urls
from moto.sagemaker.exceptions import (
    ResourceInUseException,
    ResourceNotFound,
    ValidationError,
)
from moto.sagemaker.responses import SageMakerResponse
from moto.utilities.utils import get_partition

from localaws.faults.happenings import draw_end
from localaws.host.request_checks import find_violations, spell_violations
from localaws.iam.roles import RoleClients, RoleError, check_trust
from localaws.machine import Machine
from localaws.patches import Patches
from localaws.sagemaker import automl_requests, transform_jobs
from localaws.sagemaker.automl_jobs import AutoMLJob
from localaws.sagemaker.background_jobs import PRINCIPAL, Work, in_background
from localaws.sagemaker.model_registry import ModelRegistry
from localaws.sagemaker.quotas import check_quota
from localaws.sagemaker.transform_jobs import TransformJob
from localaws.service_quotas.table import AUTOPILOT_JOBS
from trainer.s3_files import Location

_GOING = ("InProgress", "Stopping")
_CANDIDATES_A_PAGE = 10
_SORT_KEYS = {
    "CreationTime": lambda c: c["CreationTime"],
    "Status": lambda c: c["CandidateStatus"],
    "FinalObjectiveMetricValue": lambda c: c.get(
        "FinalAutoMLJobObjectiveMetric", {}
    ).get("Value", float("inf")),
}


class Backend(ModelRegistry):
    """moto's SageMaker, whose AutoML and transform jobs run."""

    machine: ClassVar[Machine]
    clients: ClassVar[RoleClients]
    _lock = threading.Lock()

    @property
    def _url_module(self) -> SimpleNamespace:
        return _URLS

    def start_automl_job(self, request: dict[str, Any]) -> AutoMLJob:
        """Start an AutoML job."""
        refusals = list(automl_requests.find_refusals(request))
        if refusals:
            raise ValidationError("; ".join(refusals))
        self._check_role(request["RoleArn"])
        job = AutoMLJob(request, account=self.account_id, region=self.region_name)
        job.fate = draw_end(self.machine.faults, "training", job.auto_ml_job_name)
        with self._lock:
            self._admit_automl_job(job.auto_ml_job_name)
            self.auto_ml_jobs[job.auto_ml_job_name] = job  # type: ignore[assignment]  # looks like moto's own
        self._train(job)
        return job

    def train_anew(self, job: AutoMLJob) -> None:
        """Go on with a job whose process has ended with the local AWS."""
        if job.auto_ml_job_status == "Stopping":
            job.conclude(Path(), None)
        else:
            job.begin_anew()
            self._train(job)

    def _train(self, job: AutoMLJob) -> None:
        work = Work(
            kind="training",
            name=job.auto_ml_job_name,
            script=Path(__file__).with_name("automl_process.py"),
            role_arn=job.request["RoleArn"],
            region=self.region_name,
            log_group="/aws/sagemaker/TrainingJobs",
        )
        in_background(self.machine, work, job, job.fail)

    def find_automl_job(self, name: str) -> AutoMLJob:
        """Find an AutoML job."""
        found: Any = self.auto_ml_jobs.get(name)
        if found is None:
            raise ResourceNotFound(f"Could not find AutoML job with name {name}.")
        job: AutoMLJob = found
        return job

    def stop_auto_ml_job(self, auto_ml_job_name: str) -> None:
        """Stop an AutoML job that runs."""
        job = self.find_automl_job(auto_ml_job_name)
        if job.auto_ml_job_status not in _GOING:
            raise ValidationError(
                f"The request was rejected because the AutoML job is in status "
                f"{job.auto_ml_job_status}."
            )
        job.stop()

    def check_model(self, request: dict[str, Any]) -> None:
        """Refuse a model that SageMaker would refuse."""
        name = request["ModelName"]
        if name in self._models:
            raise ValidationError(
                f'Cannot create already existing model "{self._arn("model", name)}".'
            )
        role_arn = request.get("ExecutionRoleArn", "")
        self._check_role(role_arn)
        containers = self.list_containers(request)
        if not containers:
            raise ValidationError("Either PrimaryContainer or Containers is required")
        for container in containers:
            self._check_model_data(container.get("ModelDataUrl"), role_arn)

    def list_containers(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """List the containers of a request for a model."""
        primary = request.get("PrimaryContainer")
        listed = [primary] if primary else list(request.get("Containers") or [])
        return [one for named in listed for one in self._unpack(named)]

    def _unpack(self, container: dict[str, Any]) -> list[dict[str, Any]]:
        """Give the containers of a version that a request names instead of its own."""
        if "ModelPackageName" not in container:
            return [container]
        package = self.find_package(container["ModelPackageName"])
        listed: list[dict[str, Any]] = package.inference_specification["Containers"]
        return listed

    def list_models_named(self, request: dict[str, Any]) -> list[Any]:
        """List the models that a ListModels request asks for; moto lists all."""
        after = request.get("CreationTimeAfter", 0)
        return [
            model
            for model in self._models.values()
            if request.get("NameContains", "") in model.model_name
            and model.creation_time.replace(tzinfo=UTC).timestamp() >= after
        ]

    def start_transform_job(self, request: dict[str, Any]) -> TransformJob:
        """Start a batch transform job."""
        name = request["TransformJobName"]
        refusals = transform_jobs.find_refusals(request)
        if refusals:
            raise ValidationError("; ".join(refusals))
        model = self._models.get(request["ModelName"])
        if model is None:
            arn = self._arn("model", request["ModelName"])
            raise ValidationError(f'Could not find model "{arn}".')
        named = [model.primary_container, *model.containers][-1]
        container = self._unpack(named)[-1]
        job = TransformJob(
            request, container, account=self.account_id, region=self.region_name
        )
        job.fate = draw_end(self.machine.faults, "transform", name)
        with self._lock:
            self._admit_transform_job(job)
            self.transform_jobs[name] = job  # type: ignore[assignment]  # looks like moto's own
        work = Work(
            kind="transform",
            name=name,
            script=Path(__file__).with_name("transform_process.py"),
            role_arn=model.execution_role_arn,
            region=self.region_name,
            log_group="/aws/sagemaker/TransformJobs",
        )
        in_background(self.machine, work, job, job.fail)
        return job

    def stop_transform_job(self, name: str) -> None:
        """Stop a transform job that runs."""
        job: Any = self.transform_jobs.get(name)
        if job is None:
            raise ResourceNotFound(
                f"Could not find transform job {self._arn('transform-job', name)}."
            )
        if job.transform_job_status not in _GOING:
            raise ValidationError(
                "The request was rejected because the transform job is in status "
                f"{job.transform_job_status}."
            )
        job.stop()

    def _admit_automl_job(self, name: str) -> None:
        taken = {existing.lower() for existing in self.auto_ml_jobs}
        if name.lower() in taken:
            raise ResourceInUseException(
                f"AutoMLJob {self._arn('automl-job', name)} already exists. Job names "
                "must be unique within an AWS account and region."
            )
        running = sum(
            job.auto_ml_job_status in _GOING for job in self.auto_ml_jobs.values()
        )
        quota, most = self.machine.quotas.find(self.region_name, AUTOPILOT_JOBS)
        check_quota(quota, most, running=running, more=1, unit="AutoMLJobs")

    def _admit_transform_job(self, job: TransformJob) -> None:
        if job.transform_job_name in self.transform_jobs:
            raise ResourceInUseException(
                "Transform job names must be unique within an AWS account and "
                "region, and a transform job with this name already exists "
                f"({job.arn})"
            )
        going: list[Any] = list(self.transform_jobs.values())
        running = sum(
            other.instances
            for other in going
            if other.transform_job_status in _GOING
            and other.instance_type == job.instance_type
        )
        quota, most = self.machine.quotas.find_transform(
            self.region_name, job.instance_type
        )
        check_quota(quota, most, running=running, more=job.instances, unit="Instances")

    def _check_role(self, role_arn: str) -> None:
        try:
            check_trust(role_arn, PRINCIPAL)
        except RoleError as error:
            raise ValidationError(
                f"Could not assume role {role_arn}. Please ensure that the role exists "
                f"and allows principal '{PRINCIPAL}' to assume the role."
            ) from error

    def _check_model_data(self, uri: str | None, role_arn: str) -> None:
        if uri is None:
            return
        s3 = self.clients.get(
            "s3", role_arn=role_arn, principal=PRINCIPAL, region=self.region_name
        )
        location = Location.parse(uri)
        try:
            s3.head_object(Bucket=location.bucket, Key=location.key)
        except ClientError as error:
            raise ValidationError(
                f"Could not access model data at {uri}. Please ensure that the role "
                f'"{role_arn}" exists and that its trust relationship policy allows '
                f'the action "sts:AssumeRole" for the service principal "{PRINCIPAL}". '
                'Also ensure that the role has "s3:GetObject" permissions and that the '
                f"object is located in {self.region_name}."
            ) from error

    def _arn(self, kind: str, name: str) -> str:
        partition = get_partition(self.region_name)
        return (
            f"arn:{partition}:sagemaker:{self.region_name}:{self.account_id}:"
            f"{kind}/{name.lower()}"
        )


class Response(SageMakerResponse):
    """moto's SageMaker API, with what it lacks and with the service's own checks."""

    def create_auto_ml_job_v2(self) -> ActionResult:
        """Start an AutoML job."""
        job = self._backend.start_automl_job(self._read("CreateAutoMLJobV2"))
        return ActionResult({"AutoMLJobArn": job.arn})

    def describe_auto_ml_job_v2(self) -> ActionResult:
        """Describe an AutoML job."""
        request = self._read("DescribeAutoMLJobV2")
        job = self._backend.find_automl_job(request["AutoMLJobName"])
        return ActionResult(job.describe())

    def list_candidates_for_auto_ml_job(self) -> ActionResult:
        """List the candidates that an AutoML job has so far."""
        request = self._read("ListCandidatesForAutoMLJob")
        job = self._backend.find_automl_job(request["AutoMLJobName"])
        chosen = choose_candidates(job.candidates, request)
        start = int(request.get("NextToken", 0))
        end = start + request.get("MaxResults", _CANDIDATES_A_PAGE)
        answer: dict[str, Any] = {"Candidates": chosen[start:end]}
        if end < len(chosen):
            answer["NextToken"] = str(end)
        return ActionResult(answer)

    def create_model(self) -> ActionResult:
        """Create a model."""
        self._backend.check_model(self._read("CreateModel"))
        return super().create_model()

    def list_models(self) -> ActionResult:
        """List models, all in one page."""
        models = self._backend.list_models_named(self._read("ListModels"))
        return ActionResult({"Models": [model.response_object for model in models]})

    def create_model_package_group(self) -> ActionResult:
        """Create a group of the Model Registry."""
        request = self._read("CreateModelPackageGroup")
        arn = self._backend.make_package_group(request)
        return ActionResult({"ModelPackageGroupArn": arn})

    def delete_model_package_group(self) -> EmptyResult:
        """Delete a group of the Model Registry."""
        request = self._read("DeleteModelPackageGroup")
        self._backend.delete_package_group(request["ModelPackageGroupName"])
        return EmptyResult()

    def create_model_package(self) -> ActionResult:
        """Register a version; a package without a group is moto's own matter."""
        request = self._read("CreateModelPackage")
        if "ModelPackageGroupName" not in request:
            return super().create_model_package()
        return ActionResult({"ModelPackageArn": self._backend.make_package(request)})

    def list_model_packages(self) -> ActionResult:
        """List the versions of a group that there is."""
        request = self._read("ListModelPackages")
        if "ModelPackageGroupName" in request:
            self._backend.find_package_group(request["ModelPackageGroupName"])
        return super().list_model_packages()

    def describe_model_package(self) -> ActionResult:
        """Describe a version."""
        request = self._read("DescribeModelPackage")
        package = self._backend.find_package(request["ModelPackageName"])
        return ActionResult(package.gen_response_object())

    def update_model_package(self) -> ActionResult:
        """Change a version."""
        arn = self._backend.change_package(self._read("UpdateModelPackage"))
        return ActionResult({"ModelPackageArn": arn})

    def delete_model_package(self) -> EmptyResult:
        """Delete a version."""
        request = self._read("DeleteModelPackage")
        self._backend.delete_package(request["ModelPackageName"])
        return EmptyResult()

    def create_transform_job(self) -> ActionResult:
        """Start a transform job."""
        job = self._backend.start_transform_job(self._read("CreateTransformJob"))
        return ActionResult({"TransformJobArn": job.arn})

    def stop_transform_job(self) -> EmptyResult:
        """Stop a transform job."""
        request = self._read("StopTransformJob")
        self._backend.stop_transform_job(request["TransformJobName"])
        return EmptyResult()

    @property
    def _backend(self) -> Any:
        return self.sagemaker_backend

    def _read(self, operation: str) -> dict[str, Any]:
        request: dict[str, Any] = json.loads(self.body)
        violations = find_violations("sagemaker", operation, request)
        if violations:
            raise ValidationError(spell_violations(violations))
        return request


_URLS = SimpleNamespace(
    url_bases=urls.url_bases, url_paths={"{0}/$": Response.dispatch}
)


def choose_candidates(
    candidates: list[dict[str, Any]], request: dict[str, Any]
) -> list[dict[str, Any]]:
    """Choose and sort candidates as a ListCandidatesForAutoMLJob request asks."""
    status, name = request.get("StatusEquals"), request.get("CandidateNameEquals")
    chosen = [
        candidate
        for candidate in candidates
        if status in (None, candidate["CandidateStatus"])
        and name in (None, candidate["CandidateName"])
    ]
    return sorted(
        chosen,
        key=_SORT_KEYS[request.get("SortBy", "CreationTime")],
        reverse=request.get("SortOrder") == "Descending",
    )


def install(patches: Patches, machine: Machine, clients: RoleClients) -> None:
    """Put the jobs that run where moto looks its own up."""
    patches.give(Backend, "machine", machine)
    patches.give(Backend, "clients", clients)
    patches.replace(moto_sagemaker.sagemaker_backends, "backend", Backend)
