"""The errors of AWS in one line that says what to do."""

from __future__ import annotations

from botocore import exceptions as aws
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws_errors import error_code, error_message, is_denied

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
    if is_denied(error):
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
