"""The errors of AWS: what kind of error one is, and one line that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from botocore import exceptions as aws
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import ServiceBusy

_CONNECTION_ERRORS = (aws.HTTPClientError, aws.ConnectionError)
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_UNKNOWN_KEYS = {
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
    "InvalidSignatureException",
}
_QUOTA = {
    "LimitExceeded",
    "LimitExceededException",
    "ResourceNumberLimitExceededException",
    "StateMachineLimitExceeded",
    "TooManyBuckets",
}
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


def explain_aws_error(
    error: BotoCoreError | ClientError, *, if_denied: str, otherwise: str
) -> str:
    """Put an error of botocore into one line: what is wrong; what to do.

    Parameters
    ----------
    if_denied
        What to do where a permission is missing.
    otherwise
        What to do about a refusal that nothing more is known of.
    """
    if not isinstance(error, ClientError):
        return _explain_local(error)
    code, operation = error_code(error), error.operation_name
    said = _one_line(error_message(error)) or "no reason given"
    if code in _EXPIRED:
        return f"the AWS credentials have expired (received {code}); log in again"
    if code in _UNKNOWN_KEYS:
        return (
            f"AWS does not know these credentials (received {code}); check "
            "`aws sts get-caller-identity`, or choose another --profile"
        )
    if code in _DENIED:
        return f"AWS denied {operation} (received {code}: {said}); {if_denied}"
    if code in _QUOTA:
        otherwise = "ask AWS to raise the quota, or remove what is not used"
    return f"AWS refused {operation} (received {code}: {said}); {otherwise}"


def _explain_local(error: BotoCoreError) -> str:
    said = _one_line(str(error))
    match error:
        case aws.NoCredentialsError() | aws.PartialCredentialsError():
            return (
                f"no usable AWS credentials (found: {said}); run `aws configure` or "
                "`aws sso login`, or choose a --profile"
            )
        case aws.ProfileNotFound():
            return f"{said}; choose one of `aws configure list-profiles`"
        case aws.NoRegionError():
            return "no AWS region is set; give --region, or set AWS_DEFAULT_REGION"
        case aws.EndpointConnectionError() | aws.ConnectTimeoutError():
            return (
                f"AWS cannot be reached ({said}); check the network, the region "
                "and AWS_ENDPOINT_URL"
            )
        case aws.SSOError() | aws.TokenRetrievalError():
            return f"the AWS login is not valid ({said}); run `aws sso login`"
        case _:
            return f"AWS cannot be used ({said}); check credentials and network"


def _one_line(text: str) -> str:
    return " ".join(text.split())
