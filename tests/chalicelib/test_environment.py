import pytest

from chalicelib.environment import Security, read_security, read_variable
from chalicelib.errors import SettingError


def test_variable_is_read():
    assert read_variable({"BUCKET": "b"}, "BUCKET") == "b"


@pytest.mark.parametrize("environment", [{}, {"BUCKET": ""}])
def test_missing_variable_says_how_to_get_it(environment):
    with pytest.raises(SettingError, match=r"'BUCKET'.*python deploy.py --stage dev"):
        read_variable(environment, "BUCKET")


def test_key_and_network_are_optional():
    environment = {"KMS_KEY_ARN": "k", "SUBNET_IDS": "a,b", "SECURITY_GROUP_IDS": "g"}

    assert read_security({}) == Security()
    assert read_security(environment) == Security("k", ("a", "b"), ("g",))
