"""The SageMaker models that runs of a stage made: one a run, kept until destroyed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from deployment.review import review_removal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_sagemaker import SageMakerClient

    from chalicelib.stages import Stage
    from deployment.review import Review

# The name of a run, and what the state machine adds to it.
_MODEL_NAME = re.compile(r"(.+-)?\d{12}-[0-9a-f]{8}(-[a-z0-9-]+)?-[0-9a-f]{8}")


def review_models_removal(sagemaker: SageMakerClient, stage: Stage) -> Iterator[Review]:
    """Review the models of a stage, which should not be there any more.

    Their names do not tell the stage; the role that they run with does.
    """
    role = stage.role_arn("sagemaker")
    for page in sagemaker.get_paginator("list_models").paginate():
        for model in page["Models"]:
            name = model["ModelName"]
            if _MODEL_NAME.fullmatch(name) and _find_role(sagemaker, name) == role:
                yield review_removal(
                    "model", name, exists=True, remove=_delete(sagemaker, name)
                )


def _find_role(sagemaker: SageMakerClient, name: str) -> str | None:
    try:
        return sagemaker.describe_model(ModelName=name).get("ExecutionRoleArn")
    except ClientError as error:
        # SageMaker's word for a model that was deleted since it was listed.
        if error_code(error) == "ValidationException":
            return None
        raise


def _delete(sagemaker: SageMakerClient, name: str) -> Callable[[], object]:
    return lambda: sagemaker.delete_model(ModelName=name)
