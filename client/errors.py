"""The client's own error, and AWS's errors in one line that says what to do."""

from botocore import exceptions as aws
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.stages import Stage

_CONNECTION_ERRORS = (aws.HTTPClientError, aws.ConnectionError)
_DENIED = {"AccessDenied", "AccessDeniedException", "403", "UnauthorizedOperation"}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_UNKNOWN_KEYS = {
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
    "InvalidSignatureException",
}
_NOT_DEPLOYED = {"NoSuchBucket", "StateMachineDoesNotExist", "PermanentRedirect"}
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


class CommandError(Exception):
    """What the caller can put right; the message says what is wrong and how."""


def error_code(error: BaseException) -> str:
    """Return AWS's code of an error; empty for any other error."""
    if not isinstance(error, ClientError):
        return ""
    return error.response.get("Error", {}).get("Code", "")


def is_denied(error: BaseException) -> bool:
    """Tell whether AWS refused for want of a permission."""
    return error_code(error) in _DENIED


def is_passing(error: BaseException) -> bool:
    """Tell whether the same call may well succeed a little later."""
    return isinstance(error, _CONNECTION_ERRORS) or error_code(error) in _BUSY


def explain_aws_error(error: Exception, stage: Stage | None) -> str:
    """Put an error of botocore into one line: what is wrong; what to do.

    ``stage`` is None while account and region are still being found out.
    """
    if isinstance(error, ClientError):
        return _explain_answer(error, stage)
    return _explain_local(error)


def _explain_answer(error: ClientError, stage: Stage | None) -> str:
    code, operation = error_code(error), error.operation_name
    detail = " ".join(error.response.get("Error", {}).get("Message", "").split())
    if code in _NOT_DEPLOYED and stage:
        return (
            f"stage {stage.name!r} is not deployed in account {stage.account}, "
            f"region {stage.region} (received {code}); run "
            f"`python deploy.py --stage {stage.name}`, or give the --stage, "
            "--region or --profile where it is"
        )
    if code in _EXPIRED:
        return f"the AWS credentials have expired (received {code}); log in again"
    if code in _UNKNOWN_KEYS:
        return (
            f"AWS does not know these credentials (received {code}); check "
            "`aws sts get-caller-identity`, or choose another --profile"
        )
    if code in _DENIED:
        return (
            f"AWS denied {operation} (received {code}: {detail}); use credentials "
            "that may do this, or ask who owns the account for the permission"
        )
    return (
        f"AWS refused {operation} (received {code}: {detail}); "
        "put that right, or try again later"
    )


def _explain_local(error: Exception) -> str:
    detail = " ".join(str(error).split())
    match error:
        case aws.NoCredentialsError() | aws.PartialCredentialsError():
            return (
                f"no usable AWS credentials (found: {detail}); run `aws configure` or "
                "`aws sso login`, or choose a --profile"
            )
        case aws.ProfileNotFound():
            return f"{detail}; choose one of `aws configure list-profiles`"
        case aws.NoRegionError():
            return "no AWS region is set; give --region, or set AWS_DEFAULT_REGION"
        case aws.EndpointConnectionError() | aws.ConnectTimeoutError():
            return (
                f"AWS cannot be reached ({detail}); check the network, the region "
                "and AWS_ENDPOINT_URL"
            )
        case aws.SSOError() | aws.TokenRetrievalError():
            return f"the AWS login is not valid ({detail}); run `aws sso login`"
        case BotoCoreError():
            return f"AWS cannot be used ({detail}); check credentials and network"
        case _:
            raise error
