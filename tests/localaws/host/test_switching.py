import sys
import threading

import pytest

from localaws.host.switching import pace_switching


@pytest.fixture
def usual():
    seconds = sys.getswitchinterval()
    yield seconds
    sys.setswitchinterval(seconds)


@pytest.fixture
def crowd():
    enough = threading.Event()
    threads = [threading.Thread(target=enough.wait) for _ in range(400)]
    for thread in threads:
        thread.start()
    yield threads
    enough.set()
    for thread in threads:
        thread.join()


def test_few_threads_switch_as_ever(usual):
    pace_switching()

    assert sys.getswitchinterval() == pytest.approx(usual)


def test_many_threads_ask_less_often(usual, crowd):
    pace_switching()

    assert sys.getswitchinterval() >= len(crowd) * 1e-4
