"""SageMaker's quotas: how many AutoML jobs may run at once."""

from moto.sagemaker.exceptions import SagemakerClientError

# https://docs.aws.amazon.com/sagemaker/latest/dg/autopilot-quotas.html
_AUTOPILOT_JOBS = {
    **dict.fromkeys(("us-east-1", "us-east-2", "us-west-2", "ap-northeast-1"), 4),
    **dict.fromkeys(("eu-west-1", "eu-central-1"), 4),
    **dict.fromkeys(
        ("ap-northeast-2", "ap-southeast-2", "eu-west-2", "ap-southeast-1"), 2
    ),
}


class ResourceLimitExceeded(SagemakerClientError):
    """More at once than the account's quota allows."""

    code = "ResourceLimitExceeded"


def count_autopilot_jobs(region: str, asked: int | None) -> int:
    """Say how many AutoML jobs may run at once: as asked, else as in the region."""
    return _AUTOPILOT_JOBS.get(region, 1) if asked is None else asked


def check_autopilot_quota(running: int, most: int) -> None:
    """Refuse another AutoML job where all places are taken.

    Raises
    ------
    ResourceLimitExceeded
        In the service's own words.
    """
    if running >= most:
        raise ResourceLimitExceeded(
            "The account-level service limit 'Maximum number of concurrent AutoML "
            f"Jobs' is {most} AutoMLJobs, with current utilization of {running} "
            "AutoMLJobs and a request delta of 1 AutoMLJobs. Please use AWS "
            "Service Quotas to request an increase for this quota."
        )
