"""What a run needs of the account is looked at, and each thing is said."""

import json
from dataclasses import replace

import boto3
import pytest
from moto import mock_aws

from deployment.apply import deploy
from deployment.options import Options
from deployment.preflight import (
    DEFAULT_RESOURCES,
    check_region,
    check_roles,
    preflight,
)
from glue.settings.layers import DEFAULTS
from tests.building.account_quotas import account_quotas
from tests.building.made_up_account import make_stage
from tests.building.made_up_deployment import (
    STAGE,
    copy_small_project,
    make_deployment,
)
from tests.building.service_models import find_faults


@pytest.fixture
def deployment(tmp_path):
    with mock_aws():
        yield make_deployment(copy_small_project(tmp_path))


def look(deployment):
    said = []
    lacking = preflight(deployment, said.append)
    return lacking, "\n".join(said)


def put_default_settings(text):
    s3 = boto3.client("s3", region_name=STAGE.region)
    s3.create_bucket(
        Bucket=STAGE.bucket,
        CreateBucketConfiguration={"LocationConstraint": STAGE.region},
    )
    s3.put_object(Bucket=STAGE.bucket, Key="config/default.json", Body=text)


def test_resources_are_those_of_a_run_without_settings():
    assert DEFAULTS["TransformResources"] == DEFAULT_RESOURCES


def test_all_is_looked_at_before_the_first_deploy(deployment):
    lacking, said = look(deployment)

    assert lacking == 0
    assert f"ok         all 13 services are in {STAGE.region}" in said
    assert "ok         quota 'ml.m5.4xlarge for transform job usage'" in said
    assert "unknown    whether the roles may do" in said
    assert "deploy first" in said


def test_quotas_of_nothing_are_to_be_requested(deployment):
    with account_quotas(all=0):
        lacking, said = look(deployment)

    assert lacking == 3
    assert said.count("is 0 (needs 1)") == 3
    assert said.count("--desired-value 1") == 3


@pytest.mark.usefixtures("no_policies_on_buckets")
def test_role_that_may_less_than_its_policy_is_named(deployment):
    deploy(deployment, lambda line: None)
    name = STAGE.resource("sagemaker")
    policy = deployment.templates.build("sagemaker", STAGE, deployment.options)
    (less, *rest) = policy["Statement"]
    boto3.client("iam").put_role_policy(
        RoleName=name,
        PolicyName=name,
        PolicyDocument=json.dumps({**policy, "Statement": rest}),
    )

    lacking, said = look(deployment)

    assert lacking == 0
    assert f"warning    role of sagemaker may not {less['Action'][0]}" in said


def test_embedded_engine_needs_no_quota_of_sagemaker(deployment):
    put_default_settings(json.dumps({"Engine": "embedded"}))

    with account_quotas(**{"L-CFC2D5B6": 0, "L-3E1C9273": 0}):
        lacking, said = look(deployment)

    assert lacking == 0
    assert "Max concurrent job runs" in said
    assert "transform job usage" not in said
    assert "AutoML" not in said


def test_quota_asked_for_is_that_of_the_settings(deployment):
    asked = {"TransformResources": {"InstanceType": "ml.c5.9xlarge"}}
    put_default_settings(json.dumps(asked))

    _, said = look(deployment)

    assert "quota 'ml.c5.9xlarge for transform job usage'" in said


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"TransformResources": 7}', '{"TransformResources": null}']
)
def test_settings_that_cannot_be_read_are_told(deployment, text):
    put_default_settings(text)

    _, said = look(deployment)

    assert "unknown    config/default.json could not be read" in said
    assert "quota 'ml.m5.4xlarge for transform job usage'" in said


def test_region_without_a_service_is_told(deployment):
    check = check_region(make_stage(region="mars-north-1"))

    assert check.level == "warning"
    assert "sagemaker" in check.what
    assert "iam" not in check.what


@pytest.mark.usefixtures("no_policies_on_buckets")
def test_roles_with_all_options_are_asked_about_as_the_model_has_it(deployment):
    options = Options(
        kms_key="arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab",
        subnet_ids=("subnet-1",),
        security_group_ids=("sg-1",),
    )
    deploy(deployment, lambda line: None)
    asked = []
    deployment.clients.iam.meta.events.register(
        "provide-client-params.iam.SimulatePrincipalPolicy",
        lambda params, **_: asked.append(params),
    )

    check_roles(replace(deployment, options=options))

    keys = {entry["ContextKeyName"] for one in asked for entry in one["ContextEntries"]}
    assert {"kms:ViaService", "aws:TagKeys", "iam:PassedToService"} <= keys
    assert [find_faults("iam", "SimulatePrincipalPolicy", one) for one in asked] == [
        [] for _ in asked
    ]
