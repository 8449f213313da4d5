import pytest

from localaws import serve
from localaws.service_quotas.table import AUTOPILOT_JOBS, Quotas
from tests.building.local_resources import client, make_role, name
from tests.building.training_jobs import create_job, find_error, put_sales, wait_for_job


def test_jobs_beyond_the_quota_are_refused_until_one_ends():
    with serve(quotas={AUTOPILOT_JOBS: 1}):
        bucket, role = put_sales(), make_role("sagemaker")
        first = create_job(bucket, role, name("job"))

        error = find_error(create_job, bucket, role, name("job"))
        client("sagemaker").stop_auto_ml_job(AutoMLJobName=first)
        wait_for_job(first)
        second = create_job(bucket, role, name("job"))
        client("sagemaker").stop_auto_ml_job(AutoMLJobName=second)

    assert error["Code"] == "ResourceLimitExceeded"
    assert "service limit" in error["Message"]


@pytest.mark.parametrize(
    ("region", "asked", "expected"),
    [
        ("us-east-1", None, 4),
        ("eu-west-2", None, 2),
        ("eu-north-1", None, 1),
        ("us-east-1", 7, 7),
    ],
)
def test_quota_is_the_region_s_unless_asked(region, asked, expected):
    quotas = Quotas({} if asked is None else {AUTOPILOT_JOBS: asked})

    assert quotas.find(region, AUTOPILOT_JOBS)[1] == expected
