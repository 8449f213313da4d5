"""Whatever AWS says comes out as one clear line."""

import pytest
from botocore.exceptions import ClientError, NoRegionError

from deployment.errors import describe_aws_error


def make_refusal(code, message="no"):
    return ClientError({"Error": {"Code": code, "Message": message}}, "CreateRole")


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (NoRegionError(), "--region"),
        (make_refusal("AccessDenied"), "credentials that may deploy"),
        (make_refusal("ExpiredToken"), "log in again"),
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
        "AWS denied CreateRole (received AccessDenied: User is not authorized)"
    )
