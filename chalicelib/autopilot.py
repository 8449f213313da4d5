"""SageMaker Autopilot: the request for a job, and what its description means."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from chalicelib.errors import AutopilotBusy, AutopilotFailed
from chalicelib.keys import (
    TRANSFORM_FOLDER,
    autopilot_prefix,
    build_uri,
    forecast_key,
    training_prefix,
    transform_prefix,
)
from chalicelib.runs import SCHEMA
from chalicelib.stages import APP_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mypy_boto3_sagemaker import SageMakerClient

    from chalicelib.environment import Security

# https://docs.aws.amazon.com/general/latest/gr/sagemaker.html
_JOBS_QUOTA = "L-CFC2D5B6"
UNFINISHED = ("InProgress", "Stopping")
# Why there is no model, where the service gives no reason.
_UNSAID = {
    "Stopped": "somebody or something stopped it before one was done",
    "Completed": "it tried candidates, and none can forecast",
}
_LABELS = {"me": "ensemble"}
_METRIC_CONSTANTS = {"AVERAGE_WEIGHTED_QUANTILE_LOSS": "AverageWeightedQuantileLoss"}


@dataclass(frozen=True)
class RunPlace:
    """Which run it is, and where: as its execution and its stage have it.

    Its ``settings.json`` names the same, but lies where jobs of other runs may write,
    and so has no say in what is read and written.
    """

    run_id: str
    dataset: str
    bucket: str
    stage: str


def build_autopilot_request(
    place: RunPlace, settings: Mapping[str, Any], *, role_arn: str, security: Security
) -> dict[str, Any]:
    """Build the CreateAutoMLJobV2 request of a run from its ``settings.json``."""
    run_id, bucket = place.run_id, place.bucket
    output = {"S3OutputPath": build_uri(bucket, autopilot_prefix(run_id))}
    if security.kms_key:
        output["KmsKeyId"] = security.kms_key
    return {
        "AutoMLJobName": run_id,
        "AutoMLJobInputDataConfig": [
            {
                "ChannelType": "training",
                "ContentType": "text/csv;header=present",
                "CompressionType": "None",
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": build_uri(bucket, training_prefix(run_id)),
                    }
                },
            }
        ],
        # Autopilot adds the job's name below it: seen, and not documented.
        "OutputDataConfig": output,
        "AutoMLProblemTypeConfig": {
            "TimeSeriesForecastingJobConfig": settings["TimeSeriesForecastingJobConfig"]
        },
        "AutoMLJobObjective": settings["AutoMLJobObjective"],
        "RoleArn": role_arn,
        "Tags": [
            {"Key": "Application", "Value": APP_NAME},
            {"Key": "Stage", "Value": place.stage},
        ],
        **_build_security(security),
    }


def build_transform(
    place: RunPlace, settings: Mapping[str, Any], *, security: Security
) -> dict[str, Any]:
    """Build what the BatchTransform state needs to know of a run."""
    output = forecast_key(place.dataset, place.run_id, TRANSFORM_FOLDER)
    resources = dict(settings["TransformResources"])
    if security.kms_key:
        resources["VolumeKmsKeyId"] = security.kms_key
    return {
        "input_uri": build_uri(place.bucket, transform_prefix(place.run_id)),
        "output_uri": build_uri(place.bucket, output),
        "resources": resources,
    }


def _build_security(security: Security) -> dict[str, Any]:
    config: dict[str, Any] = {}
    if security.kms_key:
        config["VolumeKmsKeyId"] = security.kms_key
    if security.subnet_ids:
        config["VpcConfig"] = {
            "SecurityGroupIds": list(security.security_group_ids),
            "Subnets": list(security.subnet_ids),
        }
    return {"SecurityConfig": config} if config else {}


def ensure_autopilot_job(
    sagemaker: SageMakerClient, request: Mapping[str, Any]
) -> None:
    """Create the job, or find that an earlier attempt at this run did.

    Raises
    ------
    AutopilotBusy
        When the account runs as many jobs as its quota allows.
    """
    try:
        sagemaker.create_auto_ml_job_v2(**request)
    except sagemaker.exceptions.ResourceLimitExceeded as error:
        said = error.response["Error"]["Message"]
        raise explain_busy(f"received: {said}") from error
    except sagemaker.exceptions.ResourceInUse:
        job = sagemaker.describe_auto_ml_job_v2(AutoMLJobName=request["AutoMLJobName"])
        # Job names are the account's: the one found may be somebody else's.
        if job["OutputDataConfig"]["S3OutputPath"] != _output_path(request):
            raise


def explain_busy(found: str) -> AutopilotBusy:
    """Build the error that says why there is no place for one more job.

    Parameters
    ----------
    found
        What tells that, such as the service's answer.
    """
    return AutopilotBusy(
        f"the account runs as many Autopilot jobs as it may ({found}); redrive the run "
        f"when others have ended, or ask Service Quotas for more of {_JOBS_QUOTA}"
    )


def is_unfinished(job: Mapping[str, Any]) -> bool:
    """Tell whether a described job is still at work."""
    return job["AutoMLJobStatus"] in UNFINISHED


def has_usable_model(job: Mapping[str, Any]) -> bool:
    """Tell whether the best candidate that a job names can become a model.

    A job that ran into its time limit may end ``Stopped`` and still have one; what
    was paid for is used.
    """
    return _is_usable(job.get("BestCandidate", {}))


def find_best_candidate(
    job: Mapping[str, Any], candidates: Iterable[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """Find the candidate to make a model of; None when no one can become one.

    It is the one that the job names. A job that ran into its time limit may name none,
    and still have finished some: then it is the one that scored best.
    """
    if has_usable_model(job):
        best: Mapping[str, Any] = job["BestCandidate"]
        return best
    usable = [candidate for candidate in candidates if _is_usable(candidate)]
    return min(usable, key=_rank, default=None)


def _is_usable(candidate: Mapping[str, Any]) -> bool:
    return candidate.get("CandidateStatus") == "Completed" and bool(
        candidate.get("InferenceContainers")
    )


def _rank(candidate: Mapping[str, Any]) -> float:
    """Give what is least for the best candidate, and most for one without a score.

    Every objective of a time series is the better the smaller, unless it says else.
    """
    objective = candidate.get("FinalAutoMLJobObjectiveMetric", {})
    value = float(objective.get("Value", math.nan))
    if math.isnan(value):
        return math.inf
    return -value if objective.get("Type") == "Maximize" else value


def explain_unusable(job: Mapping[str, Any]) -> AutopilotFailed:
    """Build the error that says why a finished job left no model."""
    partial = [p["PartialFailureMessage"] for p in job.get("PartialFailureReasons", [])]
    reasons = [r for r in (job.get("FailureReason"), *partial) if r]
    statuses = dict.fromkeys((job["AutoMLJobStatus"], job["AutoMLJobSecondaryStatus"]))
    said = "; ".join(reasons) or _UNSAID.get(job["AutoMLJobStatus"], "no reason given")
    return AutopilotFailed(
        f"Autopilot job {job['AutoMLJobName']!r} left no usable model "
        f"(found {', '.join(statuses)}: {said}); "
        "fix the problem and upload again, because the job's name is spent"
    )


def list_candidates(sagemaker: SageMakerClient, name: str) -> list[Mapping[str, Any]]:
    """List every candidate of a job."""
    pages = sagemaker.get_paginator("list_candidates_for_auto_ml_job")
    return [
        candidate
        for page in pages.paginate(AutoMLJobName=name)
        for candidate in page["Candidates"]
    ]


def build_candidates(
    job: Mapping[str, Any], candidates: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Build ``candidates.json``, which the report makes its leaderboard from."""
    best = find_best_candidate(job, candidates) or job.get("BestCandidate", {})
    return {
        "schema": SCHEMA,
        "run_id": job["AutoMLJobName"],
        "autopilot_job_name": job["AutoMLJobName"],
        "status": job["AutoMLJobStatus"],
        "secondary_status": job["AutoMLJobSecondaryStatus"],
        "objective": {"name": name_metric(job.get("AutoMLJobObjective", {}))},
        "best_candidate": best.get("CandidateName"),
        "best_candidate_named_by_job": has_usable_model(job),
        "warnings": list_warnings(job, candidates),
        "candidates": [
            _build_candidate(candidate, job["AutoMLJobName"])
            for candidate in candidates
        ],
    }


def was_cut(job: Mapping[str, Any]) -> bool:
    """Tell whether a described job ended at its time limit."""
    return bool(job["AutoMLJobSecondaryStatus"] == "MaxAutoMLJobRuntimeReached")


def list_warnings(
    job: Mapping[str, Any], candidates: Sequence[Mapping[str, Any]]
) -> list[str]:
    """List what people should know of a training that ended."""
    if not was_cut(job):
        return []
    done = sum(c["CandidateStatus"] == "Completed" for c in candidates)
    limit = find_time_limit(job)
    named = "its limit" if limit is None else f"your limit of {_spell_duration(limit)}"
    return [
        f"training was cut at {named}: {done} of {len(candidates)} candidates were done"
    ]


def _spell_duration(seconds: int) -> str:
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds % length == 0:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def name_metric(metric: Mapping[str, Any]) -> str | None:
    """Name a metric as the API does; candidates have the names of constants too."""
    name = metric.get("StandardMetricName") or metric.get("MetricName")
    return None if name is None else _METRIC_CONSTANTS.get(name, name)


def label_candidate(name: str, job_name: str) -> str:
    """Say a candidate's name without what all of its job have in common.

    Autopilot calls its ensemble ``<job>-trial-me-1``.
    """
    found = re.fullmatch(rf"{re.escape(job_name)}-(?:trial-)?(.+?)(?:-\d+)?", name)
    label = name if found is None else found[1]
    return _LABELS.get(label, label)


def find_autopilot_job(
    sagemaker: SageMakerClient, name: str
) -> Mapping[str, Any] | None:
    """Describe a job; None when there is none of that name."""
    try:
        return sagemaker.describe_auto_ml_job_v2(AutoMLJobName=name)
    except ClientError as error:
        # The second is what SageMaker says of a name that it has never seen.
        if error_code(error) in {"ResourceNotFound", "ValidationException"}:
            return None
        raise


def stop_autopilot_job(sagemaker: SageMakerClient, job: Mapping[str, Any]) -> bool:
    """Stop a described job that nobody waits for any more; tell whether it ran."""
    if job["AutoMLJobStatus"] != "InProgress":
        return False
    sagemaker.stop_auto_ml_job(AutoMLJobName=job["AutoMLJobName"])
    return True


def find_time_limit(job: Mapping[str, Any]) -> int | None:
    """Find the seconds that a described job may take; None where none are told."""
    config = job.get("AutoMLProblemTypeConfig", {})
    criteria = config.get("TimeSeriesForecastingJobConfig", {}).get(
        "CompletionCriteria", {}
    )
    limit: int | None = criteria.get("MaxAutoMLJobRuntimeInSeconds")
    return limit


def find_latest_end(job: Mapping[str, Any]) -> datetime | None:
    """Find when a described job ends at the latest; None where that is not told."""
    limit = find_time_limit(job)
    began: datetime | None = job.get("CreationTime")
    if limit is None or began is None:
        return None
    return began + timedelta(seconds=limit)


def _build_candidate(candidate: Mapping[str, Any], job_name: str) -> dict[str, Any]:
    properties = candidate.get("CandidateProperties", {})
    objective = candidate.get("FinalAutoMLJobObjectiveMetric", {})
    artifacts = properties.get("CandidateArtifactLocations", {})
    return {
        "name": candidate["CandidateName"],
        "label": label_candidate(candidate["CandidateName"], job_name),
        "status": candidate["CandidateStatus"],
        "failure_reason": candidate.get("FailureReason"),
        "objective": {
            "name": name_metric(objective),
            "value": objective.get("Value"),
        },
        "metrics": [
            {
                "name": name_metric(metric),
                "value": metric.get("Value"),
                "set": metric.get("Set"),
            }
            for metric in properties.get("CandidateMetrics", [])
        ],
        "backtest_results_uri": artifacts.get("BacktestResults"),
        "explainability_uri": artifacts.get("Explainability"),
        "created_at": _isoformat(candidate.get("CreationTime")),
        "ended_at": _isoformat(candidate.get("EndTime")),
    }


def _isoformat(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat()


def _output_path(request: Mapping[str, Any]) -> str:
    return str(request["OutputDataConfig"]["S3OutputPath"])
