import pytest

from chalicelib.environment import read_variable
from chalicelib.errors import SettingError


def test_variable_is_read():
    assert read_variable({"BUCKET": "b"}, "BUCKET") == "b"


@pytest.mark.parametrize("environment", [{}, {"BUCKET": ""}])
def test_missing_variable_says_how_to_get_it(environment):
    with pytest.raises(SettingError, match=r"'BUCKET'.*python deploy.py --stage dev"):
        read_variable(environment, "BUCKET")
