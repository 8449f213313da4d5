"""What SageMaker says when an account would have more than its quotas allow."""

from moto.sagemaker.exceptions import SagemakerClientError

from localaws.service_quotas.table import Quota


class ResourceLimitExceeded(SagemakerClientError):
    """More at once than the account's quota allows."""

    code = "ResourceLimitExceeded"


def check_quota(quota: Quota, most: int, *, running: int, more: int, unit: str) -> None:
    """Refuse more of something than there is left of its quota.

    Raises
    ------
    ResourceLimitExceeded
        In the service's own words.
    """
    if running + more > most:
        raise ResourceLimitExceeded(
            f"The account-level service limit '{quota.name}' is {most} {unit}, with "
            f"current utilization of {running} {unit} and a request delta of {more} "
            f"{unit}. Please use AWS Service Quotas to request an increase for this "
            "quota. If AWS Service Quotas is not available, contact AWS support to "
            "request an increase for this quota."
        )
