"""AWS is asked soon, then rarely, and never too often."""

from itertools import pairwise

import boto3
from moto import mock_aws

from client.pace import CallCap, Pace


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def test_intervals_grow_to_their_bound():
    pace = Pace(shortest=1, longest=5, growth=2)

    assert [pace.next_interval() for _ in range(5)] == [1, 2, 4, 5, 5]


def test_change_brings_short_intervals_back():
    pace = Pace(shortest=1, longest=5, growth=2)
    for _ in range(4):
        pace.next_interval()

    assert [pace.next_interval(changed=c) for c in (True, False)] == [1, 2]


def test_calls_keep_their_distance():
    clock = Clock()
    cap = CallCap(4, clock=clock, sleep=clock.sleep)
    times = []
    for _ in range(9):
        cap()
        times.append(clock.now)

    assert {b - a for a, b in pairwise(times)} == {0.25}


def test_pause_is_not_saved_up_for_a_burst():
    clock = Clock()
    cap = CallCap(4, clock=clock, sleep=clock.sleep)
    cap()
    clock.now = 100.0
    cap()
    cap()

    assert clock.now == 100.25


def test_cap_holds_for_calls_of_a_client():
    clock = Clock()
    with mock_aws():
        client = boto3.client("stepfunctions")
        client.meta.events.register(
            "before-send", CallCap(4, clock=clock, sleep=clock.sleep)
        )
        for _ in range(5):
            client.list_state_machines()

    assert clock.now == 1.0
