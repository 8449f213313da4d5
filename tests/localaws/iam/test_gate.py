"""Roles get as far as their policies let them, and hear of it as AWS says it."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from localaws.server import serve

BUCKET = "a-bucket"
OBJECT = {"Bucket": BUCKET, "Key": "runs/a b.json"}
MISSING = {"Bucket": BUCKET, "Key": "runs/none.json"}
READ = {
    "Effect": "Allow",
    "Action": ["s3:GetObject"],
    "Resource": [f"arn:aws:s3:::{BUCKET}/runs/*"],
}
LIST = {
    "Effect": "Allow",
    "Action": ["s3:ListBucket"],
    "Resource": [f"arn:aws:s3:::{BUCKET}"],
}


@pytest.fixture(scope="module")
def server():
    with serve() as running:
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(**OBJECT, Body=b"{}")
        yield running


def make_role(name, *statements):
    """Make a role and return a session that has it."""
    iam = boto3.client("iam")
    trust = {"Version": "2012-10-17", "Statement": []}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    put_policy(name, *statements)
    taken = boto3.client("sts").assume_role(
        RoleArn=role["Role"]["Arn"], RoleSessionName="session"
    )["Credentials"]
    return boto3.Session(
        aws_access_key_id=taken["AccessKeyId"],
        aws_secret_access_key=taken["SecretAccessKey"],
        aws_session_token=taken["SessionToken"],
        region_name="us-east-1",
    )


def put_policy(role, *statements):
    anything = {"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [anything, *statements]}
    boto3.client("iam").put_role_policy(
        RoleName=role, PolicyName="own", PolicyDocument=json.dumps(document)
    )


def find_error(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]


@pytest.mark.usefixtures("server")
def test_role_may_what_its_policy_allows():
    s3 = make_role("reader", READ).client("s3")

    assert s3.get_object(**OBJECT)["Body"].read() == b"{}"


@pytest.mark.usefixtures("server")
def test_owner_may_do_everything():
    assert boto3.client("s3").list_buckets()["Buckets"]


@pytest.mark.usefixtures("server")
def test_taking_a_permission_away_works_at_once():
    s3 = make_role("loser", READ).client("s3")
    s3.get_object(**OBJECT)

    put_policy("loser")

    assert find_error(s3.get_object, **OBJECT)["Code"] == "AccessDenied"


@pytest.mark.usefixtures("server")
def test_what_is_missing_looks_forbidden_without_listing():
    blind, seeing = (
        make_role(name, *statements).client("s3")
        for name, *statements in (("blind", READ), ("seeing", READ, LIST))
    )

    assert find_error(blind.get_object, **MISSING)["Code"] == "AccessDenied"
    assert find_error(seeing.get_object, **MISSING)["Code"] == "NoSuchKey"


REFUSALS = [
    ("s3", "put_object", {**OBJECT, "Body": b""}, "AccessDenied", "s3:PutObject"),
    (
        "glue",
        "start_job_run",
        {"JobName": "j"},
        "AccessDeniedException",
        "glue:StartJobRun",
    ),
    (
        "lambda",
        "invoke",
        {"FunctionName": "f"},
        "AccessDeniedException",
        "lambda:InvokeFunction",
    ),
    (
        "sns",
        "publish",
        {"TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": "m"},
        "AuthorizationError",
        "sns:Publish",
    ),
    (
        "stepfunctions",
        "list_state_machines",
        {},
        "AccessDeniedException",
        "states:ListStateMachines",
    ),
]


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(("service", "method", "given", "code", "action"), REFUSALS)
def test_refusal_is_spelt_as_the_service_does(service, method, given, code, action):
    client = make_role(f"nobody-{service}").client(service)

    error = find_error(getattr(client, method), **given)

    assert error["Code"] == code
    assert f"not authorized to perform: {action} on resource: " in error["Message"]


@pytest.mark.usefixtures("server")
def test_deleted_role_may_nothing():
    s3 = make_role("deleted", READ).client("s3")
    iam = boto3.client("iam")
    iam.delete_role_policy(RoleName="deleted", PolicyName="own")
    iam.delete_role(RoleName="deleted")

    assert find_error(s3.get_object, **OBJECT)["Code"] == "AccessDenied"


@pytest.mark.usefixtures("server")
def test_attached_policies_count_too():
    s3 = make_role("attached").client("s3")
    iam = boto3.client("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": [READ]})
    made = iam.create_policy(PolicyName="read", PolicyDocument=document)
    iam.attach_role_policy(RoleName="attached", PolicyArn=made["Policy"]["Arn"])

    assert s3.get_object(**OBJECT)["Body"].read() == b"{}"


def test_witness_sees_the_calls_of_roles(server):
    seen = []
    s3 = make_role("watched", READ).client("s3")

    with server.gate.watch(seen.append):
        s3.get_object(**OBJECT)
        boto3.client("s3").list_buckets()

    assert [(asked.role, asked.call.operation) for asked in seen] == [
        ("watched", "GetObject")
    ]
