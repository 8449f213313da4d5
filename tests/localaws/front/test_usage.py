"""Only the owner's calls are use: schedules call for as long as a server runs."""

from urllib.parse import urlsplit

import pytest

from localaws import serve
from localaws.command import is_idle
from tests.building.local_resources import (
    client,
    make_machine,
    start,
    wait_for,
)
from tests.building.signed_requests import Keys, Sent, send, sign

WAITS = {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}


@pytest.fixture
def local():
    with serve(speedup=1) as served:
        yield served


def ask(local, keys):
    host = urlsplit(local.endpoint_url).netloc
    sent = sign(Sent("GET", "/", {"Host": host}), keys)
    return send(sent, int(host.rpartition(":")[2])).status


def test_call_of_the_owner_is_use(local):
    before = local.usage._last
    ask(local, Keys.of(local.environ))

    assert local.usage._last > before


def test_call_of_a_stranger_is_no_use(local):
    before = local.usage._last
    refused = ask(local, Keys("AKIASTRANGER", "guessed"))

    assert refused == 403
    assert local.usage._last == before


def test_execution_under_way_is_use(local):
    machine = make_machine(WAITS)
    execution = start(machine)

    assert not is_idle(local, 0)

    client("stepfunctions").stop_execution(executionArn=execution)
    wait_for(lambda: is_idle(local, 0))
