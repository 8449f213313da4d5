"""A deploy that dies anywhere is finished by the next."""

import boto3
import pytest
from moto import mock_aws

from deployment.apply import deploy
from deployment.errors import DeploymentError
from tests.building.made_up_account import make_stage
from tests.building.made_up_deployment import copy_small_project, make_deployment

# Every call of so many that changes something is one that a deploy may die at.
STEPS = range(0, 100, 20)


class Died(Exception):
    """The deploy is over before its time."""


class Saboteur:
    """Lets so many calls that change something pass, and none after."""

    def __init__(self, spared):
        self.spared = spared

    def __call__(self, model, **rest):
        if model.name.startswith(("Describe", "Get", "Head", "List", "Simulate")):
            return
        if self.spared == 0:
            raise Died(model.name)
        self.spared -= 1


@pytest.fixture
def project(tmp_path):
    return copy_small_project(tmp_path)


def deploy_and_listen(stage):
    said = []
    deploy(stage, said.append)
    return said


@pytest.mark.parametrize("spared", STEPS)
@pytest.mark.usefixtures("no_policies_on_buckets")
def test_deploy_that_died_is_finished_by_the_next(project, spared):
    with mock_aws():
        with pytest.raises(Died):
            deploy(
                make_deployment(project, listener=Saboteur(spared)), lambda line: None
            )

        finished = deploy_and_listen(make_deployment(project))
        again = deploy_and_listen(make_deployment(project))

    assert any(line.startswith(("created", "updated")) for line in finished)
    assert again[-1] == "nothing has changed"


@pytest.mark.usefixtures("no_policies_on_buckets")
def test_deaths_are_tried_up_to_the_last_call(project):
    saboteur = Saboteur(spared=10_000)
    with mock_aws():
        deploy(make_deployment(project, listener=saboteur), lambda line: None)

    changing = 10_000 - saboteur.spared
    assert STEPS[-1] < changing <= STEPS[-1] + STEPS.step


def take_keys(account):
    """Get keys of another account, which moto tells by them."""
    role = f"arn:aws:iam::{account}:role/deployer"
    taken = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="deploy")
    found = taken["Credentials"]
    return {
        "aws_access_key_id": found["AccessKeyId"],
        "aws_secret_access_key": found["SecretAccessKey"],
        "aws_session_token": found["SessionToken"],
    }


@pytest.mark.usefixtures("no_policies_on_buckets")
def test_two_accounts_live_side_by_side(project):
    other = make_stage("prod", account="210987654321")
    with mock_aws():
        keys = take_keys(other.account)
        deploy(make_deployment(project), lambda line: None)
        said = deploy_and_listen(make_deployment(project, stage=other, keys=keys))
        here = deploy_and_listen(make_deployment(project))
        there = deploy_and_listen(make_deployment(project, stage=other, keys=keys))
        moved = make_stage(account=other.account)
        with pytest.raises(DeploymentError, match="was deployed to account"):
            deploy(make_deployment(project, stage=moved, keys=keys), lambda line: None)

    assert f"created    bucket {other.bucket}" in said
    assert here[-1] == there[-1] == "nothing has changed"
