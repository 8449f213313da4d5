"""Templates are filled completely or not at all."""

import pytest

from deployment.errors import DeploymentError
from deployment.placeholders import fill, fill_exactly


def test_names_are_replaced_and_nothing_else():
    template = '{"a": "${Name}", "b.$": "$.x", "c": "$$.Y", "d": "${aws:userid}"}'

    filled = fill(template, {"Name": "value", "Unused": "x"})

    assert filled == template.replace("${Name}", "value")


def test_placeholder_without_value_is_named():
    with pytest.raises(DeploymentError, match="found Nam"):
        fill("${Nam} ${Name}", {"Name": "value"})


def test_value_without_placeholder_is_named():
    with pytest.raises(DeploymentError, match="found Unused"):
        fill_exactly("${Name}", {"Name": "value", "Unused": "x"})
