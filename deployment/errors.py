"""The errors of a deployment, each one clear line."""

from __future__ import annotations

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)

from chalicelib.errors import PipelineError


class DeploymentError(PipelineError):
    """The stage cannot be deployed as asked."""


def describe_aws_error(error: BotoCoreError | ClientError) -> str:
    """Say in one line what AWS refused, and what to do about it."""
    if isinstance(error, ClientError):
        return _describe_refusal(error)
    return f"{_one_line(str(error))}; {_advice(error)}"


def error_code(error: ClientError) -> str:
    """Return the service's own name for an error."""
    return error.response.get("Error", {}).get("Code", "")


def error_message(error: ClientError) -> str:
    """Return what the service said of an error."""
    return error.response.get("Error", {}).get("Message", "")


_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId"}
_QUOTA = {
    "LimitExceeded",
    "LimitExceededException",
    "ResourceNumberLimitExceededException",
    "StateMachineLimitExceeded",
    "TooManyBuckets",
}


def _describe_refusal(error: ClientError) -> str:
    code = error_code(error)
    if code in _DENIED:
        advice = "use credentials that may deploy (README.md says what they need)"
    elif code in _EXPIRED:
        advice = "renew the credentials"
    elif code in _QUOTA:
        advice = "ask AWS to raise the quota, or remove what is not used"
    else:
        advice = "put the cause right and run it again, it continues where it stopped"
    said = _one_line(error_message(error)) or "no reason given"
    return f"{error.operation_name} failed (received {code}: {said}); {advice}"


def _advice(error: BotoCoreError) -> str:
    if isinstance(error, (NoCredentialsError, PartialCredentialsError)):
        return "run `aws configure`, or name a profile with --profile"
    if isinstance(error, NoRegionError):
        return "name a region with --region"
    if isinstance(error, ProfileNotFound):
        return "name one of `aws configure list-profiles`"
    if isinstance(error, EndpointConnectionError):
        return "check the network, the region and AWS_ENDPOINT_URL"
    return "put the cause right and run it again"


def _one_line(text: str) -> str:
    return " ".join(text.split())
