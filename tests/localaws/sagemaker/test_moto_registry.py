"""What moto itself does: a test fails here once its mend is needed no more."""

import boto3
from moto import mock_aws

CONTAINER = {"Image": "image", "ModelDataUrl": "s3://bucket/model.tar.gz"}


def test_moto_still_numbers_versions_by_those_there_are():
    with mock_aws():
        sagemaker = boto3.client("sagemaker")
        sagemaker.create_model_package_group(ModelPackageGroupName="group")
        request = {
            "ModelPackageGroupName": "group",
            "InferenceSpecification": {"Containers": [CONTAINER]},
            "ClientToken": "run-1",
        }

        arns = [
            sagemaker.create_model_package(**request)["ModelPackageArn"]
            for _ in range(2)
        ]

        assert arns[0] != arns[1]


def test_moto_still_forgets_on_an_update():
    with mock_aws():
        sagemaker = boto3.client("sagemaker")
        sagemaker.create_model_package_group(ModelPackageGroupName="group")
        arn = sagemaker.create_model_package(
            ModelPackageGroupName="group",
            InferenceSpecification={"Containers": [CONTAINER]},
            ModelApprovalStatus="Approved",
            CustomerMetadataProperties={"a": "1"},
        )["ModelPackageArn"]

        sagemaker.update_model_package(ModelPackageArn=arn, ApprovalDescription="why")

        found = sagemaker.describe_model_package(ModelPackageName=arn)
        assert "CustomerMetadataProperties" not in found
        assert "ModelApprovalStatus" not in found
