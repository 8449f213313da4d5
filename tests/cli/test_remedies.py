"""AWS's errors in one line that says what to do."""

import pytest
from botocore import exceptions as aws

from cli.remedies import explain_aws_error
from tests.building.scripted_run import make_error


def explain(error):
    return explain_aws_error(error, if_denied="ask for it", otherwise="try again")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (aws.NoCredentialsError(), "aws configure"),
        (aws.ProfileNotFound(profile="x"), "list-profiles"),
        (aws.NoRegionError(), "--region"),
        (aws.EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), "127.0.0.1:1"),
        (aws.UnauthorizedSSOTokenError(), "aws sso login"),
        (aws.ParamValidationError(report="x"), "AWS cannot be used"),
        (make_error("ExpiredToken"), "log in again"),
        (make_error("InvalidClientTokenId"), "aws sts get-caller-identity"),
        (make_error("AccessDenied", operation="PutObject"), "denied PutObject"),
        (make_error("AccessDenied"), "ask for it"),
        (make_error("LimitExceededException"), "raise the quota"),
        (make_error("Odd", "two\nlines"), "Odd: two lines"),
        (make_error("Odd", ""), "Odd: no reason given"),
        (make_error("Odd"), "try again"),
    ],
)
def test_error_is_one_line_with_a_remedy(error, words):
    line = explain(error)

    assert words in line
    assert "; " in line
    assert "\n" not in line
