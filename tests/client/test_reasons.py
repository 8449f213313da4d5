"""The reason of a run: its status.json's own, or what it would be."""

import pytest

from client.reasons import find_reason
from tests.chalicelib.test_endings import REFUSED, make_status


def find(ended="FAILED", *, status=None, data_report=None, **execution):
    return find_reason(status, ended, execution=execution, data_report=data_report)


def test_reason_of_the_status_comes_before_everything_else():
    reason = find(status={"reason": "the status"}, data_report=REFUSED, cause="cause")

    assert reason == "the status"


def test_reason_of_bare_json_is_none():
    reason = find(status={"reason": '{"JobRunState": "FAILED"}'}, cause="the cause")

    assert reason == "the cause"


@pytest.mark.parametrize("data_report", [None, REFUSED])
@pytest.mark.parametrize("ended", ["FAILED", "ABORTED", "TIMED_OUT"])
@pytest.mark.parametrize("cause", [None, '{"errorMessage": "no settings"}'])
def test_missing_status_gives_the_same_reason(ended, data_report, cause):
    status = make_status(status=ended, error="E", cause=cause, data_report=data_report)

    reason = find(ended, data_report=data_report, error="E", cause=cause)

    assert reason == status["reason"]


def test_failure_without_a_word_is_named_by_its_error():
    assert find(error="Custom.Error") == "Custom.Error"
    assert find() == "no reason was given"
