import json
import time

import pytest

from localaws import serve
from tests.building.local_resources import (
    client,
    let_in,
    make_bucket,
    make_function,
    name,
    read_function_log,
    wait_for,
)

SHOW = "import json\ndef handler(event, context):\n    print(json.dumps(event))\n"


@pytest.fixture(scope="module", autouse=True)
def local():
    with serve() as local:
        yield local


def watch(bucket, *, source=SHOW, rules=(), let=True):
    """Let a function hear of a bucket; return the function."""
    function = make_function(source)
    if let:
        let_in(function, "s3")
    configuration = {"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}
    if rules:
        named = [{"Name": rule, "Value": value} for rule, value in rules]
        configuration["Filter"] = {"Key": {"FilterRules": named}}
    client("s3").put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={"LambdaFunctionConfigurations": [configuration]},
    )
    return function


def read_records(function):
    return [
        json.loads(line)["Records"][0]
        for line in read_function_log(function)
        if line.startswith('{"Records"')
    ]


def wait_for_records(function, count):
    return wait_for(
        lambda: found if len(found := read_records(function)) >= count else None
    )


def test_record_is_complete():
    bucket = make_bucket()
    s3 = client("s3")
    s3.put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    function = watch(bucket)

    put = s3.put_object(Bucket=bucket, Key="raw/Größe 1+2.zip", Body=b"abc")

    (record,) = wait_for_records(function, 1)
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["eventTime"].endswith("Z")
    assert record["s3"]["bucket"]["name"] == bucket
    assert record["s3"]["object"].pop("sequencer").isalnum()
    assert record["s3"]["object"] == {
        "key": "raw/Gr%C3%B6%C3%9Fe+1%2B2.zip",
        "size": 3,
        "eTag": put["ETag"].strip('"'),
        "versionId": put["VersionId"],
    }


def test_unversioned_bucket_gives_no_version():
    bucket = make_bucket()
    function = watch(bucket)

    client("s3").put_object(Bucket=bucket, Key="a", Body=b"")

    (record,) = wait_for_records(function, 1)
    assert "versionId" not in record["s3"]["object"]


def test_sequencers_of_a_key_rise():
    bucket = make_bucket()
    function = watch(bucket)

    for body in (b"1", b"22", b"333"):
        client("s3").put_object(Bucket=bucket, Key="same", Body=body)

    records = wait_for_records(function, 3)
    ordered = sorted(records, key=lambda r: r["s3"]["object"]["sequencer"])
    assert [r["s3"]["object"]["size"] for r in ordered] == [1, 2, 3]


@pytest.mark.parametrize("case", [str.capitalize, str.lower])
def test_filters_work_in_either_case(case):
    bucket = make_bucket()
    function = watch(bucket, rules=[(case("prefix"), "raw"), (case("suffix"), ".zip")])

    for key in ("raw/a.zip", "raw/b.txt", "other/c.zip", "raw.zip"):
        client("s3").put_object(Bucket=bucket, Key=key, Body=b"")

    wait_for_records(function, 2)
    time.sleep(0.3)
    keys = {r["s3"]["object"]["key"] for r in read_records(function)}
    assert keys == {"raw/a.zip", "raw.zip"}


def test_every_way_of_creating_is_announced_once():
    bucket = make_bucket()
    function = watch(bucket)
    s3 = client("s3")

    s3.put_object(Bucket=bucket, Key="put", Body=b"1")
    s3.copy_object(Bucket=bucket, Key="copied", CopySource=f"{bucket}/put")
    begun = s3.create_multipart_upload(Bucket=bucket, Key="parts")
    which = {"Bucket": bucket, "Key": "parts", "UploadId": begun["UploadId"]}
    part = s3.upload_part(**which, PartNumber=1, Body=b"1")
    s3.complete_multipart_upload(
        **which, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    )

    wait_for_records(function, 3)
    time.sleep(0.2)
    assert sorted(r["eventName"] for r in read_records(function)) == [
        "ObjectCreated:CompleteMultipartUpload",
        "ObjectCreated:Copy",
        "ObjectCreated:Put",
    ]


def test_upload_does_not_wait_for_the_function():
    bucket = make_bucket()
    slow = "import time\ndef handler(event, context):\n    time.sleep(8)\n"
    watch(bucket, source=slow)

    began = time.monotonic()
    client("s3").put_object(Bucket=bucket, Key="a", Body=b"")

    assert time.monotonic() - began < 5


def test_function_that_lets_nobody_in_is_not_invoked(caplog):
    bucket = make_bucket()
    function = watch(bucket, let=False)

    client("s3").put_object(Bucket=bucket, Key="a", Body=b"")

    time.sleep(0.3)
    assert read_function_log(function) == []
    assert f"may not invoke {function}" in caplog.text


def test_failed_event_is_tried_again():
    bucket = make_bucket()
    key = name("failing")
    function = watch(bucket, source=SHOW + "    raise ValueError\n")

    client("s3").put_object(Bucket=bucket, Key=key, Body=b"")

    records = wait_for_records(function, 3)
    assert len({r["s3"]["object"]["sequencer"] for r in records}) == 1
