"""What kind of error of AWS one is."""

import pytest
from botocore import exceptions as aws

from chalicelib.aws_errors import (
    error_code,
    is_denied,
    is_passing,
    telling_passing,
)
from chalicelib.errors import ServiceBusy
from tests.building.scripted_run import make_error


def make_failure(status):
    answer = {
        "Error": {"Code": "Odd"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return aws.ClientError(answer, "Operation")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (make_error("ThrottlingException"), True),
        (aws.EndpointConnectionError(endpoint_url="x"), True),
        (aws.ReadTimeoutError(endpoint_url="x"), True),
        (make_failure(503), True),
        (make_failure(400), False),
        (make_error("AccessDenied"), False),
        (make_error("ExpiredToken"), False),
    ],
)
def test_passing_errors_are_told_from_lasting_ones(error, expected):
    assert is_passing(error) is expected


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (make_error("ThrottlingException"), ServiceBusy),
        (aws.ReadTimeoutError(endpoint_url="x"), ServiceBusy),
        (make_error("AccessDenied"), aws.ClientError),
        (aws.NoRegionError(), aws.NoRegionError),
        (KeyError("x"), KeyError),
    ],
)
def test_state_machine_is_told_what_passes(error, told):
    with pytest.raises(told) as caught, telling_passing():
        raise error

    assert str(error) in str(caught.value)


def test_only_a_refusal_of_aws_is_denied():
    assert is_denied(make_error("AccessDeniedException"))
    assert not is_denied(PermissionError())


def test_error_of_another_kind_has_no_code():
    assert error_code(aws.NoRegionError()) == ""
