"""The AWS clients that a deployment uses."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

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

# Where endpoints have another name.
_PREFIXES = {
    "cloudwatch": "monitoring",
    "sagemaker": "api.sagemaker",
    "service-quotas": "servicequotas",
    "stepfunctions": "states",
}
# Used by some deployments alone, and their models are the largest.
SELDOM = frozenset({"ec2", "sagemaker"})


class Clients:
    """One client per service, all of one account and region.

    Each is made once: those that are seldom used when they are, as botocore reads
    megabytes for them.
    """

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

    def __init__(self, make: Callable[[str], Any]) -> None:
        """Make all clients but the seldom ones by the names of their services."""
        self._make = make
        self._lock = Lock()
        for name, service in SERVICES.items():
            if service not in SELDOM:
                setattr(self, name, make(service))

    def __getattr__(self, name: str) -> Any:
        """Make a client that has not been asked for before."""
        if name not in SERVICES:
            raise AttributeError(name)
        with self._lock:
            if name not in vars(self):
                setattr(self, name, self._make(SERVICES[name]))
        return vars(self)[name]


def find_prefix(service: str) -> str:
    """Find how a service is called where its endpoints are listed."""
    return _PREFIXES.get(service, service)
