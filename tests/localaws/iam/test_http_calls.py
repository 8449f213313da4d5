"""Requests are told apart by what they carry, as the services do."""

import boto3
import pytest
from botocore.config import Config

from localaws.iam.http_calls import read_call
from localaws.iam.requests import Request
from localaws.iam.signatures import read_signature

ENDPOINT = "http://127.0.0.1:1"


class Caught(Exception):
    """A request that was about to be sent."""


def catch(service, operation, **parameters):
    """Sign a request as boto3 does, and read it as the local AWS does."""
    client = boto3.client(
        service,
        region_name="eu-west-1",
        endpoint_url=ENDPOINT,
        aws_access_key_id="AKIA",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}),
    )

    def stop(request, **kwargs):
        raise Caught(request)

    client.meta.events.register("before-send", stop)
    with pytest.raises(Caught) as caught:
        getattr(client, operation)(**parameters)
    return read(caught.value.args[0])


def read(sent):
    headers = {
        name.lower(): value.decode() if isinstance(value, bytes) else value
        for name, value in sent.headers.items()
    }
    body = sent.body if isinstance(sent.body, bytes) else b""
    body = sent.body.encode() if isinstance(sent.body, str) else body
    request = Request(sent.method, sent.url.removeprefix(ENDPOINT), headers)
    signature = read_signature(request)
    assert (signature.access_key_id, signature.region) == ("AKIA", "eu-west-1")
    return read_call(request, signature, body, account="1234", partition="aws")


OBJECT = {"Bucket": "b", "Key": "raw/a.zip"}
CALLS = [
    ("s3", "get_object", OBJECT, "GetObject"),
    ("s3", "head_object", OBJECT, "HeadObject"),
    ("s3", "put_object", {**OBJECT, "Body": b"x"}, "PutObject"),
    ("s3", "delete_object", OBJECT, "DeleteObject"),
    ("s3", "create_multipart_upload", OBJECT, "CreateMultipartUpload"),
    ("s3", "list_objects_v2", {"Bucket": "b", "Prefix": "raw"}, "ListObjectsV2"),
    ("s3", "get_object_tagging", OBJECT, "Unknown"),
    ("s3", "get_bucket_policy", {"Bucket": "b"}, "Unknown"),
    ("s3", "copy_object", {**OBJECT, "CopySource": "b/k"}, "Unknown"),
    ("lambda", "invoke", {"FunctionName": "f"}, "Invoke"),
    ("lambda", "get_function", {"FunctionName": "f"}, "Unknown"),
    ("glue", "start_job_run", {"JobName": "j"}, "StartJobRun"),
    ("sns", "publish", {"TopicArn": "t", "Message": "m"}, "Publish"),
    (
        "sqs",
        "send_message",
        {"QueueUrl": "http://127.0.0.1:1/1/q", "MessageBody": "m"},
        "SendMessage",
    ),
    ("stepfunctions", "start_execution", {"stateMachineArn": "m"}, "StartExecution"),
    ("sts", "get_caller_identity", {}, "GetCallerIdentity"),
]


@pytest.mark.parametrize(("service", "method", "parameters", "operation"), CALLS)
def test_call_is_read_as_it_was_made(service, method, parameters, operation):
    call = catch(service, method, **parameters)

    assert call.operation == operation
    assert call.region == "eu-west-1"


def test_parameters_are_read_too():
    assert catch("s3", "get_object", **OBJECT, VersionId="v").parameters == {
        **OBJECT,
        "VersionId": "v",
    }
    assert (
        catch("sns", "publish", TopicArn="t", Message="m").parameters["TopicArn"] == "t"
    )
    assert catch("glue", "start_job_run", JobName="j").parameters == {"JobName": "j"}
    assert catch("lambda", "invoke", FunctionName="f").parameters["FunctionName"] == "f"
