"""Some refusals pass by themselves, and only those are waited out."""

import pytest
from botocore.exceptions import ClientError

from deployment.patience import insist


def make_error(code, message):
    return ClientError({"Error": {"Code": code, "Message": message}}, "CreateThing")


def fail_first(errors, pauses):
    """Make a call that fails with each of the errors before it succeeds."""
    left = list(errors)

    def call():
        if left:
            raise left.pop(0)
        return "made"

    return insist(call, sleep=pauses.append)


UNKNOWN = [
    (
        "AccessDeniedException",
        "Neither the global service principal states.amazonaws.com, nor the regional "
        "one is authorized to assume the provided role.",
    ),
    ("InvalidInputException", "Role should be given assume role permissions for Glue."),
    (
        "InvalidParameterValueException",
        "The function's execution role does not have permissions to call SendMessage",
    ),
    ("AWS.SimpleQueueService.QueueDeletedRecently", "wait 60 seconds"),
    ("ResourceConflictException", "An update is in progress for resource"),
    ("StateMachineDeleting", "State Machine is being deleted"),
]


@pytest.mark.parametrize(("code", "message"), UNKNOWN)
def test_what_passes_is_waited_for(code, message):
    pauses = []

    made = fail_first([make_error(code, message)] * 3, pauses)

    assert made == "made"
    assert len(pauses) == 3


def test_waiting_ends_with_the_last_refusal():
    pauses = []
    errors = [make_error(*UNKNOWN[0])] * 100

    with pytest.raises(ClientError, match="authorized to assume"):
        fail_first(errors, pauses)

    assert 60 <= len(pauses) * 5 <= 120


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("InvalidDefinition", "bad definition"),
        ("AccessDenied", "is not authorized to perform: sts:AssumeRole"),
        (
            "AccessDeniedException",
            "User: arn:aws:sts::123456789012:assumed-role/admin/me is not authorized",
        ),
    ],
)
def test_other_errors_are_not_waited_out(code, message):
    pauses = []

    with pytest.raises(ClientError, match=message):
        fail_first([make_error(code, message)], pauses)

    assert pauses == []
