"""A stage that is not there is said by its name, account and region."""

import pytest

from client.errors import explain_aws_error
from tests.building.scripted_run import STAGE, make_error


@pytest.mark.parametrize("code", ["NoSuchBucket", "StateMachineDoesNotExist"])
def test_missing_stage_is_named_with_its_remedy(code):
    line = explain_aws_error(make_error(code), STAGE)

    assert "stage 'dev' is not deployed in account 123456789012" in line
    assert "region us-east-1" in line
    assert "python deploy.py --stage dev" in line


def test_unknown_stage_leaves_the_error_as_it_is():
    line = explain_aws_error(make_error("NoSuchBucket"), None)

    assert line.startswith("AWS refused Operation (received NoSuchBucket")


def test_missing_permission_says_whom_to_ask():
    line = explain_aws_error(make_error("AccessDenied"), STAGE)

    assert "ask who owns the account" in line
