import threading
import time

import pytest

from localaws.step_functions.turns import Interrupted, Turns


def go_on():
    return True


def end():
    return False


def start_taking(turns, taken, number):
    def take():
        turns.take(go_on)
        taken.append(number)

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    # The order of coming is that of the test.
    time.sleep(0.05)
    return thread


def test_turns_are_taken_while_there_are_some():
    turns, taken = Turns(2), []

    threads = [start_taking(turns, taken, number) for number in range(3)]

    assert taken == [0, 1]
    turns.give_back()
    threads[2].join(5)
    assert taken == [0, 1, 2]


def test_first_come_is_first_served():
    turns, taken = Turns(1), []
    threads = [start_taking(turns, taken, number) for number in range(6)]

    for thread in threads:
        thread.join(5)
        turns.give_back()

    assert taken == [0, 1, 2, 3, 4, 5]


def test_ended_execution_gives_up_its_place():
    turns = Turns(1)
    turns.take(go_on)

    with pytest.raises(Interrupted):
        turns.take(end)

    turns.give_back()
    turns.take(end)
