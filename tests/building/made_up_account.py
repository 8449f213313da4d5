"""A made-up account for tests of the deployment, without a server."""

from contextlib import contextmanager

import boto3
from moto import mock_aws

from deployment.target import Target

ACCOUNT = "123456789012"
REGION = "eu-central-1"


def make_target(*, stage="dev", account=ACCOUNT, region=REGION):
    return Target(stage, account, region)


@contextmanager
def made_up_client(service, *, region=REGION):
    with mock_aws():
        yield boto3.client(service, region_name=region)


def summarize(outcome):
    """Say what happened as the deploy prints it, but for the name."""
    return (outcome.change, outcome.aspects)
