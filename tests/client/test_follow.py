"""A run is followed to its end, with its training, through a bad network."""

import pytest
from botocore.exceptions import EndpointConnectionError

from client.errors import CommandError
from client.follow import Follower, follow_run
from client.patience import Patience
from tests.building.scripted_run import (
    RUN_ID,
    STAGE,
    FakeEndings,
    FakeSageMaker,
    FakeStates,
    RecordingDisplay,
    make_candidate,
    make_error,
    make_events,
)

LOST = EndpointConnectionError(endpoint_url="https://states.example")
TRAINING = make_events(
    (0, "TaskStateEntered", "CreateAutopilotJob"),
    (1, "TaskStateExited"),
    (1, "WaitStateEntered", "WaitForAutopilotJob"),
)
AFTER = [
    {**event, "id": event["id"] + len(TRAINING)}
    for event in make_events(
        (9, "WaitStateExited"), (9, "TaskStateEntered", "CreateModel")
    )
]


class Clock:
    """The time as it passes by waiting."""

    def __init__(self, waits):
        self._waits = waits

    def __call__(self):
        return sum(self._waits)


def follow(states, sagemaker=None):
    display, waits = RecordingDisplay(), []
    follower = Follower(states, sagemaker or FakeSageMaker(), STAGE, RUN_ID)
    patience = Patience(1800, say=display.note, clock=Clock(waits), sleep=waits.append)
    last = follow_run(follower, display, patience=patience, sleep=waits.append)
    return last, display, waits


def test_run_is_followed_to_its_end():
    states = FakeEndings(["RUNNING", "RUNNING", "FAILED"], turns=[TRAINING, AFTER])

    last, display, _ = follow(states)

    assert [s.status for s in display.snapshots] == ["RUNNING", "RUNNING", "FAILED"]
    assert last.status == "FAILED"
    assert last.phases[-1].name == "Make the model and forecast"


def test_candidates_are_shown_as_they_finish():
    sagemaker = FakeSageMaker(make_candidate("ETS", 0.2), make_candidate("Theta", 0.1))
    states = FakeEndings(["RUNNING"] * 3 + ["SUCCEEDED"], turns=[TRAINING, [], AFTER])

    _, display, _ = follow(states, sagemaker)

    seen = [len(s.training.finished) for s in display.snapshots]
    assert seen == [1, 2, 2, 2]
    assert display.snapshots[-1].training.finished[0].metric == "WQL"


def test_training_is_looked_at_once_more_when_over():
    sagemaker = FakeSageMaker()
    states = FakeEndings(["RUNNING"] * 6 + ["SUCCEEDED"], turns=[TRAINING, AFTER])

    follow(states, sagemaker)

    assert sagemaker.looks == 2


def test_busy_account_has_no_training_yet():
    sagemaker = FakeSageMaker(error=make_error("ResourceNotFound"))
    states = FakeEndings(["RUNNING", "SUCCEEDED"], turns=[TRAINING])

    last, display, _ = follow(states, sagemaker)

    assert last.training is None
    assert display.notes == []


def test_forbidden_training_is_said_once():
    sagemaker = FakeSageMaker(error=make_error("AccessDeniedException"))
    states = FakeEndings(["RUNNING"] * 3 + ["SUCCEEDED"], turns=[TRAINING])

    last, display, _ = follow(states, sagemaker)

    assert last.status == "SUCCEEDED"
    assert len(display.notes) == 1


def test_lost_network_is_waited_out():
    states = FakeEndings(
        ["RUNNING", *[LOST] * 4, make_error("ThrottlingException"), "SUCCEEDED"]
    )

    last, display, _ = follow(states)

    assert last.status == "SUCCEEDED"
    assert display.notes == [
        "AWS does not answer; trying again (a run goes on meanwhile)",
        "AWS answers again",
    ]


def test_network_lost_for_long_ends_the_watch():
    with pytest.raises(EndpointConnectionError):
        follow(FakeEndings(["RUNNING", LOST]))


def test_expired_credentials_end_the_watch():
    error = make_error("ExpiredTokenException")

    with pytest.raises(type(error)):
        follow(FakeEndings(["RUNNING", error]))


def test_waits_grow_until_something_changes():
    states = FakeEndings(
        ["RUNNING"] * 30 + ["SUCCEEDED"], turns=[TRAINING, *[[]] * 20, AFTER]
    )

    _, _, waits = follow(states)

    assert waits[0] <= 0.5
    assert waits[1:21] == sorted(waits[1:21])
    assert waits[20] == 15.0
    assert waits[21] == 0.5


def test_unknown_run_is_said_with_what_to_do():
    with pytest.raises(CommandError, match=r"no run .* forecast.py list --stage dev"):
        follow(FakeStates())
