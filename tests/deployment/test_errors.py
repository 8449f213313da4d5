"""Whatever AWS says comes out as one clear line."""

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)

from deployment.errors import describe_aws_error


def make_refusal(code, message="no"):
    return ClientError({"Error": {"Code": code, "Message": message}}, "CreateRole")


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (NoCredentialsError(), "aws configure"),
        (NoRegionError(), "--region"),
        (ProfileNotFound(profile="nobody"), "list-profiles"),
        (EndpointConnectionError(endpoint_url="http://x"), "AWS_ENDPOINT_URL"),
        (make_refusal("AccessDenied"), "credentials that may deploy"),
        (make_refusal("ExpiredToken"), "renew the credentials"),
        (make_refusal("LimitExceededException"), "raise the quota"),
        (make_refusal("Throttling"), "continues where it stopped"),
    ],
)
def test_error_says_what_to_do(error, advice):
    line = describe_aws_error(error)

    assert advice in line
    assert "\n" not in line


def test_refusal_names_the_call_and_the_service_s_words():
    line = describe_aws_error(make_refusal("AccessDenied", "User is not\nauthorized"))

    assert line.startswith(
        "CreateRole failed (received AccessDenied: User is not authorized)"
    )


def test_silent_refusal_is_readable_too():
    assert "no reason given" in describe_aws_error(make_refusal("Other", ""))
