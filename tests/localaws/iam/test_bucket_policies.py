import json

import pytest
from botocore.exceptions import ClientError

from localaws import serve
from localaws.iam.bucket_policies import keep_applicable
from tests.building.local_resources import client, make_bucket

DENY = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}


def only_if(**condition):
    return {"Version": "2012-10-17", "Statement": [{**DENY, "Condition": condition}]}


@pytest.mark.parametrize(
    ("condition", "applies"),
    [
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, False),
    ],
)
def test_statement_applies_when_its_condition_holds(condition, applies):
    kept = keep_applicable(only_if(**condition))["Statement"]

    assert kept == ([DENY] if applies else [])


def test_bucket_for_tls_only_can_be_used():
    with serve():
        bucket, s3 = make_bucket(), client("s3")
        tls_only = only_if(Bool={"aws:SecureTransport": "false"})
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(tls_only))

        s3.put_object(Bucket=bucket, Key="a", Body=b"1")

        assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"1"


def test_bucket_that_denies_all_is_closed():
    with serve():
        bucket, s3 = make_bucket(), client("s3")
        policy = {"Version": "2012-10-17", "Statement": DENY}
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))

        with pytest.raises(ClientError, match="403"):
            s3.put_object(Bucket=bucket, Key="a", Body=b"1")
