import pytest

from chalicelib.errors import StageError
from chalicelib.stages import Stage

ACCOUNT, REGION = "123456789012", "eu-central-1"


def test_dev_has_the_plain_bucket():
    expected = "automl-ts-mlops-pipeline-resource-bucket-123456789012"

    assert Stage("dev", ACCOUNT, REGION).bucket == expected


def test_longest_stage_fits_into_a_bucket_name():
    assert len(Stage("s" * 9, ACCOUNT, REGION).bucket) == 63


@pytest.mark.parametrize("stage", ["", "s" * 10, "Dev", "a_b", "-a", "a-", "a b"])
def test_impossible_stage_is_refused(stage):
    with pytest.raises(StageError, match="choose another"):
        Stage(stage, ACCOUNT, REGION)


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-central-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
    ],
)
def test_arn_is_of_the_regions_partition(region, partition):
    assert Stage("dev", ACCOUNT, region).state_machine_arn == (
        f"arn:{partition}:states:{region}:{ACCOUNT}:stateMachine:"
        "automl-ts-mlops-pipeline-dev"
    )
