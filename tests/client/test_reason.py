"""The reason of a failure is a sentence, wherever AWS has hidden it."""

import json

import pytest

from client.reason import find_reason

REFUSED = {
    "outcome": "refused",
    "findings": [
        {"code": "a", "level": "warning", "what": "short", "remedy": "wait"},
        {"code": "b", "level": "error", "what": "no target", "remedy": "add it"},
        {"code": "c", "level": "error", "what": "no time", "remedy": "add it too"},
    ],
}


def test_status_comes_before_everything_else():
    reason = find_reason(
        status={"reason": "the status"}, report=REFUSED, execution={"cause": "cause"}
    )

    assert reason == "the status"


def test_refusal_lists_every_error():
    reason = find_reason(
        status=None,
        report=REFUSED,
        execution={"status": "FAILED", "cause": "Command failed with exit code 1"},
    )

    assert reason.splitlines()[1:] == [
        "[b] no target; add it",
        "[c] no time; add it too",
    ]


def test_accepted_data_leave_it_to_the_cause():
    reason = find_reason(
        status=None,
        report={"outcome": "accepted", "findings": REFUSED["findings"]},
        execution={
            "status": "FAILED",
            "cause": json.dumps({"errorMessage": "no settings"}),
        },
    )

    assert reason == "no settings"


@pytest.mark.parametrize(
    ("execution", "expected"),
    [
        ({"status": "ABORTED"}, "the run was stopped by somebody"),
        (
            {"status": "TIMED_OUT", "error": "States.Timeout"},
            "the run took longer than the state machine allows (States.Timeout)",
        ),
        (
            {"status": "FAILED", "cause": '{"JobRunState": "FAILED"}', "error": "E"},
            "the run failed and gave no reason (E)",
        ),
    ],
)
def test_without_a_message_the_status_speaks(execution, expected):
    assert find_reason(status=None, report=None, execution=execution) == expected


def test_status_of_bare_json_is_not_a_reason():
    reason = find_reason(
        status={"reason": '{"JobRunState": "FAILED"}'},
        report=None,
        execution={"status": "FAILED", "cause": "the cause"},
    )

    assert reason == "the cause"
