"""The client's own errors, and AWS's errors where a stage is what is missing."""

import click
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws_errors import error_code, is_passing
from chalicelib.errors import PipelineError, StageError
from chalicelib.stages import Stage
from cli import remedies
from client import exit_codes
from client.program import spell_deploy

_NOT_DEPLOYED = {"NoSuchBucket", "StateMachineDoesNotExist", "PermanentRedirect"}


class CommandError(PipelineError):
    """What the caller can put right; the message says what is wrong and how."""

    exit_code = exit_codes.UNUSABLE


class SourceError(CommandError):
    """A file that was named cannot be used."""

    exit_code = exit_codes.USAGE


class NoRunError(CommandError):
    """Nothing starts for an upload."""

    exit_code = exit_codes.NO_RUN


class WrongStateError(CommandError):
    """A run, or a stage, is not in a state for what was asked."""

    exit_code = exit_codes.WRONG_STATE


_CODES: tuple[tuple[type[BaseException], int], ...] = (
    (click.Abort, exit_codes.INTERRUPTED),
    (KeyboardInterrupt, exit_codes.INTERRUPTED),
    (click.ClickException, exit_codes.USAGE),
    (BrokenPipeError, exit_codes.DONE),
    (StageError, exit_codes.USAGE),
    (PipelineError, exit_codes.UNUSABLE),
    (BotoCoreError, exit_codes.UNUSABLE),
    (ClientError, exit_codes.UNUSABLE),
)


def find_exit_code(error: BaseException) -> int:
    """Give the exit code that an error ends the command with."""
    if isinstance(error, CommandError):
        return error.exit_code
    if is_passing(error):
        return exit_codes.NO_ANSWER
    codes = (code for kind, code in _CODES if isinstance(error, kind))
    return next(codes, exit_codes.BROKEN)


def explain_aws_error(error: BotoCoreError | ClientError, stage: Stage | None) -> str:
    """Put an error of botocore into one line: what is wrong; what to do.

    ``stage`` is None while account and region are still being found out.
    """
    code = error_code(error)
    if stage and code in _NOT_DEPLOYED:
        return (
            f"stage {stage.name!r} is not deployed in account {stage.account}, "
            f"region {stage.region} (received {code}); run "
            f"`{spell_deploy(stage.name)}`, or give the --stage, "
            "--region or --profile where it is"
        )
    return remedies.explain_aws_error(
        error,
        if_denied=(
            "use credentials that may do this, or ask who owns the account for the "
            "permission"
        ),
        otherwise="put that right, or try again later",
    )
