"""The Model Registry: moto's, mended where SageMaker's does otherwise.

moto lets a group be made twice and numbers a version anew after one was deleted; it
knows no token of a client, no deletion, and forgets on an update what is not said anew.
"""

from __future__ import annotations

from typing import Any

import moto.sagemaker.models as moto_sagemaker
from moto.sagemaker.exceptions import ValidationError
from moto.utilities.utils import get_partition

PENDING = "PendingManualApproval"
# What a request says of a version, and what moto calls it.
_FIELDS = {
    "ModelPackageDescription": "model_package_description",
    "InferenceSpecification": "inference_specification",
    "SourceAlgorithmSpecification": "source_algorithm_specification",
    "ValidationSpecification": "validation_specification",
    "ModelApprovalStatus": "model_approval_status",
    "MetadataProperties": "metadata_properties",
    "ModelMetrics": "model_metrics",
    "CustomerMetadataProperties": "customer_metadata_properties",
    "DriftCheckBaselines": "drift_check_baselines",
    "Domain": "domain",
    "Task": "task",
    "SamplePayloadUrl": "sample_payload_url",
    "AdditionalInferenceSpecifications": "additional_inference_specifications",
    "ClientToken": "client_token",
    "Tags": "tags",
}


class ModelRegistry(moto_sagemaker.SageMakerModelBackend):
    """Groups of model packages, and their versions."""

    def make_package_group(self, request: dict[str, Any]) -> str:
        """Create a group.

        Raises
        ------
        ValidationError
            When there is one of that name.
        """
        name = request["ModelPackageGroupName"]
        if name in self.model_package_groups:
            arn = self.model_package_groups[name].arn
            raise ValidationError(f"Model Package Group already exists: {arn}")
        return self.create_model_package_group(
            model_package_group_name=name,
            model_package_group_description=request.get(
                "ModelPackageGroupDescription", ""
            ),
            tags=request.get("Tags"),
        )

    def find_package_group(self, name: str) -> Any:
        """Find a group by its name or ARN."""
        found = self.model_package_groups.get(name.rsplit("/", 1)[-1])
        if found is None:
            arn = self._package_arn("model-package-group", name)
            raise ValidationError(f"ModelPackageGroup {arn} does not exist.")
        return found

    def delete_package_group(self, name: str) -> None:
        """Delete a group that is empty."""
        group = self.find_package_group(name)
        if self._list_packages(group.model_package_group_name):
            raise ValidationError(
                f"Cannot delete ModelPackageGroup {group.arn} because it still has "
                "ModelPackages."
            )
        del self.model_package_groups[group.model_package_group_name]

    def make_package(self, request: dict[str, Any]) -> str:
        """Register a version of a group, or find that this very call did before.

        moto numbers a version by those that are there; no number is given twice.
        """
        group = self.find_package_group(request["ModelPackageGroupName"])
        name = group.model_package_group_name
        known = self._find_by_token(name, request.get("ClientToken"))
        if known is not None:
            return known
        arguments: dict[str, Any] = {
            ours: request.get(theirs) for theirs, ours in _FIELDS.items()
        }
        package = moto_sagemaker.ModelPackage(
            **arguments,
            model_package_name=name,
            model_package_group_name=name,
            model_package_version=self._number_package(name),
            approval_description=None,
            certify_for_marketplace=False,
            region_name=self.region_name,
            account_id=self.account_id,
            model_package_type="Versioned",
        )
        if package.model_approval_status is None:
            package.set_model_approval_status(PENDING)
        # Nothing validates a version; moto calls its steps by what is no name.
        package.model_package_status_details = {"ValidationStatuses": []}
        package.created_by = {}
        self.model_packages[package.arn] = package
        self.model_package_name_mapping[package.arn] = package.arn
        return str(package.arn)

    def _number_package(self, group: str) -> int:
        numbers: dict[str, int] = self.__dict__.setdefault("package_numbers", {})
        newest = [one.model_package_version for one in self._list_packages(group)]
        numbers[group] = max([numbers.get(group, 0), *newest]) + 1
        return numbers[group]

    def _find_by_token(self, group: str, token: str | None) -> str | None:
        return next(
            (
                one.arn
                for one in self._list_packages(group)
                if token and one.client_token == token
            ),
            None,
        )

    def find_package(self, name: str) -> Any:
        """Find a version, or a package without versions, by its ARN or name."""
        known = self.model_package_name_mapping.get(name, name)
        found = self.model_packages.get(known)
        if found is None:
            arn = self._package_arn("model-package", name)
            raise ValidationError(f"ModelPackage {arn} does not exist.")
        return found

    def change_package(self, request: dict[str, Any]) -> str:
        """Change what a request says of a version, and nothing else."""
        package = self.find_package(request["ModelPackageArn"])
        if "ModelApprovalStatus" in request:
            package.set_model_approval_status(request["ModelApprovalStatus"])
        if "ApprovalDescription" in request:
            package.approval_description = request["ApprovalDescription"]
        package.customer_metadata_properties = {
            **(package.customer_metadata_properties or {}),
            **request.get("CustomerMetadataProperties", {}),
        }
        package.remove_customer_metadata_property(
            request.get("CustomerMetadataPropertiesToRemove", [])
        )
        package.modifications_done()
        return str(package.arn)

    def delete_package(self, name: str) -> None:
        """Delete a version."""
        package = self.find_package(name)
        del self.model_packages[package.arn]
        self.model_package_name_mapping.pop(package.arn, None)

    def _list_packages(self, group: str) -> list[Any]:
        return [
            one
            for one in self.model_packages.values()
            if one.model_package_group_name == group
        ]

    def _package_arn(self, kind: str, name: str) -> str:
        if name.startswith("arn:"):
            return name
        partition = get_partition(self.region_name)
        return (
            f"arn:{partition}:sagemaker:{self.region_name}:{self.account_id}:"
            f"{kind}/{name}"
        )
