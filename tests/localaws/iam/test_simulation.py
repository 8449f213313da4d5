"""IAM's simulation says of a role what the gate would."""

import json

import pytest

from localaws import serve
from tests.building.local_resources import client, make_role

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject"],
            "Resource": ["arn:aws:s3:::mine/*"],
            "Condition": {"StringEquals": {"aws:ResourceAccount": "123456789012"}},
        }
    ],
}


@pytest.fixture(scope="module")
def role():
    with serve():
        arn = make_role("lambda")
        iam, name = client("iam"), arn.rsplit("/", 1)[1]
        (policy,) = iam.list_role_policies(RoleName=name)["PolicyNames"]
        iam.put_role_policy(
            RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(POLICY)
        )
        yield arn


def simulate(role, action, resource, account="123456789012"):
    (result,) = client("iam").simulate_principal_policy(
        PolicySourceArn=role,
        ActionNames=[action],
        ResourceArns=[resource],
        ContextEntries=[
            {
                "ContextKeyName": "aws:ResourceAccount",
                "ContextKeyValues": [account],
                "ContextKeyType": "string",
            }
        ],
    )["EvaluationResults"]
    return result["EvalDecision"]


def test_policy_decides_by_action_resource_and_context(role):
    assert simulate(role, "s3:GetObject", "arn:aws:s3:::mine/a") == "allowed"
    assert simulate(role, "s3:GetObject", "arn:aws:s3:::other/a") == "implicitDeny"
    assert simulate(role, "s3:PutObject", "arn:aws:s3:::mine/a") == "implicitDeny"
    elsewhere = simulate(role, "s3:GetObject", "arn:aws:s3:::mine/a", "999999999999")
    assert elsewhere == "implicitDeny"


def test_missing_role_is_told(role):
    iam = client("iam")

    with pytest.raises(iam.exceptions.NoSuchEntityException):
        simulate(f"{role}-other", "s3:GetObject", "arn:aws:s3:::mine/a")
