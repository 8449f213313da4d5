from types import SimpleNamespace

from localaws.step_functions.task_states import find_turns
from localaws.step_functions.turns import Turns

USUAL = Turns(1)


def make_env(state, *, retries):
    """Build what moto knows of an execution while it is in a state."""
    data = {"State": {"Name": state, "RetryCount": retries}}
    context = SimpleNamespace(context_object_data=data)
    return SimpleNamespace(states=SimpleNamespace(context_object=context))


def test_first_call_takes_the_usual_turns():
    assert find_turns(make_env("Ask", retries=0), USUAL) is USUAL


def test_refused_call_waits_with_those_of_its_state():
    again = find_turns(make_env("Ask", retries=1), USUAL)

    assert again is not USUAL
    assert find_turns(make_env("Ask", retries=9), USUAL) is again
    assert find_turns(make_env("Look", retries=1), USUAL) is not again
