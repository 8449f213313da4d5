"""A local AWS whose address is known before it is there."""

import socket

import pytest

from localaws.front.door import LOOPBACK, build_environ, open_door
from localaws.server import serve

REQUEST = b"GET /moto-api/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


def test_who_knocks_early_waits_for_the_answer():
    door = open_door()
    with socket.create_connection((LOOPBACK, door.port), timeout=30) as early:
        early.sendall(REQUEST)
        with serve(port=door):
            answer = early.recv(1024)

    assert answer.startswith(b"HTTP/1.1 403 ")


def test_local_aws_leads_to_its_door():
    door = open_door()
    port = door.port
    with serve(port=door, region="eu-west-1") as local:
        told = local.environ

    assert told == build_environ(port, door.owner, "eu-west-1")
    assert door.listener.fileno() == -1


def test_door_goes_with_no_state(tmp_path):
    door = open_door()

    with (
        door.listener,
        pytest.raises(ValueError, match="keys of their own"),
        serve(port=door, state=tmp_path),
    ):
        pass
