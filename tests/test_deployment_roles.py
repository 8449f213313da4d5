"""Roles: least privilege put in place, and whatever was added to them taken away."""

import json

import pytest
from botocore.exceptions import ClientError

from deploying import made_up_client, make_target, summarize
from deployment.roles import build_trust, once_role_is_known, review_role

TARGET = make_target()
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"]}],
}
NAME = TARGET.name("states")
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
    return review_role(iam, TARGET, "states", policy=policy)


def make_foreign_policy(iam):
    made = iam.create_policy(PolicyName="foreign", PolicyDocument=json.dumps(POLICY))
    return made["Policy"]["Arn"]


def test_role_is_created_once(iam):
    assert review(iam).settle() == "created"
    assert review(iam).settle() == "unchanged"


def test_only_the_service_may_take_the_role_on(iam):
    review(iam).settle()

    role = iam.get_role(RoleName=NAME)["Role"]
    assert role["AssumeRolePolicyDocument"] == build_trust("states", TARGET)


def test_new_policy_replaces_the_old(iam):
    review(iam).settle()
    statement = {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": ["*"]}
    changed = {**POLICY, "Statement": [statement]}

    found = review(iam, policy=changed)
    found.settle()

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

    found = review(iam)
    found.settle()

    assert summarize(found) == ("updated", (aspect,))
    assert review(iam).change == "unchanged"


def make_error(code, message):
    return ClientError({"Error": {"Code": code, "Message": message}}, "CreateThing")


def fail_first(errors, pauses):
    """Make a call that fails with each of the errors before it succeeds."""
    left = list(errors)

    def call():
        if left:
            raise left.pop(0)
        return "made"

    return once_role_is_known(call, sleep=pauses.append)


UNKNOWN = [
    (
        "AccessDeniedException",
        "Neither the global service principal states.amazonaws.com, nor the regional "
        "one is authorized to assume the provided role.",
    ),
    ("InvalidInputException", "Role should be given assume role permissions for Glue."),
]


@pytest.mark.parametrize(("code", "message"), UNKNOWN)
def test_new_role_is_waited_for(code, message):
    pauses = []

    made = fail_first([make_error(code, message)] * 3, pauses)

    assert made == "made"
    assert len(pauses) == 3


def test_role_that_stays_unknown_is_an_error():
    pauses = []
    errors = [make_error(*UNKNOWN[0])] * 100

    with pytest.raises(ClientError, match="authorized to assume"):
        fail_first(errors, pauses)

    assert 30 <= len(pauses) * 5 <= 120


def test_other_errors_are_not_waited_out():
    pauses = []

    with pytest.raises(ClientError, match="bad definition"):
        fail_first([make_error("InvalidDefinition", "bad definition")], pauses)

    assert pauses == []
