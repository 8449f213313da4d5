import pytest

from chalicelib.errors import StageError
from chalicelib.stages import bucket_name, resource_name, state_machine_arn

ACCOUNT = "123456789012"


def test_dev_has_the_plain_bucket():
    expected = "automl-ts-mlops-pipeline-resource-bucket-123456789012"

    assert bucket_name("dev", ACCOUNT) == expected


def test_longest_stage_fits_into_a_bucket_name():
    assert len(bucket_name("s" * 9, ACCOUNT)) == 63


@pytest.mark.parametrize("stage", ["", "s" * 10, "Dev", "a_b", "-a", "a-", "a b"])
def test_impossible_stage_is_refused(stage):
    with pytest.raises(StageError, match="choose another"):
        resource_name(stage, "states")


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-central-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
    ],
)
def test_arn_is_of_the_regions_partition(region, partition):
    assert state_machine_arn("dev", region, ACCOUNT) == (
        f"arn:{partition}:states:{region}:{ACCOUNT}:stateMachine:"
        "automl-ts-mlops-pipeline-dev"
    )
