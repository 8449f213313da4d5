"""Options are remembered, changed one by one, and forgotten when told so."""

import pytest

from deployment.errors import DeploymentError
from deployment.options import Options, change_options, read_options, write_options

KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab"
ROLE = "arn:aws:iam::123456789012:role/ci/deployer"
ALL = Options(KEY, ("subnet-1", "subnet-2"), ("sg-1",), ("a@example.org",), (ROLE,))


def change(options, **asked):
    nothing = dict.fromkeys(
        ("kms_key", "subnet_ids", "security_group_ids", "notify", "deployers")
    )
    return change_options(options, **{**nothing, **asked})


def test_options_come_back_as_written():
    assert read_options(write_options(ALL)) == ALL
    assert read_options({}) == Options()


def test_what_is_not_asked_stays():
    assert change(ALL) == ALL
    assert change(ALL, notify=["b@example.org"]).kms_key == KEY


def test_none_forgets():
    gone = change(
        ALL,
        kms_key="none",
        subnet_ids="none",
        security_group_ids="none",
        notify=["none"],
        deployers=["none"],
    )

    assert gone == Options()
    assert write_options(gone) == {}


def test_lists_are_split_at_commas():
    options = change(
        Options(), subnet_ids="subnet-1, subnet-2", security_group_ids="sg-1"
    )

    assert options.subnet_ids == ("subnet-1", "subnet-2")


@pytest.mark.parametrize(
    "asked",
    [
        {"kms_key": "alias/mine"},
        {"notify": ["nobody"]},
        {"deployers": ["ci"]},
        {"deployers": ["arn:aws:iam::123456789012:role/*"]},
        {"deployers": ["arn:aws:sts::123456789012:assumed-role/ci/run"]},
        {"subnet_ids": "sg-1", "security_group_ids": "sg-1"},
        {"subnet_ids": ",", "security_group_ids": "sg-1"},
        {"subnet_ids": "subnet-1"},
    ],
)
def test_wrong_values_are_refused(asked):
    with pytest.raises(DeploymentError):
        change(Options(), **asked)
