import threading
import time
from types import SimpleNamespace

import pytest

from localaws.step_functions.turns import Interrupted, Turns, find_turns


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


def make_task(service):
    return SimpleNamespace(resource=SimpleNamespace(service_name=service))


def make_env(state, *, retries):
    """Build what moto knows of an execution while it is in a state."""
    data = {"State": {"Name": state, "RetryCount": retries}}
    context = SimpleNamespace(context_object_data=data)
    return SimpleNamespace(states=SimpleNamespace(context_object=context))


def test_first_calls_of_all_states_share_their_turns():
    task = make_task("lambda")

    first = find_turns(task, make_env("Ask", retries=0))

    assert first is find_turns(task, make_env("Look", retries=0))


def test_refused_call_waits_with_those_of_its_state():
    task = make_task("lambda")

    again = find_turns(task, make_env("Ask", retries=1))

    assert again is find_turns(task, make_env("Ask", retries=9))
    assert again is not find_turns(task, make_env("Ask", retries=0))
    assert again is not find_turns(task, make_env("Look", retries=1))


def test_job_needs_no_turn_for_its_time():
    assert find_turns(make_task("glue"), make_env("Prepare", retries=1)) is None
