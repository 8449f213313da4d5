"""Only who deploys may write what Glue will run."""

import pytest

from deployment.errors import DeploymentError
from deployment.options import Options, change_options, read_options
from deployment.resources.bucket_aspects import build_bucket_policy
from deployment.resources.code_writers import list_writers
from localaws.iam.authorize import matches
from tests.building.made_up_account import ACCOUNT, make_stage

STAGE = make_stage()
IAM, STS = f"arn:aws:iam::{ACCOUNT}", f"arn:aws:sts::{ACCOUNT}"
KEY = f"arn:aws:s3:::{STAGE.bucket}/code/0123/preprocess.py"


def is_denied(caller, principal, *, action="s3:PutObject", resource=KEY, others=()):
    """Judge a request over TLS by the bucket's policy, as IAM does."""
    policy = build_bucket_policy(STAGE, list_writers(caller, others))
    for statement in policy["Statement"]:
        patterns = statement["Condition"].get("ArnNotLike", {}).get("aws:PrincipalArn")
        touches = action in statement["Action"] and any(
            matches(pattern, resource) for pattern in statement["Resource"]
        )
        if patterns and touches:
            # A negated condition holds where there is no value.
            return principal is None or not any(
                matches(pattern, principal) for pattern in patterns
            )
    return False


CI = f"{STS}:assumed-role/ci/run-7"
SSO = f"{STS}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane@example.org"
JANE = f"{IAM}:user/people/jane"
STRANGERS = {
    "a user": (JANE, f"{IAM}:user/mallory"),
    "a user of that name elsewhere": (JANE, f"{IAM}:user/jane"),
    "a user whose name begins so": (JANE, f"{IAM}:user/people/jane2"),
    "a role for a user": (JANE, f"{IAM}:role/people/jane"),
    "nobody": (JANE, None),
    "the root user of another account": (JANE, "arn:aws:iam::999999999999:root"),
    "a user of another account": (JANE, "arn:aws:iam::999999999999:user/people/jane"),
    "a role of another account": (CI, "arn:aws:iam::999999999999:role/ci"),
    "a role whose name begins so": (CI, f"{IAM}:role/ci-other"),
    "a role whose name ends so": (CI, f"{IAM}:role/not-ci"),
    "a path named so": (CI, f"{IAM}:role/ci/other"),
    "a user named as the role": (CI, f"{IAM}:user/ci"),
    "the job itself": (CI, STAGE.role_arn("glue-preprocess")),
    "SageMaker's role": (CI, STAGE.role_arn("sagemaker")),
    "a session named as the role": (CI, f"{IAM}:role/other/run-7"),
    "another permission set": (
        SSO,
        f"{IAM}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Other_0123456789abcdef",
    ),
}
ACTIONS = ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"]


@pytest.mark.parametrize("stranger", STRANGERS)
def test_stranger_writes_no_code(stranger):
    caller, principal = STRANGERS[stranger]

    assert all(is_denied(caller, principal, action=action) for action in ACTIONS)


DEPLOYERS = {
    "user": (JANE, JANE),
    "root user": (f"{IAM}:root", f"{IAM}:root"),
    "role": (CI, f"{IAM}:role/ci"),
    "role with a path": (CI, f"{IAM}:role/build/ci"),
    "permission set": (
        SSO,
        f"{IAM}:role/aws-reserved/sso.amazonaws.com/eu-west-1/"
        "AWSReservedSSO_Admin_0123456789abcdef",
    ),
    "federated user": (f"{STS}:federated-user/jo", f"{STS}:federated-user/jo"),
}


@pytest.mark.parametrize("deployer", DEPLOYERS)
def test_deployer_is_not_locked_out(deployer):
    caller, principal = DEPLOYERS[deployer]

    assert not any(is_denied(caller, principal, action=action) for action in ACTIONS)


EVERYBODY = ["*", "arn:aws:iam::*:role/ci", f"{IAM}:role/*", f"{IAM}:root", f"{STS}:x"]
EVERYBODY += [f"{IAM}:role/ci\n*", f"{IAM}:user/", f"{IAM}:role/c?", "AIDAEXAMPLE"]


def say(arn):
    nothing = dict.fromkeys(("kms_key", "subnet_ids", "security_group_ids", "notify"))
    return change_options(Options(), **nothing, deployers=[arn])


# How an ARN gets among the deployers: the command line, or a file that was edited.
ROADS = {
    "said": say,
    "remembered": lambda arn: read_options({"deployers": [arn]}),
    "as a text": lambda arn: read_options({"deployers": arn}),
}


@pytest.mark.parametrize("arn", EVERYBODY, ids=ascii)
@pytest.mark.parametrize("road", ROADS)
def test_nobody_is_let_in_by_a_pattern(road, arn):
    with pytest.raises(DeploymentError, match="--deployer"):
        ROADS[road](arn)


def test_named_deployer_writes_too():
    assert not is_denied(CI, JANE, others=[JANE])


@pytest.mark.parametrize("key", ["raw/data.zip", "config/default.json", "codes/a"])
def test_rest_of_the_bucket_is_not_concerned(key):
    resource = f"arn:aws:s3:::{STAGE.bucket}/{key}"

    assert not is_denied(CI, JANE, resource=resource)


def test_policy_itself_can_be_put_right_by_others():
    bucket = f"arn:aws:s3:::{STAGE.bucket}"

    assert not is_denied(CI, JANE, action="s3:PutBucketPolicy", resource=bucket)
