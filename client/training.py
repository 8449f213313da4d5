"""How training stands: the Autopilot job's status and its candidates so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib import autopilot
from chalicelib.aws_errors import error_code
from client.formats import name_metric

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import AutoMLCandidateTypeDef

_NO_SUCH_JOB = {"ResourceNotFound", "ValidationException"}
_STATUS_WORDS = {
    "Starting": "starting",
    "PreTraining": "preparing",
    "AnalyzingData": "analysing the data",
    "FeatureEngineering": "making features",
    "ModelTuning": "tuning models",
    "TrainingModels": "training models",
    "EnsemblingModels": "combining the models",
    "GeneratingModelInsightsReport": "writing its report",
    "GeneratingExplainabilityReport": "explaining the model",
    "MaxCandidatesReached": "has its candidates",
    "MaxAutoMLJobRuntimeReached": "stopped at its time limit",
    "Completed": "completed",
    "Failed": "failed",
    "Stopping": "stopping",
    "Stopped": "stopped",
}


@dataclass(frozen=True)
class Candidate:
    """One model that was tried; ``value`` of ``metric`` is None until it is scored."""

    name: str
    status: str
    metric: str = ""
    value: float | None = None


@dataclass(frozen=True)
class Training:
    """The state of an Autopilot job, candidates in the order they were made."""

    status: str
    secondary: str
    candidates: tuple[Candidate, ...] = ()

    @property
    def words(self) -> str:
        """Say the secondary status as a person would."""
        return _STATUS_WORDS.get(self.secondary, self.secondary)

    @property
    def finished(self) -> tuple[Candidate, ...]:
        """Give the candidates that are done."""
        return tuple(c for c in self.candidates if c.status != "InProgress")


def find_training(sagemaker: SageMakerClient, job_name: str) -> Training | None:
    """Ask for a job's status and candidates; None when there is no such job yet."""
    try:
        job = sagemaker.describe_auto_ml_job_v2(AutoMLJobName=job_name)
    except ClientError as error:
        if error_code(error) in _NO_SUCH_JOB:
            return None
        raise
    pages = sagemaker.get_paginator("list_candidates_for_auto_ml_job").paginate(
        AutoMLJobName=job_name, SortBy="CreationTime", SortOrder="Ascending"
    )
    return Training(
        status=job["AutoMLJobStatus"],
        secondary=job["AutoMLJobSecondaryStatus"],
        candidates=parse_candidates(
            (c for page in pages for c in page["Candidates"]), job_name
        ),
    )


def parse_candidates(
    found: Iterable[AutoMLCandidateTypeDef], job_name: str
) -> tuple[Candidate, ...]:
    """Read the candidates of an answer of ListCandidatesForAutoMLJob."""
    return tuple(_parse_candidate(candidate, job_name) for candidate in found)


def _parse_candidate(found: AutoMLCandidateTypeDef, job_name: str) -> Candidate:
    objective = found.get("FinalAutoMLJobObjectiveMetric")
    metric = autopilot.name_metric(objective) if objective else None
    return Candidate(
        name=autopilot.label_candidate(found["CandidateName"], job_name),
        status=found["CandidateStatus"],
        metric=name_metric(metric or ""),
        value=objective["Value"] if objective else None,
    )
