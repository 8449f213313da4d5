"""The judge must find what it is there to find."""

import pytest

from tests.building.service_models import find_faults

JOB = {
    "AutoMLJobName": "sales-1",
    "AutoMLJobInputDataConfig": [{"ChannelType": "training"}],
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
    "AutoMLProblemTypeConfig": {
        "TextClassificationJobConfig": {
            "ContentColumn": "text",
            "TargetLabelColumn": "label",
        }
    },
    "RoleArn": "arn:aws:iam::123456789012:role/sagemaker",
}


@pytest.mark.parametrize(
    ("uri", "is_right"),
    [
        ("s3://bucket/é_1/", True),
        ("", True),
        ("tab\tin", False),
        ("a" * 1025, False),
    ],
)
def test_class_of_letters_is_understood(uri, is_right):
    request = {"ModelPackageGroupName": "sales", "SourceUri": uri}

    assert (find_faults("sagemaker", "CreateModelPackage", request) == []) == is_right


def test_right_request_has_no_fault():
    assert find_faults("sagemaker", "CreateAutoMLJobV2", JOB) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("AutoMLJobName", "a" * 33),
        ("AutoMLJobName", "under_score"),
        ("AutoMLJobInputDataConfig", [{"ChannelType": "testing"}]),
        ("AutoMLJobInputDataConfig", [{}, {}, {}]),
        ("RoleArn", None),
        ("Unknown", 1),
    ],
)
def test_wrong_value_is_found(key, value):
    assert find_faults("sagemaker", "CreateAutoMLJobV2", {**JOB, key: value})
