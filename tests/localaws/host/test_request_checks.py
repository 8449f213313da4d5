import re

import pytest

from localaws.host.request_checks import find_violations, spell_violations

MODEL = {"ModelName": "m", "ExecutionRoleArn": "arn:aws:iam::123456789012:role/r-role"}


@pytest.mark.parametrize(
    ("changes", "violation"),
    [
        ({}, None),
        ({"ModelName": None}, "at 'modelName' failed .* must not be null"),
        ({"ModelName": "a_b"}, r"Value 'a_b' at 'modelName' .* pattern: \[a-zA-Z0-9\]"),
        ({"ModelName": "x" * 64}, "length less than or equal to 63"),
        ({"ModelName": 7}, "must be of type string"),
        ({"EnableNetworkIsolation": "yes"}, "must be of type boolean"),
        (
            {"Containers": [{"Mode": "Sometimes"}]},
            r"'containers.1.member.mode' .* enum",
        ),
        ({"Tags": [{"Key": "a"}]}, "'tags.1.member.value' .* not be null"),
        ({"Containers": [{"Environment": {"a b": "c"}}]}, "environment.key"),
        ({"Containers": [{}] * 16}, "'containers' .* less than or equal to 15"),
    ],
)
def test_violation_is_said_as_aws_does(changes, violation):
    found = find_violations("sagemaker", "CreateModel", {**MODEL, **changes})

    if violation is None:
        assert found == []
    else:
        (said,) = found
        assert re.search(violation, said)


def test_number_must_be_in_its_range():
    request = {"JobName": "j", "Timeout": 0}

    (said,) = find_violations("glue", "StartJobRun", request)

    assert "'timeout' failed" in said
    assert "value greater than or equal to 1" in said


def test_truth_is_not_a_number():
    request = {"JobName": "j", "Timeout": True}

    assert find_violations("glue", "StartJobRun", request)


def test_violations_make_one_message():
    assert spell_violations(["a"]) == "1 validation error detected: a"
    assert spell_violations(["a", "b"]) == "2 validation errors detected: a; b"
