"""The account's quotas that a run depends on, asked of Service Quotas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws_errors import error_code
from chalicelib.checks import Check
from chalicelib.errors import QuotaTooLow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_TRANSFORM = "{} for transform job usage"
# Those of the types that AWS's examples use; of any other it is looked up by its name.
_TRANSFORM_CODES = {
    "ml.m5.large": "L-236AE59F",
    "ml.m5.xlarge": "L-7939E4EC",
    "ml.m5.4xlarge": "L-3E1C9273",
    "ml.m5.12xlarge": "L-76A7309C",
    "ml.m5.24xlarge": "L-5F2D4124",
}
_PAGE, _MOST_QUOTAS = 100, 6000


@dataclass(frozen=True)
class Quota:
    """One quota, and how much of it a run needs; ``code`` is None where unknown.

    ``without`` says what becomes of a run when there is too little.
    """

    service: str
    name: str
    code: str | None
    needed: int
    without: str

    def describe(self) -> str:
        """Name the quota as Service Quotas does."""
        where = f"{self.service}, {self.code}" if self.code else self.service
        return f"quota {self.name!r} ({where})"


AUTOPILOT_JOBS = Quota(
    service="sagemaker",
    name="Maximum number of concurrent AutoML Jobs",
    code="L-CFC2D5B6",
    needed=1,
    without="no run can train",
)
GLUE_RUNS = Quota(
    service="glue",
    name="Max concurrent job runs per account",
    code="L-5E4153CA",
    needed=1,
    without="no upload can be prepared",
)


def find_transform_quota(resources: Mapping[str, Any]) -> Quota:
    """Find the quota that a run's ``TransformResources`` draw on."""
    kind = resources["InstanceType"]
    return Quota(
        service="sagemaker",
        name=_TRANSFORM.format(kind),
        code=_TRANSFORM_CODES.get(kind),
        needed=int(resources["InstanceCount"]),
        without="a run would train, be paid for, and then have nothing to forecast on",
    )


def check_quotas(client: Any, quotas: Iterable[Quota]) -> list[Check]:
    """Compare each quota with what a run needs of it."""
    return [_check(client, quota) for quota in quotas]


def refuse_too_low(client: Any, quotas: Sequence[Quota]) -> list[str]:
    """Refuse a run that the account's quotas cannot take to its end.

    What cannot be asked stops no run: it is listed.

    Raises
    ------
    QuotaTooLow
        When a quota is less than the run needs; waiting would not change it.
    """
    checks = check_quotas(client, quotas)
    lacking = [check for check in checks if check.level == "request"]
    if lacking:
        lines = [line for check in lacking for line in (check.what, check.remedy)]
        raise QuotaTooLow(
            "\n".join(
                [
                    "the account's quotas are too low, and nothing was trained:",
                    *lines,
                    "redrive the run when they are raised, or choose other "
                    "TransformResources, or the Engine 'embedded', and upload again",
                ]
            )
        )
    return [str(check) for check in checks if check.level == "unknown"]


def _check(client: Any, quota: Quota) -> Check:
    try:
        found = _find(client, quota)
    except (BotoCoreError, ClientError) as error:
        return Check(
            "unknown",
            f"{quota.describe()} could not be asked for ({_shorten(error)})",
            f"see in Service Quotas that it is at least {quota.needed}",
        )
    if found is None:
        return Check(
            "unknown",
            f"{quota.describe()} is not in Service Quotas of this region",
            "see whether the type of instance exists there",
        )
    value, code = int(found["Value"]), str(found["QuotaCode"])
    what = f"{quota.describe()} is {value}"
    if value >= quota.needed:
        return Check("ok", what)
    region = client.meta.region_name
    return Check(
        "request",
        f"{what} (needs {quota.needed}): {quota.without}",
        f"request more: aws service-quotas request-service-quota-increase --region "
        f"{region} --service-code {quota.service} --quota-code {code} "
        f"--desired-value {quota.needed}",
    )


def _shorten(error: BotoCoreError | ClientError) -> str:
    return error_code(error) or type(error).__name__


def _find(client: Any, quota: Quota) -> Any | None:
    """Find a quota as it is applied to the account, else by its default."""
    if quota.code is None:
        named = (q for q in _list_all(client, quota.service) if _is_named(q, quota))
        return next(named, None)
    asked = {"ServiceCode": quota.service, "QuotaCode": quota.code}
    try:
        return client.get_service_quota(**asked)["Quota"]
    except client.exceptions.NoSuchResourceException:
        # As for an account to which nothing else was ever applied.
        return client.get_aws_default_service_quota(**asked)["Quota"]


def _is_named(found: Any, quota: Quota) -> bool:
    return str(found["QuotaName"]).lower() == quota.name.lower()


def _list_all(client: Any, service: str) -> Iterator[Any]:
    """List what is applied first, then the defaults of what is not listed there."""
    for operation in ("list_service_quotas", "list_aws_default_service_quotas"):
        pages = client.get_paginator(operation).paginate(
            ServiceCode=service,
            PaginationConfig={"PageSize": _PAGE, "MaxItems": _MOST_QUOTAS},
        )
        for page in pages:
            yield from page["Quotas"]
