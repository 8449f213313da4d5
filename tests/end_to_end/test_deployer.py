"""Somebody who is no administrator deploys, repeats, plans and destroys a stage.

Every call of the deploy script and of its Chalice is held against the documented policy
before it is sent, and refused where that does not allow it.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from demo.workspace import copy_project
from deployment.resources.policies import PolicyTemplates
from localaws.host.isolation import isolate
from localaws.iam.authorize import Need, is_allowed
from localaws.server import serve
from tests.building.documented_policies import read_documented
from tests.building.local_resources import make_archive
from tests.building.made_up_account import make_stage
from tests.building.networks import make_security_group
from tests.building.paths import ROOT
from tests.building.wheelhouse import give_wheelhouse
from tests.building.whole_run_uploads import make_table

STAGE = make_stage("mine", region="us-east-1")
OTHER = make_stage("other", region="us-east-1")
# A managed policy has no room for all of it.
PARTS = [read_documented(name, STAGE) for name in ("deployer", "deployer-catalog")]
POLICY = {
    "Version": "2012-10-17",
    "Statement": [one for part in PARTS for one in part["Statement"]],
}
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab"
IAM = "arn:aws:iam::123456789012"
# What is needed only when somebody changed something by hand, or trains just now, or
# chose instances whose quota has no code that is known.
FOR_REPAIRS = {
    "glue:UpdateConnection",
    "glue:UpdateTable",
    "iam:DetachRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "lambda:UntagResource",
    "sagemaker:DeleteModel",
    "sagemaker:DescribeModel",
    "sagemaker:StopAutoMLJob",
    "servicequotas:GetAWSDefaultServiceQuota",
    "servicequotas:ListServiceQuotas",
    "states:StopExecution",
}


@dataclass(frozen=True)
class Deployer:
    """Whoever has a policy, at the project's copy."""

    project: Path
    environ: dict[str, str]
    calls: Path

    def run(self, *arguments, policy=POLICY, stage=STAGE):
        return subprocess.run(
            [sys.executable, "deploy.py", "--stage", stage.name, *arguments],
            cwd=self.project,
            env={**self.environ, "JUDGED_POLICY": json.dumps(policy)},
            capture_output=True,
            text=True,
            check=False,
        )

    def list_needs(self):
        lines = self.calls.read_text().splitlines()
        return [Need(*json.loads(line)) for line in lines]

    def client(self, service):
        return boto3.client(
            service,
            endpoint_url=self.environ["AWS_ENDPOINT_URL"],
            region_name=STAGE.region,
        )


@pytest.fixture(scope="module")
def deployer(tmp_path_factory):
    calls = tmp_path_factory.mktemp("calls") / "calls.txt"
    with serve() as server, copy_project() as project:
        environ = {
            **isolate(os.environ),
            **server.environ,
            **give_wheelhouse(project, tmp_path_factory.mktemp("wheels")),
            "PYTHONPATH": str(ROOT / "tests" / "building" / "judged"),
            "JUDGED_CALLS": str(calls),
        }
        yield Deployer(project, environ, calls)


@pytest.fixture(scope="module")
def done(deployer):
    """A stage from its first plan to its end; what each command said."""
    ec2 = deployer.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    group = make_security_group(ec2, ("-1", None, None))
    network = ["--subnet-ids", subnet, "--security-group-ids", group]
    done = {
        "plan": deployer.run("--plan"),
        "deploy": deployer.run(),
        "again": deployer.run(),
        "options": deployer.run("--kms-key", KEY, *network, "--notify", "a@b.org"),
        "plain": deployer.run(
            *("--kms-key", "none", "--subnet-ids", "none"),
            *("--security-group-ids", "none"),
        ),
    }
    table = make_archive({"TTS.csv": make_table("a", months=12)})
    s3 = deployer.client("s3")
    s3.put_object(Bucket=STAGE.bucket, Key="config/a.json", Body=table)
    done["destroy"] = deployer.run("--destroy", "--yes")
    done["data"] = deployer.run("--destroy", "--delete-data", "--confirm", STAGE.name)
    return done


COMMANDS = ["plan", "deploy", "again", "options", "plain", "destroy", "data"]


@pytest.mark.parametrize("command", COMMANDS)
def test_policy_is_enough(done, command):
    assert done[command].returncode == 0, done[command].stderr


def test_stage_was_made_and_is_gone(done, deployer):
    assert "created    state machine" in done["deploy"].stdout
    assert "nothing has changed" in done["again"].stdout.splitlines()
    assert f"removed    bucket {STAGE.bucket}" in done["data"].stdout
    assert deployer.client("s3").list_buckets()["Buckets"] == []


def list_actions():
    return sorted({one for each in POLICY["Statement"] for one in each["Action"]})


@pytest.mark.usefixtures("done")
@pytest.mark.parametrize("action", list_actions())
def test_action_is_used_or_for_repairs(deployer, action):
    used = {need.action for need in deployer.list_needs()}

    assert (action in used) != (action in FOR_REPAIRS)


@pytest.mark.usefixtures("done")
@pytest.mark.parametrize("missing", ["iam:CreateRole", "s3:CreateBucket"])
def test_deploy_without_an_action_is_refused(deployer, missing):
    statements = [
        {**each, "Action": [one for one in each["Action"] if one != missing]}
        for each in POLICY["Statement"]
    ]
    refused = deployer.run(policy={**POLICY, "Statement": statements})

    assert refused.returncode == 1
    assert f"not authorized to perform: {missing}" in refused.stderr
    deployer.run("--destroy", "--yes")


@pytest.mark.usefixtures("done")
def test_deployer_of_one_stage_deploys_no_other(deployer):
    refused = deployer.run(stage=OTHER)

    assert refused.returncode == 1
    assert "is not this account's to use" in refused.stderr


def in_bucket(action, key, stage=STAGE, account="123456789012"):
    resource = f"arn:aws:s3:::{stage.bucket}{key}"
    return Need(action, resource, {"aws:ResourceAccount": account})


def passing(role, service):
    context = {"iam:PassedToService": f"{service}.amazonaws.com"}
    return Need("iam:PassRole", role, context)


REFUSED = {
    "a user": Need("iam:CreateUser", f"{IAM}:user/mallory"),
    "an access key": Need("iam:CreateAccessKey", f"{IAM}:user/admin"),
    "an administrator": Need("iam:AttachRolePolicy", STAGE.role_arn("states")),
    "a policy for a user": Need("iam:PutUserPolicy", f"{IAM}:user/mallory"),
    "a policy of the account": Need("iam:CreatePolicy", f"{IAM}:policy/all"),
    "another role": Need("iam:PutRolePolicy", f"{IAM}:role/admin"),
    "another role's trust": Need("iam:UpdateAssumeRolePolicy", f"{IAM}:role/admin"),
    "another stage's role": Need("iam:PutRolePolicy", OTHER.role_arn("states")),
    "taking on a role": Need("sts:AssumeRole", STAGE.role_arn("states")),
    "passing another role": passing(f"{IAM}:role/admin", "lambda"),
    "passing on to a machine": passing(STAGE.role_arn("states"), "ec2"),
    "passing on to SageMaker": passing(STAGE.role_arn("sagemaker"), "sagemaker"),
    "people's uploads": in_bucket("s3:GetObject", "/raw/data.zip"),
    "people's old uploads": in_bucket("s3:GetObjectVersion", "/raw/data.zip"),
    "people's forecasts": in_bucket("s3:GetObject", "/output-forecasted-data/a/b/c"),
    "an upload": in_bucket("s3:PutObject", "/raw/data.zip"),
    "settings": in_bucket("s3:PutObject", "/config/default.json"),
    "another stage's code": in_bucket("s3:PutObject", "/code/a", OTHER),
    "another stage's bucket": in_bucket("s3:DeleteBucket", "", OTHER),
    "a stranger's bucket": in_bucket("s3:PutObject", "/code/a", account="999999999999"),
    "another function": Need(
        "lambda:UpdateFunctionCode", STAGE.arn("lambda", "function:payments")
    ),
    "calling a function": Need(
        "lambda:InvokeFunction", STAGE.function_arn("on_upload")
    ),
    "starting a run": Need("states:StartExecution", STAGE.state_machine_arn),
    "another stage's machine": Need(
        "states:DeleteStateMachine", OTHER.state_machine_arn
    ),
    "another topic": Need("sns:DeleteTopic", STAGE.arn("sns", "payments")),
    "other log groups": Need(
        "logs:DeleteLogGroup", STAGE.arn("logs", "log-group:/aws/lambda/payments")
    ),
    "reading logs": Need(
        "logs:FilterLogEvents",
        STAGE.arn("logs", f"log-group:/aws/lambda/{STAGE.resource('on_upload')}"),
    ),
    "another job": Need("glue:UpdateJob", STAGE.arn("glue", "job/payments")),
    "an endpoint": Need(
        "sagemaker:CreateEndpoint", STAGE.arn("sagemaker", "endpoint/x")
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_deployer_may_not_have(what):
    assert not is_allowed(REFUSED[what], [POLICY])


def test_policy_fits_into_one():
    # IAM counts a managed policy without its blanks.
    longest = make_stage("abcdefghi", region="us-gov-west-1")
    packed = json.dumps(read_documented("deployer", longest), separators=(",", ":"))

    assert len(packed) <= 6144


def test_policy_manages_each_part_that_there_is():
    roles = {STAGE.role_arn(part) for part in PolicyTemplates(ROOT).pipeline.parts}

    assert all(is_allowed(Need("iam:CreateRole", role), [POLICY]) for role in roles)
