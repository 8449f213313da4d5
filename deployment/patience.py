"""Calls that AWS refuses for some seconds, because it has not caught up yet."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code, error_message

if TYPE_CHECKING:
    from collections.abc import Callable, Container

T = TypeVar("T")

_ATTEMPTS = 18
_PAUSE = 5.0
# What was just deleted keeps its name for up to a minute.
_SETTLING = {
    "BucketNotEmpty",
    "AWS.SimpleQueueService.QueueDeletedRecently",
    "OperationAborted",
    "QueueDeletedRecently",
    "StateMachineDeleting",
    # A function that Chalice has just updated is not ready for more.
    "ResourceConflictException",
}
# A new role is known to IAM at once and to the other services after some seconds:
# docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html (eventual consistency).
_UNKNOWN_ROLE = (
    "assume",
    "execution role does",
    "function's execution role",
    "not authorized to access the log destination",
)


def insist(
    call: Callable[[], T],
    *,
    attempts: int = _ATTEMPTS,
    also: Container[str] = (),
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Make a call, again while AWS has not caught up with what was done before it.

    Parameters
    ----------
    attempts
        How often at most, five seconds apart.
    also
        Codes of refusals that may pass here and elsewhere do not.

    Raises
    ------
    ClientError
        The last refusal, or the first that is about something that waiting does not
        change.
    """
    for _ in range(attempts - 1):
        try:
            return call()
        except ClientError as error:
            if error_code(error) not in also and not _will_pass(error):
                raise
        sleep(_PAUSE)
    return call()


def _will_pass(error: ClientError) -> bool:
    if error_code(error) in _SETTLING:
        return True
    if error_code(error) == "AccessDenied":
        # IAM's word on our own credentials, which no waiting changes.
        return False
    # A caller who has a role is named by it: assumed-role/<name>.
    said = error_message(error).lower().replace("assumed-role", "")
    return any(sign in said for sign in _UNKNOWN_ROLE)
