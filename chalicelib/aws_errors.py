"""The errors of AWS: what kind of error one is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from botocore import exceptions as aws
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import ServiceBusy

_CONNECTION_ERRORS = (aws.HTTPClientError, aws.ConnectionError)
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"}
_BUSY = {
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
}


def error_code(error: BaseException) -> str:
    """Return the service's own name for an error; empty for any other error."""
    return _read_answer(error, "Code")


def error_message(error: BaseException) -> str:
    """Return what the service said of an error; empty for any other error."""
    return _read_answer(error, "Message")


def _read_answer(error: BaseException, field: str) -> str:
    if not isinstance(error, ClientError):
        return ""
    return str(error.response.get("Error", {}).get(field, ""))


def is_denied(error: BaseException) -> bool:
    """Tell whether AWS refused for want of a permission."""
    return error_code(error) in _DENIED


def is_passing(error: BaseException) -> bool:
    """Tell whether the same call may well succeed a little later."""
    return (
        isinstance(error, _CONNECTION_ERRORS)
        or error_code(error) in _BUSY
        or _read_http_status(error) >= HTTPStatus.INTERNAL_SERVER_ERROR
    )


def _read_http_status(error: BaseException) -> int:
    if not isinstance(error, ClientError):
        return 0
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


@contextmanager
def telling_passing() -> Iterator[None]:
    """Tell errors that pass from those that stay, in the state machine's words.

    Step Functions sees the class of an error alone, and botocore's is one for both.

    Raises
    ------
    ServiceBusy
        In place of an error of AWS that may be gone a little later.
    """
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        if is_passing(error):
            raise ServiceBusy(str(error)) from error
        raise
