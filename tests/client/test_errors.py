"""AWS's errors in one line that says what to do."""

import pytest
from botocore import exceptions as aws

from client.errors import explain_aws_error, is_denied, is_passing
from tests.building.scripted_run import STAGE, make_error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (aws.NoCredentialsError(), "aws configure"),
        (aws.ProfileNotFound(profile="x"), "list-profiles"),
        (aws.NoRegionError(), "--region"),
        (aws.EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), "127.0.0.1:1"),
        (aws.UnauthorizedSSOTokenError(), "aws sso login"),
        (aws.ParamValidationError(report="x"), "AWS cannot be used"),
        (make_error("NoSuchBucket"), "python deploy.py --stage dev"),
        (make_error("StateMachineDoesNotExist"), "python deploy.py --stage dev"),
        (make_error("ExpiredToken"), "log in again"),
        (make_error("InvalidClientTokenId"), "aws sts get-caller-identity"),
        (make_error("AccessDenied", operation="PutObject"), "denied PutObject"),
        (make_error("Odd", "two\nlines"), "Odd: two lines"),
    ],
)
def test_error_is_one_line_with_a_remedy(error, words):
    line = explain_aws_error(error, STAGE)

    assert words in line
    assert "; " in line
    assert "\n" not in line


def test_missing_stage_names_account_and_region():
    line = explain_aws_error(make_error("NoSuchBucket"), STAGE)

    assert "account 123456789012, region us-east-1" in line


def test_defect_of_our_own_is_not_explained_away():
    with pytest.raises(ZeroDivisionError):
        explain_aws_error(ZeroDivisionError(), STAGE)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (make_error("ThrottlingException"), True),
        (aws.EndpointConnectionError(endpoint_url="x"), True),
        (aws.ReadTimeoutError(endpoint_url="x"), True),
        (make_error("AccessDenied"), False),
        (make_error("ExpiredToken"), False),
    ],
)
def test_passing_errors_are_told_from_lasting_ones(error, expected):
    assert is_passing(error) is expected


def test_only_a_refusal_of_aws_is_denied():
    assert is_denied(make_error("AccessDeniedException"))
    assert not is_denied(PermissionError())
