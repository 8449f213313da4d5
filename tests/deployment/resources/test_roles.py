"""Roles: least privilege put in place, and whatever was added to them taken away."""

import json

import pytest

from deployment.pipeline import Pipeline
from deployment.resources.roles import build_trust, review_role, review_role_removal
from tests.building.made_up_account import made_up_client, make_stage, summarize
from tests.building.paths import ROOT

STAGE = make_stage()
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"]}],
}
NAME = STAGE.resource("states")
OPEN_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    ],
}


@pytest.fixture
def iam():
    with made_up_client("iam") as client:
        yield client


def review(iam, *, policy=POLICY):
    return review_role(iam, STAGE, "states", policy=policy)


def make_foreign_policy(iam):
    made = iam.create_policy(PolicyName="foreign", PolicyDocument=json.dumps(POLICY))
    return made["Policy"]["Arn"]


def test_role_is_created_once(iam):
    assert review(iam).settle().change == "created"
    assert review(iam).settle().change == "unchanged"


def test_only_the_service_may_take_the_role_on(iam):
    review(iam).settle()

    role = iam.get_role(RoleName=NAME)["Role"]
    assert role["AssumeRolePolicyDocument"] == build_trust("states", STAGE)


def test_new_policy_replaces_the_old(iam):
    review(iam).settle()
    statement = {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": ["*"]}
    changed = {**POLICY, "Statement": [statement]}

    found = review(iam, policy=changed).settle()

    assert summarize(found) == ("updated", ("policy",))
    got = iam.get_role_policy(RoleName=NAME, PolicyName=NAME)
    assert got["PolicyDocument"] == changed


DRIFT = {
    "trust": lambda iam: iam.update_assume_role_policy(
        RoleName=NAME, PolicyDocument=json.dumps(OPEN_TRUST)
    ),
    "policy": lambda iam: iam.delete_role_policy(RoleName=NAME, PolicyName=NAME),
    "extra policy": lambda iam: iam.put_role_policy(
        RoleName=NAME, PolicyName="more", PolicyDocument=json.dumps(POLICY)
    ),
    "attached policy": lambda iam: iam.attach_role_policy(
        RoleName=NAME, PolicyArn=make_foreign_policy(iam)
    ),
    "tags": lambda iam: iam.untag_role(RoleName=NAME, TagKeys=["Stage"]),
}


@pytest.mark.parametrize("aspect", DRIFT)
def test_drift_is_named_and_put_back(iam, aspect):
    review(iam).settle()
    DRIFT[aspect](iam)

    found = review(iam).settle()

    assert summarize(found) == ("updated", (aspect,))
    assert review(iam).outcome.change == "unchanged"


@pytest.mark.parametrize("part", Pipeline(ROOT).parts)
def test_one_service_and_nobody_else_is_trusted(part):
    (statement,) = build_trust(part, STAGE)["Statement"]

    service = statement["Principal"]["Service"]
    assert statement["Principal"] == {"Service": service}
    assert service.split(".")[0] in {"lambda", "glue", "states", "sagemaker"}


# Of SageMaker it is not documented that it says for whom it acts when it trains.
@pytest.mark.parametrize(
    ("part", "operator"), [("states", "ArnLike"), ("sagemaker", "ArnLikeIfExists")]
)
def test_only_our_own_resources_may_use_the_role(part, operator):
    (statement,) = build_trust(part, STAGE)["Statement"]

    source = statement["Condition"][operator]["aws:SourceArn"]
    assert f":{STAGE.region}:{STAGE.account}:" in source


def test_role_is_removed_with_all_its_policies(iam):
    review(iam).settle()
    DRIFT["extra policy"](iam)
    DRIFT["attached policy"](iam)

    assert review_role_removal(iam, NAME).settle().change == "removed"
    assert review_role_removal(iam, NAME).settle().change == "absent"
