"""The network that the Glue jobs are to run in is looked at before it is used."""

from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws

from deployment.errors import DeploymentError
from deployment.options import Options
from deployment.resources.glue_security import review_connection
from tests.building.made_up_account import make_stage
from tests.building.networks import make_security_group

STAGE = make_stage()


@pytest.fixture
def ec2():
    with mock_aws():
        yield boto3.client("ec2", region_name=STAGE.region)


def review(ec2, *groups):
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    options = Options(subnet_ids=(subnet,), security_group_ids=groups)
    glue = boto3.client("glue", region_name=STAGE.region)
    return review_connection(SimpleNamespace(glue=glue, ec2=ec2), STAGE, options)


@pytest.mark.parametrize("rule", [("tcp", 0, 65535), ("-1", None, None)])
def test_group_that_admits_itself_is_taken(ec2, rule):
    group = make_security_group(ec2, rule)

    assert review(ec2, group).settle().change == "created"
    assert review(ec2, group).settle().change == "unchanged"


@pytest.mark.parametrize("rules", [[], [("tcp", 443, 443)], [("udp", 0, 65535)]])
def test_group_that_admits_too_little_is_refused(ec2, rules):
    group = make_security_group(ec2, *rules)

    with pytest.raises(DeploymentError, match=f"--source-group {group}"):
        review(ec2, group)


def test_one_group_that_admits_itself_is_enough(ec2):
    bare = make_security_group(ec2, name="bare")
    group = make_security_group(ec2, ("-1", None, None))

    assert review(ec2, bare, group).outcome.change == "created"


def test_missing_group_is_named(ec2):
    with pytest.raises(DeploymentError, match="no such security groups"):
        review(ec2, "sg-0123456789abcdef0")
