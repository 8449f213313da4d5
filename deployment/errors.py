"""The errors of a deployment, each one clear line."""

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import PipelineError
from cli.remedies import explain_aws_error


class DeploymentError(PipelineError):
    """The stage cannot be deployed as asked."""


def describe_aws_error(error: BotoCoreError | ClientError) -> str:
    """Say in one line what AWS refused, and what to do about it."""
    return explain_aws_error(
        error,
        if_denied="use credentials that may deploy (see docs/deploy.md)",
        otherwise="fix the problem and run it again, it continues where it stopped",
    )
