"""A run that the account's quotas cannot take is refused before it is paid for."""

import boto3
import pytest
from botocore.stub import Stubber

from chalicelib.errors import QuotaTooLow
from chalicelib.quotas import (
    AUTOPILOT_JOBS,
    GLUE_RUNS,
    check_quotas,
    find_transform_quota,
    refuse_too_low,
)
from localaws import serve

KNOWN = find_transform_quota({"InstanceType": "ml.m5.4xlarge", "InstanceCount": 2})
OTHER = find_transform_quota({"InstanceType": "ml.c5.9xlarge", "InstanceCount": 1})


def make_client():
    return boto3.client("service-quotas", region_name="us-east-1")


@pytest.fixture(scope="module")
def client():
    with serve(quotas={"L-3E1C9273": 1}) as local:
        yield boto3.client("service-quotas", endpoint_url=local.endpoint_url)


@pytest.mark.parametrize("quota", [AUTOPILOT_JOBS, GLUE_RUNS, OTHER])
def test_enough_of_a_quota_is_well(client, quota):
    (check,) = check_quotas(client, [quota])

    assert (check.level, check.remedy) == ("ok", "")
    assert quota.name in check.what


def test_too_little_says_how_to_request_more(client):
    (check,) = check_quotas(client, [KNOWN])

    assert check.level == "request"
    assert "'ml.m5.4xlarge for transform job usage'" in check.what
    assert "is 1 (needs 2)" in check.what
    assert "--region us-east-1 --service-code sagemaker" in check.remedy
    assert "--quota-code L-3E1C9273 --desired-value 2" in check.remedy


def test_run_with_too_little_is_refused(client):
    with pytest.raises(QuotaTooLow, match=r"nothing was trained:\nquota 'ml\.m5\.4x"):
        refuse_too_low(client, [AUTOPILOT_JOBS, KNOWN])


def test_run_with_enough_goes_on(client):
    assert refuse_too_low(client, [AUTOPILOT_JOBS, OTHER]) == []


@pytest.mark.parametrize("code", ["AccessDeniedException", "TooManyRequestsException"])
def test_silence_of_service_quotas_stops_no_run(code):
    client = make_client()
    with Stubber(client) as stubber:
        stubber.add_client_error("get_service_quota", code)

        (doubt,) = refuse_too_low(client, [KNOWN])

    assert code in doubt
    assert "at least 2" in doubt


def test_quota_never_applied_has_its_default():
    client = make_client()
    asked = {"ServiceCode": "sagemaker", "QuotaCode": "L-3E1C9273"}
    with Stubber(client) as stubber:
        stubber.add_client_error("get_service_quota", "NoSuchResourceException")
        quota = {"QuotaCode": "L-3E1C9273", "Value": 0.0}
        stubber.add_response("get_aws_default_service_quota", {"Quota": quota}, asked)

        (check,) = check_quotas(client, [KNOWN])

    assert (check.level, "is 0 (needs 2)" in check.what) == ("request", True)


def test_type_without_a_quota_is_not_guessed(client):
    unknown = find_transform_quota({"InstanceType": "ml.none", "InstanceCount": 1})

    (check,) = check_quotas(client, [unknown])

    assert check.level == "unknown"
    assert "ml.none" in check.what
