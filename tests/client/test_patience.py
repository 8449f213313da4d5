"""A call that is not answered is made again, and no other."""

from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ResponseStreamingError,
)

from client import patience as module
from client.patience import Patience
from tests.building.scripted_run import make_error

BUSY = (503, b"<Error><Code>SlowDown</Code></Error>")
GONE = (404, b"<Error><Code>NoSuchBucket</Code></Error>")
GOOD = (200, b"")


class Answers:
    """Answers a client's requests from a list, the last one for ever."""

    def __init__(self, *answers):
        self._answers = list(answers)
        self.asked = 0

    def __call__(self, request, **_event):
        self.asked += 1
        answer = self._answers.pop(0) if self._answers[1:] else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        response = AWSResponse(request.url, answer[0], {}, None)
        response._content = answer[1]
        return response


class Clock:
    def __init__(self, step=0.0):
        self.now, self._step = 0.0, step

    def __call__(self):
        self.now += self._step
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def make_client(monkeypatch):
    def make(patience, *answers):
        client = boto3.client(
            "s3", config=Config(retries={"mode": "standard", "total_max_attempts": 1})
        )
        asked = Answers(*answers)
        client.meta.events.register("before-send", asked)
        patience.watch(client)
        return client, asked

    # botocore sleeps by itself between two attempts.
    monkeypatch.setattr(module, "Pace", lambda **_: FakePace())
    return make


class FakePace:
    def next_interval(self):
        return 0.001


LOST = ConnectionClosedError(endpoint_url="https://s3.example")


def test_busy_and_broken_calls_are_made_again(make_client):
    said = []
    patience = Patience(say=said.append, clock=Clock(step=2))
    client, asked = make_client(patience, BUSY, LOST, BUSY, GOOD)

    client.head_bucket(Bucket="b")

    assert asked.asked == 4
    assert said == [
        "AWS does not answer; trying again (a run goes on meanwhile)",
        "AWS answers again",
    ]


def test_refusal_is_not_repeated(make_client):
    client, asked = make_client(Patience(), GONE)

    with pytest.raises(ClientError):
        client.list_objects_v2(Bucket="b")

    assert asked.asked == 1


def test_patience_ends_with_the_error(make_client):
    patience = Patience(60, clock=Clock(step=10))
    client, asked = make_client(patience, BUSY)

    with pytest.raises(ClientError, match="SlowDown"):
        patience.persist(lambda: client.list_objects_v2(Bucket="b"))

    assert 4 <= asked.asked <= 30


def test_long_patience_outlasts_a_day(make_client):
    patience = Patience(60, clock=Clock(step=3600))
    client, asked = make_client(patience, *[BUSY] * 24, GOOD)

    patience.extend()
    client.list_objects_v2(Bucket="b")

    assert asked.asked == 25


def test_outage_is_told_again_now_and_then():
    clock, said = Clock(), []
    patience = Patience(10_000, say=said.append, clock=clock, sleep=clock.sleep)
    errors = [make_error("ThrottlingException")] * 60

    def call():
        if errors:
            raise errors.pop()
        return "done"

    assert patience.persist(call) == "done"
    assert said[1].startswith("AWS has not answered for 10 min")
    assert said[-1] == "AWS answers again"
    assert len(said) <= 5


def test_short_trouble_is_not_told():
    said, errors = [], [make_error("ThrottlingException")]
    patience = Patience(say=said.append, sleep=lambda _: None)

    patience.persist(lambda: errors and (_ for _ in ()).throw(errors.pop()))

    assert said == []


def test_calls_of_several_threads_are_all_made_again(make_client):
    client, asked = make_client(Patience(), *[BUSY] * 40, GOOD)

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: client.head_bucket(Bucket="b"), range(8)))

    assert len(done) == 8
    assert asked.asked == 48


def test_body_that_breaks_off_is_read_again():
    bodies = [ResponseStreamingError(error="reset"), b"all of it"]

    def read():
        body = bodies.pop(0)
        if isinstance(body, Exception):
            raise body
        return body

    assert Patience(sleep=lambda _: None).persist(read) == b"all of it"


def test_error_of_ours_is_not_waited_out():
    with pytest.raises(ValueError, match="ours"):
        Patience().persist(lambda: (_ for _ in ()).throw(ValueError("ours")))
