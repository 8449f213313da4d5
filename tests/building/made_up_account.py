"""A made-up account for tests of the deployment, without a server."""

from contextlib import contextmanager

import boto3
from moto import mock_aws

from chalicelib.stages import Stage

ACCOUNT = "123456789012"
REGION = "eu-central-1"


def make_stage(name="dev", *, account=ACCOUNT, region=REGION):
    return Stage(name, account, region)


@contextmanager
def made_up_client(service, *, region=REGION):
    with mock_aws():
        yield boto3.client(service, region_name=region)


def summarize(outcome):
    """Say what happened as the deploy prints it, but for the name."""
    return (outcome.change, outcome.aspects)
