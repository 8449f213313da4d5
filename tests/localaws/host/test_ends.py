"""The end of what is waited for is told to those who wait."""

import threading
import time

from localaws.host.ends import Ends

LONG, SHORT = 30.0, 0.01


def test_end_is_heard_at_once():
    ends = Ends()
    with ends.listen("a job") as wait:
        threading.Timer(0.05, ends.tell, ["a job"]).start()
        began = time.monotonic()
        came = wait(LONG)

    assert came
    assert time.monotonic() - began < LONG / 2


def test_end_before_the_wait_is_heard():
    ends = Ends()
    with ends.listen("a job") as wait:
        ends.tell("a job")

        assert [wait(SHORT), wait(SHORT)] == [True, False]


def test_end_of_another_is_not_heard():
    ends = Ends()
    with ends.listen("a job") as wait:
        ends.tell("another")

        assert not wait(SHORT)


def test_all_who_listen_hear():
    ends = Ends()
    with ends.listen("a job") as first, ends.listen("a job") as second:
        ends.tell("a job")

        assert (first(SHORT), second(SHORT)) == (True, True)


def test_nothing_is_kept_of_who_has_left():
    ends = Ends()
    with ends.listen("a job"), ends.listen("a job"):
        pass
    ends.tell("a job")

    assert not ends._awaited
