"""The quotas of the local account that a run depends on, and what each is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from moto.utilities.utils import get_partition

from localaws.host.models import load_service_model

ALL = "all"
AUTOPILOT_JOBS, GLUE_RUNS = "L-CFC2D5B6", "L-5E4153CA"
# https://docs.aws.amazon.com/sagemaker/latest/dg/autopilot-quotas.html
_AUTOPILOT_JOBS = {
    **dict.fromkeys(("us-east-1", "us-east-2", "us-west-2", "ap-northeast-1"), 4),
    **dict.fromkeys(("eu-west-1", "eu-central-1"), 4),
    **dict.fromkeys(
        ("ap-northeast-2", "ap-southeast-2", "eu-west-2", "ap-southeast-1"), 2
    ),
}
_TRANSFORM_CODES = {
    "ml.m5.large": "L-236AE59F",
    "ml.m5.xlarge": "L-7939E4EC",
    "ml.m5.4xlarge": "L-3E1C9273",
    "ml.m5.12xlarge": "L-76A7309C",
    "ml.m5.24xlarge": "L-5F2D4124",
}
# What an account has of these differs; here there is enough of all.
_TRANSFORM_INSTANCES, _GLUE_RUNS = 20, 200


@dataclass(frozen=True)
class Quota:
    """One quota of a region."""

    service: str
    code: str
    name: str
    default: int

    def describe(self, value: int, *, region: str, account: str) -> dict[str, Any]:
        """Describe it as Service Quotas does."""
        partition = get_partition(region)
        return {
            "ServiceCode": self.service,
            "ServiceName": {"sagemaker": "Amazon SageMaker", "glue": "AWS Glue"}[
                self.service
            ],
            "QuotaArn": (
                f"arn:{partition}:servicequotas:{region}:{account}:"
                f"{self.service}/{self.code}"
            ),
            "QuotaCode": self.code,
            "QuotaName": self.name,
            "Value": float(value),
            "Unit": "None",
            "Adjustable": True,
            "GlobalQuota": False,
        }


@dataclass(frozen=True)
class Quotas:
    """The quotas of an account; ``asked`` has values by code, or one for ``all``."""

    asked: Mapping[str, int]

    def list_all(self, region: str, service: str) -> list[tuple[Quota, int]]:
        """List a service's quotas in a region with their values."""
        return [
            (quota, self._find_value(quota))
            for quota in _list_quotas(region)
            if quota.service == service
        ]

    def find(self, region: str, code: str) -> tuple[Quota, int]:
        """Find a quota by its code.

        Raises
        ------
        KeyError
            When there is none.
        """
        for quota in _list_quotas(region):
            if quota.code == code:
                return quota, self._find_value(quota)
        raise KeyError(code)

    def find_transform(self, region: str, instance_type: str) -> tuple[Quota, int]:
        """Find the quota of instances of a type for transform jobs."""
        return self.find(region, _name_transform_code(instance_type))

    def _find_value(self, quota: Quota) -> int:
        return self.asked.get(quota.code, self.asked.get(ALL, quota.default))


def _list_quotas(region: str) -> Iterator[Quota]:
    name = "Maximum number of concurrent AutoML Jobs"
    yield Quota("sagemaker", AUTOPILOT_JOBS, name, _AUTOPILOT_JOBS.get(region, 1))
    name = "Max concurrent job runs per account"
    yield Quota("glue", GLUE_RUNS, name, _GLUE_RUNS)
    for kind in _list_instance_types():
        name = f"{kind} for transform job usage"
        code = _name_transform_code(kind)
        yield Quota("sagemaker", code, name, _TRANSFORM_INSTANCES)


@cache
def _list_instance_types() -> tuple[str, ...]:
    # The model has megabytes.
    shape: Any = load_service_model("sagemaker").shape_for("TransformInstanceType")
    return tuple(shape.enum)


def _name_transform_code(instance_type: str) -> str:
    """Give a quota's code; one that is made up where AWS's own is not known here."""
    made_up = hashlib.sha256(instance_type.encode()).hexdigest()[:8].upper()
    return _TRANSFORM_CODES.get(instance_type, f"L-{made_up}")
