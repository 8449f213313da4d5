"""The models of a dataset as versions of a group in SageMaker's Model Registry.

The champion is the newest version that is approved, whoever approved it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code, error_message
from chalicelib.stages import APP_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mypy_boto3_sagemaker import SageMakerClient

APPROVED, REJECTED = "Approved", "Rejected"
PENDING = "PendingManualApproval"
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
_LONGEST_FACT = 256
_NOT_IN_FACTS = re.compile(r"[^A-Za-z0-9 _.:/=+@-]")
_LONGEST_REASON = 1024
# What a registered container has that CreateModel takes too; the registry adds more.
_CONTAINER_KEYS = ("Image", "ModelDataUrl", "Environment")
_PAGE = 100


@dataclass(frozen=True)
class Version:
    """One version of a dataset's model.

    Parameters
    ----------
    approval
        ``Approved``, ``Rejected`` or ``PendingManualApproval``.
    containers
        What CreateModel makes a model from.
    facts
        What is known of the model, as texts; each may be missing.
    """

    arn: str
    number: int
    approval: str
    created: datetime
    containers: tuple[Mapping[str, Any], ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def run_id(self) -> str:
        """The run that trained it."""
        return self.facts.get("run_id", "")

    @property
    def is_approved(self) -> bool:
        """Whether it may forecast."""
        return self.approval == APPROVED

    def read_number(self, fact: str) -> float | None:
        """Read a fact that is a number; None where it is missing or is none."""
        try:
            return float(self.facts[fact])
        except (KeyError, ValueError):
            return None


def find_champion(sagemaker: SageMakerClient, group: str) -> Version | None:
    """Find the version that forecasts; None where no version is approved."""
    return _find_newest(sagemaker, group, ModelApprovalStatus=APPROVED)


def find_challenger(
    sagemaker: SageMakerClient, group: str, champion: Version
) -> Version | None:
    """Find the newest version that the champion still forecasts in spite of."""
    newest = _find_newest(sagemaker, group)
    if newest is None or newest.is_approved or newest.number < champion.number:
        return None
    return newest


def _find_newest(
    sagemaker: SageMakerClient, group: str, **which: Any
) -> Version | None:
    found = list(_list(sagemaker, group, **which))
    if not found:
        return None
    newest = max(found, key=lambda one: one["ModelPackageVersion"])
    return describe_version(sagemaker, newest["ModelPackageArn"])


def find_newest_moment(sagemaker: SageMakerClient, group: str) -> datetime | None:
    """Find when the newest version was made, approved or not; None where none was."""
    return max((one["CreationTime"] for one in _list(sagemaker, group)), default=None)


def list_versions(sagemaker: SageMakerClient, group: str) -> list[Version]:
    """List and describe all versions of a group, the newest first."""
    found = sorted(
        _list(sagemaker, group),
        key=lambda one: one["ModelPackageVersion"],
        reverse=True,
    )
    return [describe_version(sagemaker, one["ModelPackageArn"]) for one in found]


def _list(
    sagemaker: SageMakerClient, group: str, **which: Any
) -> Iterator[Mapping[str, Any]]:
    pages = sagemaker.get_paginator("list_model_packages")
    asked = {"ModelPackageGroupName": group, **which}
    try:
        for page in pages.paginate(PaginationConfig={"PageSize": _PAGE}, **asked):
            yield from page["ModelPackageSummaryList"]
    except ClientError as error:
        if not is_missing(error):
            raise


def find_version(sagemaker: SageMakerClient, arn: str) -> Version | None:
    """Find one version; None where it was deleted."""
    try:
        return describe_version(sagemaker, arn)
    except ClientError as error:
        if is_missing(error):
            return None
        raise


def describe_version(sagemaker: SageMakerClient, arn: str) -> Version:
    """Describe one version."""
    found: Any = sagemaker.describe_model_package(ModelPackageName=arn)
    specification = found.get("InferenceSpecification") or {}
    return Version(
        arn=found["ModelPackageArn"],
        number=found["ModelPackageVersion"],
        approval=found.get("ModelApprovalStatus") or PENDING,
        created=found["CreationTime"],
        containers=tuple(
            {key: one[key] for key in _CONTAINER_KEYS if key in one}
            for one in specification.get("Containers", [])
        ),
        facts=found.get("CustomerMetadataProperties") or {},
        reason=found.get("ApprovalDescription") or "",
    )


def register_version(
    sagemaker: SageMakerClient,
    group: str,
    containers: Sequence[Mapping[str, Any]],
    *,
    stage: str,
    approval: str,
    facts: Mapping[str, Any],
) -> str:
    """Register a trained model as the newest version of its group; return its ARN.

    The run's name is the token of the call, so that the same run registers one version
    however often it is tried.
    """
    _ensure_group(sagemaker, group, stage)
    specification: Any = {
        "Containers": [
            {key: one[key] for key in _CONTAINER_KEYS if key in one}
            for one in containers
        ],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    made: Any = sagemaker.create_model_package(
        ModelPackageGroupName=group,
        ModelPackageDescription=f"trained by run {facts['run_id']}",
        InferenceSpecification=specification,
        ModelApprovalStatus=approval,  # type: ignore[arg-type]  # one of three texts
        CustomerMetadataProperties=spell_facts(facts),
        ClientToken=str(facts["run_id"]),
    )
    return str(made["ModelPackageArn"])


def _ensure_group(sagemaker: SageMakerClient, group: str, stage: str) -> None:
    try:
        sagemaker.create_model_package_group(
            ModelPackageGroupName=group,
            ModelPackageGroupDescription="the models of one dataset, a version each",
            Tags=[
                {"Key": "Application", "Value": APP_NAME},
                {"Key": "Stage", "Value": stage},
            ],
        )
    except ClientError as error:
        if not _is_there_already(error):
            raise


def set_approval(
    sagemaker: SageMakerClient, arn: str, approval: str, *, reason: str
) -> None:
    """Approve or reject a version, and say why."""
    sagemaker.update_model_package(
        ModelPackageArn=arn,
        ModelApprovalStatus=approval,  # type: ignore[arg-type]  # one of three texts
        ApprovalDescription=" ".join(reason.split())[:_LONGEST_REASON],
    )


def add_facts(sagemaker: SageMakerClient, arn: str, facts: Mapping[str, Any]) -> None:
    """Add to what is known of a version."""
    sagemaker.update_model_package(
        ModelPackageArn=arn, CustomerMetadataProperties=spell_facts(facts)
    )


def spell_facts(facts: Mapping[str, Any]) -> dict[str, str]:
    """Spell facts as the registry takes them: texts of some characters, none empty."""
    texts = {
        name: _NOT_IN_FACTS.sub("-", _spell(value))[:_LONGEST_FACT].strip()
        for name, value in facts.items()
        if value is not None
    }
    return {name: text for name, text in texts.items() if text}


def _spell(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def is_missing(error: ClientError) -> bool:
    """Tell whether a group or version is not there, by what SageMaker says of it."""
    return error_code(error) == "ResourceNotFound" or (
        error_code(error) == "ValidationException"
        and bool(re.search("does not exist|not found", error_message(error), re.I))
    )


def _is_there_already(error: ClientError) -> bool:
    return error_code(error) in {"ConflictException", "ResourceInUse"} or (
        "already exist" in error_message(error).lower()
    )
