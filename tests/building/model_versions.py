"""Versions of a dataset's model, as the registry would have them."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from botocore.exceptions import ClientError

from chalicelib.registry import APPROVED, Version

GROUP = "automl-ts-mlops-pipeline-dev--sales"
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
TRAINED_BY = "sales-261101012419-0123abcd-dev"
CONTAINER = {
    "Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/autopilot:latest",
    "ModelDataUrl": f"s3://bucket/autopilot-output/{TRAINED_BY}/model.tar.gz",
    "Environment": {},
}


def make_version(number=3, *, approval=APPROVED, days=7, reason="", **facts):
    """Make a version that was trained so many days ago."""
    known = {"run_id": TRAINED_BY, "metric": "WQL", "backtest": "0.1", **facts}
    return Version(
        arn=f"arn:aws:sagemaker:us-east-1:123456789012:model-package/{GROUP}/{number}",
        number=number,
        approval=approval,
        created=NOW - timedelta(days=days),
        containers=(CONTAINER,),
        facts={name: text for name, text in known.items() if text is not None},
        reason=reason,
    )


def _read_number(package):
    return package["ModelPackageVersion"]


class FakeRegistry:
    """SageMaker's registry in memory, with its models, and what each call asked."""

    def __init__(self):
        self.groups, self.packages, self.models = {}, {}, {}
        self.calls, self.broken = [], {}
        self.last, self.now = 0, NOW

    def _hear(self, operation, request=None):
        self.calls.append(operation)
        if operation in self.broken:
            raise ClientError(
                {"Error": {"Code": self.broken[operation], "Message": "no"}}, operation
            )
        return request

    def create_model_package_group(self, **request):
        self._hear("CreateModelPackageGroup")
        name = request["ModelPackageGroupName"]
        if name in self.groups:
            said = {"Code": "ValidationException", "Message": "already exists: arn"}
            raise ClientError({"Error": said}, "CreateModelPackageGroup")
        self.groups[name] = request

    def create_model_package(self, **request):
        self._hear("CreateModelPackage")
        for arn, found in self.packages.items():
            if found["ClientToken"] == request["ClientToken"]:
                return {"ModelPackageArn": arn}
        # A number is never given again, whatever was deleted.
        self.last = max([self.last, *map(_read_number, self.packages.values())]) + 1
        number = self.last
        arn = make_version(number).arn
        self.packages[arn] = {
            **request,
            "ModelPackageArn": arn,
            "ModelPackageVersion": number,
            "CreationTime": self.now,
        }
        return {"ModelPackageArn": arn}

    def keep(self, version):
        """Hold a version that was registered before."""
        self.groups[GROUP] = {}
        self.packages[version.arn] = {
            "ModelPackageArn": version.arn,
            "ModelPackageVersion": version.number,
            "CreationTime": version.created,
            "ModelApprovalStatus": version.approval,
            "InferenceSpecification": {"Containers": list(version.containers)},
            "CustomerMetadataProperties": dict(version.facts),
            "ClientToken": version.facts.get("run_id", "") + str(version.number),
        }
        return version

    def describe_model_package(self, ModelPackageName):
        self._hear("DescribeModelPackage")
        if ModelPackageName not in self.packages:
            said = {"Code": "ValidationException", "Message": "it does not exist."}
            raise ClientError({"Error": said}, "DescribeModelPackage")
        return self.packages[ModelPackageName]

    def update_model_package(self, ModelPackageArn, **request):
        self._hear("UpdateModelPackage")
        package = self.packages[ModelPackageArn]
        more = request.pop("CustomerMetadataProperties", {})
        package.update(request)
        package["CustomerMetadataProperties"] = {
            **package["CustomerMetadataProperties"],
            **more,
        }

    def delete_model_package(self, ModelPackageName):
        self._hear("DeleteModelPackage")
        del self.packages[ModelPackageName]

    def describe_model(self, ModelName):
        self._hear("DescribeModel")
        return {"Containers": self.models[ModelName]}

    def delete_model(self, ModelName):
        self._hear("DeleteModel")
        del self.models[ModelName]

    def get_paginator(self, operation):
        return SimpleNamespace(paginate=getattr(self, f"_{operation}"))

    def _list_model_packages(self, PaginationConfig, ModelPackageGroupName, **which):
        self._hear("ListModelPackages")
        if ModelPackageGroupName not in self.groups:
            said = {"Code": "ValidationException", "Message": "it does not exist."}
            raise ClientError({"Error": said}, "ListModelPackages")
        found = [
            one
            for one in self.packages.values()
            if all(one[name] == value for name, value in which.items())
        ]
        return [{"ModelPackageSummaryList": found}]

    def _list_models(self, NameContains, CreationTimeAfter):
        self._hear("ListModels")
        names = [name for name in self.models if NameContains in name]
        return [{"Models": [{"ModelName": name} for name in names]}]
