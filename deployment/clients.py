"""The AWS clients that a deployment uses, made by ``deploy.py``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True)
class Clients:
    """One client per service, all of one account and region."""

    glue: GlueClient
    iam: IAMClient
    s3: S3Client
    sfn: SFNClient
