"""The Model Registry as SageMaker's own: where moto's is otherwise, it is mended."""

import pytest
from botocore.exceptions import ClientError

from localaws import serve
from tests.building.local_resources import client, find_answer_misfits, name
from tests.building.training_jobs import create_model, train_job

CONTAINER = {"Image": "image", "ModelDataUrl": "s3://bucket/model.tar.gz"}


@pytest.fixture(scope="module", autouse=True)
def local():
    with serve() as local:
        yield local


@pytest.fixture
def group():
    made = name("group")
    client("sagemaker").create_model_package_group(ModelPackageGroupName=made)
    return made


def register(group, **request):
    made = client("sagemaker").create_model_package(
        ModelPackageGroupName=group,
        InferenceSpecification={"Containers": [CONTAINER]},
        **request,
    )
    return made["ModelPackageArn"]


def describe(arn):
    return client("sagemaker").describe_model_package(ModelPackageName=arn)


def list_numbers(group, **which):
    found = client("sagemaker").list_model_packages(
        ModelPackageGroupName=group, **which
    )
    return [one["ModelPackageVersion"] for one in found["ModelPackageSummaryList"]]


def refuse(call, **request):
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def test_version_is_described_as_registered(group):
    arn = register(
        group,
        ModelApprovalStatus="Approved",
        CustomerMetadataProperties={"run_id": "run-1"},
    )

    found = describe(arn)

    misfits = find_answer_misfits("sagemaker", "DescribeModelPackage", found)
    assert [one for one in misfits if "modelPackageName" not in one] == []
    assert arn.endswith(f":model-package/{group}/1")
    assert found["ModelApprovalStatus"] == "Approved"
    assert found["CustomerMetadataProperties"] == {"run_id": "run-1"}
    (container,) = found["InferenceSpecification"]["Containers"]
    assert container == CONTAINER


def test_version_waits_for_approval_unless_said(group):
    assert describe(register(group))["ModelApprovalStatus"] == "PendingManualApproval"


def test_group_is_made_once(group):
    call = client("sagemaker").create_model_package_group

    assert "already exists" in refuse(call, ModelPackageGroupName=group)


def test_group_that_is_missing_has_no_versions():
    call = client("sagemaker").list_model_packages

    assert refuse(call, ModelPackageGroupName="none").startswith("ValidationException:")


def test_same_token_registers_one_version(group):
    arns = {register(group, ClientToken="run-1") for _ in range(3)}

    assert len(arns) == 1
    assert list_numbers(group) == [1]


def test_no_number_is_given_twice(group):
    register(group)
    second = register(group)
    client("sagemaker").delete_model_package(ModelPackageName=second)

    third = register(group)

    assert third.endswith("/3")
    assert sorted(list_numbers(group)) == [1, 3]


def test_update_changes_what_it_says_alone(group):
    arn = register(
        group,
        ModelApprovalStatus="Approved",
        CustomerMetadataProperties={"a": "1", "b": "2"},
    )
    update = client("sagemaker").update_model_package

    update(ModelPackageArn=arn, CustomerMetadataProperties={"b": "3", "c": "4"})
    update(ModelPackageArn=arn, ApprovalDescription="why")

    found = describe(arn)
    assert found["ModelApprovalStatus"] == "Approved"
    assert found["ApprovalDescription"] == "why"
    assert found["CustomerMetadataProperties"] == {"a": "1", "b": "3", "c": "4"}


def test_versions_are_listed_by_approval(group):
    for status in ("Approved", "Rejected", "Approved"):
        register(group, ModelApprovalStatus=status)

    approved = list_numbers(group, ModelApprovalStatus="Approved")

    assert sorted(approved) == [1, 3]


def test_deleted_version_is_missing(group):
    arn, sagemaker = register(group), client("sagemaker")
    sagemaker.delete_model_package(ModelPackageName=arn)

    assert "does not exist" in refuse(
        sagemaker.describe_model_package, ModelPackageName=arn
    )


def test_group_is_deleted_once_it_is_empty(group):
    arn, sagemaker = register(group), client("sagemaker")
    call = sagemaker.delete_model_package_group

    assert "still has" in refuse(call, ModelPackageGroupName=group)
    sagemaker.delete_model_package(ModelPackageName=arn)
    call(ModelPackageGroupName=group)
    assert "does not exist" in refuse(call, ModelPackageGroupName=group)


def test_too_long_metadata_are_refused(group):
    call = client("sagemaker").create_model_package

    said = refuse(
        call,
        ModelPackageGroupName=group,
        InferenceSpecification={"Containers": [CONTAINER]},
        CustomerMetadataProperties={"run_id": "x" * 257},
    )

    assert "less than or equal to 256" in said


def test_models_are_listed_by_name_and_time(group):
    job = train_job(name("job"))
    model = create_model(job)
    sagemaker = client("sagemaker")

    def list_models(**which):
        return [m["ModelName"] for m in sagemaker.list_models(**which)["Models"]]

    assert list_models(NameContains=model) == [model]
    assert list_models(NameContains="nobody") == []
    assert list_models(CreationTimeAfter=4_000_000_000) == []
