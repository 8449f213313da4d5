"""Have a run's model forecast once more, on other input, and wait for it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code, error_message
from chalicelib.stages import Stage
from client.errors import CommandError, WrongStateError

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

_PAUSE_SECONDS, _LOCAL_PAUSE_SECONDS = 15.0, 0.5
_MOST_ATTEMPTS = 9
_UNDER_WAY = {"InProgress", "Stopping"}
# As the state BatchTransform sends: whole files, each with an hour's time.
_AS_IN_RUNS: Mapping[str, Any] = {
    "MaxPayloadInMB": 0,
    "ModelClientConfig": {
        "InvocationsTimeoutInSeconds": 3600,
        "InvocationsMaxRetries": 1,
    },
}


class TransformError(CommandError):
    """The model did not forecast."""


@dataclass(frozen=True)
class Job:
    """What a transform is to read and write, and on which machines."""

    name: str
    model: str
    input_uri: str
    output_uri: str
    resources: Mapping[str, Any]


def find_model(sagemaker: SageMakerClient, run_id: str) -> str:
    """Find the model that a run has forecast with.

    Raises
    ------
    WrongStateError
        When it is gone.
    """
    pages = sagemaker.get_paginator("list_models").paginate(
        NameContains=run_id, SortBy="CreationTime", SortOrder="Descending"
    )
    named = re.compile(rf"{re.escape(run_id)}-[0-9a-f]{{8}}")
    for page in pages:
        for model in page["Models"]:
            if named.fullmatch(model["ModelName"]):
                return model["ModelName"]
    raise WrongStateError(
        f"the model that run {run_id!r} has forecast with is gone (found none in "
        "SageMaker); upload the data again, and ask the new run"
    )


class Transforms:
    """Starts and awaits transforms of one stage."""

    def __init__(
        self,
        sagemaker: SageMakerClient,
        stage: Stage,
        *,
        is_local: bool,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._sagemaker = sagemaker
        self._stage = stage
        self._pause = _LOCAL_PAUSE_SECONDS if is_local else _PAUSE_SECONDS
        self._sleep = sleep

    def name_job(self, name: str) -> tuple[str, bool]:
        """Name the job that does it; names of those that failed are spent.

        Returns
        -------
        The name, and whether there is such a job already.
        """
        for attempt in range(1, _MOST_ATTEMPTS + 1):
            tried = name if attempt == 1 else f"{name}-{attempt}"
            status = self._find(tried)
            if status in {None, "Completed", *_UNDER_WAY}:
                return tried, status is not None
        raise TransformError(
            f"transform {name!r} has failed {_MOST_ATTEMPTS} times; look at its last "
            "log, and ask for something else"
        )

    def wait(self, name: str) -> None:
        """Wait until a job is done.

        Raises
        ------
        TransformError
            When it fails.
        """
        while (status := self._find(name)) is None or status in _UNDER_WAY:
            self._sleep(self._pause)
        if status != "Completed":
            raise TransformError(self._explain(name))

    def start(self, job: Job) -> None:
        """Start a job, once: the same name means the same work."""
        request: dict[str, Any] = {
            "TransformJobName": job.name,
            "ModelName": job.model,
            **_AS_IN_RUNS,
            "TransformInput": {
                "ContentType": "text/csv",
                "SplitType": "None",
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": job.input_uri,
                    }
                },
            },
            "TransformOutput": {
                "AssembleWith": "Line",
                "S3OutputPath": job.output_uri,
            },
            "TransformResources": dict(job.resources),
            "Tags": [
                {"Key": key, "Value": value} for key, value in self._stage.tags.items()
            ],
        }
        try:
            self._sagemaker.create_transform_job(**request)
        except ClientError as error:
            # The same command runs elsewhere, or the answer was lost.
            if error_code(error) != "ResourceInUse":
                raise

    def _find(self, name: str) -> str | None:
        try:
            found = self._sagemaker.describe_transform_job(TransformJobName=name)
        except ClientError as error:
            # SageMaker's own words for a job that there is not.
            if error_code(error) == "ValidationException" or _is_missing(error):
                return None
            raise
        return found["TransformJobStatus"]

    def _explain(self, name: str) -> str:
        found = self._sagemaker.describe_transform_job(TransformJobName=name)
        reason = found.get("FailureReason") or "it says no reason"
        return (
            f"transform {name!r} ended as {found['TransformJobStatus']} ({reason}); "
            "put that right, and try again"
        )


def _is_missing(error: ClientError) -> bool:
    return "could not find" in error_message(error).lower()
