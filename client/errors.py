"""The client's own error, and AWS's errors where a stage is what is missing."""

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import aws_errors
from chalicelib.errors import PipelineError
from chalicelib.stages import Stage

_NOT_DEPLOYED = {"NoSuchBucket", "StateMachineDoesNotExist", "PermanentRedirect"}


class CommandError(PipelineError):
    """What the caller can put right; the message says what is wrong and how."""


def explain_aws_error(error: BotoCoreError | ClientError, stage: Stage | None) -> str:
    """Put an error of botocore into one line: what is wrong; what to do.

    ``stage`` is None while account and region are still being found out.
    """
    code = aws_errors.error_code(error)
    if stage and code in _NOT_DEPLOYED:
        return (
            f"stage {stage.name!r} is not deployed in account {stage.account}, "
            f"region {stage.region} (received {code}); run "
            f"`python deploy.py --stage {stage.name}`, or give the --stage, "
            "--region or --profile where it is"
        )
    return aws_errors.explain_aws_error(
        error,
        if_denied=(
            "use credentials that may do this, or ask who owns the account for the "
            "permission"
        ),
        otherwise="put that right, or try again later",
    )
