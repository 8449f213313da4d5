"""The AWS clients that a deployment uses, made by ``deploy.py``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

# The name of each service to boto3, by the name that it has here.
SERVICES = {
    "cloudwatch": "cloudwatch",
    "ec2": "ec2",
    "events": "events",
    "functions": "lambda",
    "glue": "glue",
    "iam": "iam",
    "logs": "logs",
    "quotas": "service-quotas",
    "s3": "s3",
    "sagemaker": "sagemaker",
    "sfn": "stepfunctions",
    "sns": "sns",
    "sqs": "sqs",
}


@dataclass(frozen=True)
class Clients:
    """One client per service, all of one account and region."""

    cloudwatch: CloudWatchClient
    ec2: EC2Client
    events: EventBridgeClient
    functions: LambdaClient
    glue: GlueClient
    iam: IAMClient
    logs: CloudWatchLogsClient
    quotas: Any  # no types of it are among the locked ones
    s3: S3Client
    sagemaker: SageMakerClient
    sfn: SFNClient
    sns: SNSClient
    sqs: SQSClient
