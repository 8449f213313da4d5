"""How training stands at the end of a run, and where the run ended."""

import pytest

from chalicelib.inquiry import describe_training
from tests.chalicelib.test_autopilot import make_candidate, make_job


@pytest.mark.parametrize(
    ("job", "stopped", "goes_on", "spent"),
    [
        (make_job("InProgress"), False, True, False),
        (make_job("InProgress"), True, False, True),
        (make_job("Stopping"), False, False, True),
        (make_job("Stopped"), False, False, True),
        (make_job("Failed"), False, False, True),
        (make_job("Failed", best=make_candidate()), False, False, False),
        (make_job(best=make_candidate()), False, False, False),
        (make_job("Stopped", secondary="MaxAutoMLJobRuntimeReached"), 0, False, False),
    ],
)
def test_training_is_spent_when_it_left_no_model(job, stopped, goes_on, spent):
    training = describe_training(job, stopped=bool(stopped))

    assert (training.goes_on, training.spent) == (goes_on, spent)


def test_unknown_limit_is_no_end():
    assert describe_training(make_job("InProgress"), stopped=False).latest_end is None
