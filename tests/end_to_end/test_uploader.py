"""Somebody who may only upload: the upload runs, and all else is refused."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.building.documented_policies import read_documented
from tests.building.local_resources import make_archive
from tests.building.local_stage import STAGE, deploy_stage
from tests.building.made_up_account import make_stage
from tests.building.whole_run_uploads import make_table

TARGET = make_stage(STAGE, region="us-east-1")
BUCKET = TARGET.bucket
UPLOAD = make_archive({"TTS.csv": make_table("ab", months=36)})
POLICY = read_documented("uploader", TARGET)


@pytest.fixture(scope="module")
def stage():
    with deploy_stage() as deployed:
        yield deployed


@pytest.fixture(scope="module")
def session(stage):
    """The keys of a role that has the documented policy."""
    iam = stage.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName="uploader",
        AssumeRolePolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [trust]}
        ),
    )["Role"]
    iam.put_role_policy(
        RoleName="uploader", PolicyName="upload", PolicyDocument=json.dumps(POLICY)
    )
    keys = stage.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="jane")[
        "Credentials"
    ]

    def client(service):
        return boto3.client(
            service,
            endpoint_url=stage.endpoint_url,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )

    return client


def test_upload_runs_to_its_forecast(stage, session):
    made = session("s3").put_object(Bucket=BUCKET, Key="raw/a.zip", Body=UPLOAD)

    ended = stage.wait_for_run(made["VersionId"])

    assert ended["status"] == "SUCCEEDED"


def test_large_upload_goes_in_parts(session, tmp_path):
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(9 * 1024 * 1024))

    session("s3").upload_file(str(large), BUCKET, "raw/large.bin")


def with_s3(method, **arguments):
    return lambda client: getattr(client("s3"), method)(Bucket=BUCKET, **arguments)


def with_body(key):
    return with_s3("put_object", Key=key, Body=b"x")


REFUSED = {
    "list the bucket": with_s3("list_objects_v2"),
    "list the uploads": with_s3("list_objects_v2", Prefix="raw/"),
    "list the versions": with_s3("list_object_versions"),
    "read the own upload": with_s3("get_object", Key="raw/a.zip"),
    "look at the own upload": with_s3("head_object", Key="raw/a.zip"),
    "delete the own upload": with_s3("delete_object", Key="raw/a.zip"),
    "read a forecast": with_s3("get_object", Key="output-forecasted-data/a/b/c"),
    "read the settings": with_s3("get_object", Key="config/default.json"),
    "write the settings": with_body("config/default.json"),
    "write code": with_body("code/0123/preprocess.py"),
    "write a run's documents": with_body("runs/a/settings.json"),
    "write training data": with_body("input/a/train/train.csv"),
    "write a model": with_body("autopilot-output/a/model.tar.gz"),
    "write a forecast": with_body("output-forecasted-data/a/b/report.html"),
    "write beside the folder": with_body("raw2/a.zip"),
    "climb out of the folder": with_body("rawa"),
    "copy somebody's upload": with_s3(
        "copy_object", Key="raw/b.zip", CopySource=f"{BUCKET}/raw/a.zip"
    ),
    "tag an upload": with_s3(
        "put_object_tagging", Key="raw/a.zip", Tagging={"TagSet": []}
    ),
    "change the policy": with_s3("put_bucket_policy", Policy="{}"),
    "read the policy": with_s3("get_bucket_policy"),
    "turn versions off": with_s3(
        "put_bucket_versioning", VersioningConfiguration={"Status": "Suspended"}
    ),
    "delete the bucket": with_s3("delete_bucket"),
    "start a run": lambda client: client("stepfunctions").start_execution(
        stateMachineArn=TARGET.state_machine_arn
    ),
    "call the trigger": lambda client: client("lambda").invoke(
        FunctionName=TARGET.resource("on_upload")
    ),
    "start a job": lambda client: client("glue").start_job_run(
        JobName=TARGET.resource("preprocess")
    ),
    "train": lambda client: client("sagemaker").stop_auto_ml_job(AutoMLJobName="a"),
    "publish": lambda client: client("sns").publish(
        TopicArn=TARGET.arn("sns", TARGET.topic), Message="x"
    ),
    "become somebody": lambda client: client("sts").assume_role(
        RoleArn=TARGET.role_arn("states"), RoleSessionName="somebody"
    ),
    "give oneself more": lambda client: client("iam").put_role_policy(
        RoleName="uploader", PolicyName="more", PolicyDocument="{}"
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_uploader_may_not(session, what):
    with pytest.raises(ClientError) as caught:
        REFUSED[what](session)

    error = caught.value.response["Error"]
    assert error["Code"] in {"AccessDenied", "AccessDeniedException", "403"} or (
        error["Code"] == "AuthorizationError"
    )
