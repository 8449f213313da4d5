"""A local AWS whose address is known before it is there."""

import threading
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest

from localaws.front.door import build_environ, open_door
from localaws.server import serve


def ask_who(door):
    environ = build_environ(door.port, door.owner)
    sts = boto3.client(
        "sts",
        endpoint_url=environ["AWS_ENDPOINT_URL"],
        region_name=environ["AWS_REGION"],
        aws_access_key_id=environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environ["AWS_SECRET_ACCESS_KEY"],
    )
    asking.set()
    return sts.get_caller_identity()["Account"]


asking = threading.Event()


def test_who_knocks_early_waits_for_the_answer():
    door = open_door()
    with ThreadPoolExecutor(1) as beside:
        answer = beside.submit(ask_who, door)
        assert asking.wait(30)
        with serve(port=door):
            account = answer.result(30)

    assert account == "123456789012"


def test_local_aws_leads_to_its_door():
    door = open_door()
    with serve(port=door, region="eu-west-1") as local:
        told = local.environ

    assert told == build_environ(door_port(local), door.owner, "eu-west-1")
    with pytest.raises(OSError, match="Bad file descriptor"):
        door.listener.getsockname()


def door_port(local):
    return int(local.endpoint_url.rpartition(":")[2])
