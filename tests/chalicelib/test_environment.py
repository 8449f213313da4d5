import pytest

from chalicelib.environment import Security, read_security, read_variables


def test_variables_are_read_in_order():
    assert read_variables({"A": "1", "B": "2"}, ("B", "A")) == ("2", "1")


@pytest.mark.parametrize("environment", [{"A": "1"}, {"A": "1", "B": ""}])
def test_missing_variable_says_what_to_do_instead(environment):
    with pytest.raises(SystemExit, match=r"'B'\)") as caught:
        read_variables(environment, ("A", "B"))

    said = str(caught.value)
    for command in ("deploy.py --stage dev", "--destroy", "-m demo", "-m localaws"):
        assert f"python {command}" in said or command in said


def test_key_and_network_are_optional():
    environment = {"KMS_KEY_ARN": "k", "SUBNET_IDS": "a,b", "SECURITY_GROUP_IDS": "g"}

    assert read_security({}) == Security()
    assert read_security(environment) == Security("k", ("a", "b"), ("g",))
