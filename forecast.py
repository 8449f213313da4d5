"""Forecast from the command line, on AWS and locally; the same as a Python library."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import click
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import PipelineError
from chalicelib.stages import Stage, check_stage
from chalicelib.store import expect_owner
from cli.endpoints import (
    LOCAL_STAGE,
    check_endpoints,
    list_endpoints,
    prepare_environment,
    refuse_outside,
)
from cli.garbage import leave_garbage
from cli.terminal import printable_lines
from client import exit_codes
from client.command.completion import COMPLETE_VARIABLE
from client.command.group import commands
from client.connection import Connection, Place
from client.errors import explain_aws_error, find_exit_code
from client.local.reach import lead_there, reach_local
from client.pace import CallCap
from client.patience import Patience
from client.plain import PlainDisplay
from client.program import name_program
from client.session import Clients

if TYPE_CHECKING:
    from client.library import Forecast, Pipeline, Source

# What is asked of AWS; the local AWS has nobody to share its answers with.
_CALLS_PER_SECOND = 8
# botocore's own retries are for what passes in seconds; Patience is for the rest.
_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 5}, connect_timeout=10, read_timeout=60
)
_ONCE = Config(
    retries={"mode": "standard", "total_max_attempts": 1},
    connect_timeout=10,
    read_timeout=300,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    connect = Connector()
    try:
        code = commands.main(
            arguments or ["--help"],
            prog_name=name_program(),
            complete_var=COMPLETE_VARIABLE,
            standalone_mode=False,
            obj=connect,
        )
        sys.stdout.flush()
    except SystemExit:
        # So Click ends a completion, and when nobody reads on, as after `| head`.
        return exit_codes.DONE
    except (Exception, KeyboardInterrupt) as error:
        return explain_end(error, connect.stage)
    return code if isinstance(code, int) else exit_codes.DONE


def explain_end(error: BaseException, stage: Stage | None) -> int:
    """Say why the command ended early, and return the exit code for it."""
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case click.ClickException():
            complain_of_usage(error)
        case BrokenPipeError():
            leave_pipe()
        case PipelineError():
            complain(str(error))
        case BotoCoreError() | ClientError():
            complain(explain_aws_error(error, stage))
        case click.Abort() | KeyboardInterrupt():
            pass
        case _:
            traceback.print_exception(error)
    return find_exit_code(error)


def open_stage(
    stage: str = "dev",
    *,
    region: str | None = None,
    profile: str | None = None,
    own_local: bool = False,
    output: str | Path = "forecasts",
    say: Callable[[str], None] | None = None,
) -> Pipeline:
    """Reach a stage from Python.

    Parameters
    ----------
    own_local
        Whether it is the local AWS of one's own instead, as of ``--local``; then all
        calls of this process lead there.
    output
        The folder that results are put into.
    say
        Hears of the progress, a line at a time, such as ``print``.
    """
    # pandas is not loaded for the commands that need none.
    from client.library import Pipeline  # noqa: PLC0415 - see above

    hear = say or (lambda _line: None)
    place = Place(stage, region, profile)
    if own_local:
        place = Place(LOCAL_STAGE, own_local=True)
    return Pipeline(
        Connector()(place, say=hear),
        output=Path(output),
        display=PlainDisplay(hear),
    )


def run_forecast(
    source: Source,
    stage: str = "dev",
    *,
    settings: str | Path | None = None,
    **place: Any,
) -> Forecast:
    """Upload a source, wait for its run, and give the forecast as paths and frames.

    Parameters
    ----------
    source
        A path, the history as a frame, or frames by ``TTS``, ``RTS`` and ``metadata``.
    settings
        A file that becomes the upload's ``config.json``.
    place
        ``region``, ``profile``, ``own_local``, ``output`` and ``say`` as of
        ``open_stage``.
    """
    chosen = None if settings is None else Path(settings)
    return open_stage(stage, **place).run(source, settings=chosen)


class Connector:
    """Reaches AWS, or the local AWS, and remembers which stage it is about."""

    environ = os.environ

    def __init__(self) -> None:
        self.stage: Stage | None = None

    def __call__(self, place: Place, *, say: Callable[[str], None]) -> Connection:
        """Build the clients, and find out which account they reach."""
        check_stage(place.stage)
        if place.own_local:
            self._go_home(say)
        prepare_environment(os.environ, place.stage)
        session = boto3.Session(
            profile_name=place.profile,
            # The AWS CLI reads this variable first; boto3 alone does not.
            region_name=place.region or os.environ.get("AWS_REGION") or None,
        )
        if place.stage == LOCAL_STAGE:
            session.events.register("before-send", refuse_outside)
        maker = _Maker(session, place.stage, Patience(say=say))
        # Each is seen to lead where the stage is before anything is sent to any.
        sts = maker.make("sts", patient=False)
        s3, once = maker.make("s3"), maker.make_once("s3")
        sfn, sagemaker = maker.make("stepfunctions"), maker.make("sagemaker")
        logs = maker.make("logs")
        if note := maker.check():
            say(f"note: {note}")
        account = sts.get_caller_identity()["Account"]
        self.stage = Stage(place.stage, account, sts.meta.region_name)
        clients = Clients(
            s3=expect_owner(s3, account),
            once=expect_owner(once, account),
            sfn=sfn,
            sagemaker=sagemaker,
            logs=logs,
            patience=maker.patience,
        )
        return Connection(self.stage, clients, maker.make_one_more)

    def _go_home(self, say: Callable[[str], None]) -> None:
        """Lead every call of this process to the local AWS of one's own."""
        there = lead_there(self.environ, reach_local(self.environ, say))
        self.environ.clear()
        self.environ.update(there)


class _Maker:
    """Makes the clients of one place."""

    def __init__(self, session: boto3.Session, stage: str, patience: Patience) -> None:
        self._session = session
        self._stage = stage
        self._made: list[Any] = []
        self._cap = CallCap(_CALLS_PER_SECOND)
        self.patience = patience

    def make(self, service: str, *, patient: bool = True) -> Any:
        """Make a client; an impatient one finds out whether AWS is there at all."""
        client = self._make(service, _CONFIG)
        if patient:
            self.patience.watch(client)
        if service in ("stepfunctions", "sagemaker") and self._stage != LOCAL_STAGE:
            client.meta.events.register("before-send", self._cap)
        return client

    def make_once(self, service: str) -> Any:
        """Make a client that does nothing twice by itself."""
        return self._make(service, _ONCE)

    def make_one_more(self, service: str) -> Any:
        """Make the client of a service that few commands need."""
        client = self.make(service)
        self.check()
        return client

    def check(self) -> str | None:
        """See that all clients lead where the stage is; give what to say of that."""
        return check_endpoints(self._stage, list_endpoints(self._made))

    def _make(self, service: str, config: Config) -> Any:
        client = self._session.client(service, config=config)  # type: ignore[call-overload]  # any service
        self._made.append(client)
        return client


def complain(message: str) -> None:
    """Print what is wrong."""
    print(f"error: {printable_lines(message)}", file=sys.stderr)


def complain_of_usage(error: click.ClickException) -> None:
    """Print what is wrong with a command line, and where it is explained."""
    context = getattr(error, "ctx", None)
    about = context.command_path if context else name_program()
    told = error.format_message().rstrip(".")
    complain(f"{told[:1].lower()}{told[1:]}\nsee `{about} --help`")


def leave_pipe() -> None:
    """End without a word when nobody reads on, as after ``| head``."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    leave_garbage()
    sys.exit(main())
