"""Phases of a run from its events, read once each."""

import json

import pytest

from client.phases import (
    STATES,
    WORDS,
    Phase,
    PhaseReader,
    add_events,
    explain_retry,
)
from tests.building.paths import ROOT
from tests.building.scripted_run import FakeStates, at, make_events

TO_TRAINING = make_events(
    (0, "ExecutionStarted"),
    (0, "TaskStateEntered", "PrepareRun"),
    (1, "TaskStateExited"),
    (1, "TaskStateEntered", "Preprocess"),
    (4, "TaskStateExited"),
    (4, "TaskStateEntered", "CreateAutopilotJob"),
    (5, "TaskStateExited"),
    (5, "WaitStateEntered", "WaitForAutopilotJob"),
    (305, "WaitStateExited"),
)


def number(events, first):
    return [{**event, "id": first + i} for i, event in enumerate(events)]


def test_states_of_training_are_one_phase():
    phases = add_events((), TO_TRAINING)

    assert [p.name for p in phases] == [
        "Prepare the run",
        "Check and clean the data",
        "Train with Autopilot",
    ]
    assert [(p.started, p.ended) for p in phases] == [
        (at(0), at(1)),
        (at(1), at(4)),
        (at(4), None),
    ]


def test_next_phase_ends_the_one_before():
    events = make_events((310, "TaskStateEntered", "CreateModel"))

    training = add_events(add_events((), TO_TRAINING), events)[2]

    assert training.ended == at(305)


def test_events_in_parts_give_the_same():
    for cut in range(len(TO_TRAINING)):
        parts = add_events(add_events((), TO_TRAINING[:cut]), TO_TRAINING[cut:])
        assert parts == add_events((), TO_TRAINING)


def test_busy_autopilot_is_told_until_it_ends():
    busy = make_events(
        (0, "TaskStateEntered", "CreateAutopilotJob"),
        (1, "TaskFailed", "AutopilotBusy"),
        (301, "TaskScheduled"),
    )
    started = make_events((302, "TaskStateExited"))

    assert add_events((), busy)[0].retrying == "AutopilotBusy"
    assert add_events((), [*busy, *started])[0].retrying == ""


def test_failure_ends_the_phase_it_struck():
    events = make_events(
        (0, "TaskStateEntered", "Preprocess"),
        (3, "TaskFailed", "States.TaskFailed"),
        (3, "ExecutionFailed"),
    )

    (phase,) = add_events((), events)

    assert (phase.ended, phase.retrying) == (at(3), "")


def test_redrive_takes_the_phase_up_again():
    events = make_events(
        (0, "TaskStateEntered", "BatchTransform"),
        (3, "ExecutionFailed"),
        (90, "ExecutionRedriven"),
    )

    (phase,) = add_events((), events)

    assert phase.ended is None


def test_end_state_is_no_phase():
    events = make_events(
        (0, "TaskStateEntered", "Report"),
        (2, "TaskStateExited"),
        (2, "SucceedStateEntered", "Done"),
        (2, "SucceedStateExited"),
        (2, "ExecutionSucceeded"),
    )

    (phase,) = add_events((), events)

    assert (phase.name, phase.ended) == ("Report", at(2))


def test_unknown_state_keeps_its_own_name():
    (phase,) = add_events((), make_events((0, "PassStateEntered", "Notify")))

    assert phase.name == "Notify"


def test_only_the_newest_page_is_read_again():
    long = number(TO_TRAINING * 60, 1)
    more = number(TO_TRAINING, len(long) + 1)
    states = FakeStates(turns=[long, [], more])
    reader = PhaseReader(states, "arn")

    reader.update()
    first_look = len(states.calls)
    reader.update()
    reader.update()

    assert first_look == 3
    assert len(states.calls) == first_look + 2
    assert reader.phases == add_events((), [*long, *more])


@pytest.mark.parametrize("cut", [1, 4, 8])
def test_service_without_pages_or_order_works(cut):
    class Unordered(FakeStates):
        def _get_execution_history(self, request):
            request = {**request, "reverseOrder": False}
            request["PaginationConfig"] = {"PageSize": 1000}
            return super()._get_execution_history(request)

    reader = PhaseReader(Unordered(turns=[TO_TRAINING[:cut], TO_TRAINING[cut:]]), "arn")
    reader.update()

    assert reader.update() == add_events((), TO_TRAINING)


def test_every_state_belongs_to_a_phase():
    definition = json.loads((ROOT / "statemachine.asl.json").read_text())
    working = {n for n, s in definition["States"].items() if s["Type"] != "Succeed"}

    assert working == set(STATES)
    assert list(dict.fromkeys(STATES.values())) == list(WORDS)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "busy (received: The account-level service limit 'AutoML Jobs' is 1 "
            "AutoMLJobs, with current utilization of 1 AutoMLJobs)",
            "waits for a free Autopilot job: quota 'AutoML Jobs' is 1",
        ),
        ("x" * 300, f"waits for a free Autopilot job: {'x' * 90}..."),
        ("", "waits for a free Autopilot job"),
    ],
)
def test_wait_names_its_quota_in_one_line(said, expected):
    phase = Phase(
        "Train", at(0), retrying="AutopilotBusy", waiting_since=at(0), refused=said
    )

    assert explain_retry(phase, at(10)) == expected
