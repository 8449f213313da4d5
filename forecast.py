"""Forecast from the command line: upload, watch, download, on AWS and locally."""

import argparse
import io
import os
import shlex
import sys
import webbrowser
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from chalicelib.endpoints import (
    LOCAL_STAGE,
    check_endpoints,
    list_endpoints,
    prepare_environment,
    refuse_outside,
)
from chalicelib.errors import PipelineError
from chalicelib.stages import Stage, check_stage
from chalicelib.store import expect_owner
from chalicelib.terminal import printable_lines
from client.errors import explain_aws_error
from client.follow import Display
from client.listing import Lister
from client.listing_table import render_listing
from client.live import LiveDisplay
from client.pace import CallCap
from client.packing import check_source
from client.plain import PlainDisplay
from client.present import present_outcome
from client.session import Clients, Outcome, Session
from client.terminal import CleanConsole
from client.uploads import START_PATIENCE_SECONDS

USAGE = """\
python forecast.py SOURCE         upload a .zip, a folder or a .csv, and forecast it
       python forecast.py --explain SOURCE   check a file without uploading it
       python forecast.py --run RUN_ID   follow a run
       python forecast.py list           show the runs of a stage
       python forecast.py fetch RUN_ID   download a run's results
"""
SUCCEEDED, FAILED, INTERRUPTED = 0, 1, 130
PROJECT = Path(__file__).resolve().parent
LOCAL_START_PATIENCE_SECONDS = 45.0
CALLS_PER_SECOND = 8
OUTPUT = Path("forecasts")
# Lines in a pipe are for other programs and must not be broken.
PIPED_WIDTH = 10_000


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code."""
    args = parse_arguments(sys.argv[1:] if argv is None else argv)
    console = build_console()
    stage = None
    try:
        if args.command in {"upload", "explain"}:
            check_source(Path(args.subject))
        if args.command == "explain":
            return explain(Path(args.subject), args.settings)
        stage, clients = connect(args)
        return Command(args, stage, clients, console).run()
    except PipelineError as error:
        return complain(str(error))
    except (BotoCoreError, ClientError) as error:
        return complain(explain_aws_error(error, stage))
    except KeyboardInterrupt:
        return INTERRUPTED


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line; ``words`` are SOURCE, or a command and its RUN_ID."""
    parser = argparse.ArgumentParser(
        prog="forecast.py",
        usage=USAGE,
        description=__doc__,
        epilog="The exit code is 0 when the run succeeded, 1 when it failed.",
    )
    parser.add_argument("words", nargs="*", metavar="SOURCE", help=argparse.SUPPRESS)
    parser.add_argument(
        "--explain",
        action="store_true",
        help="upload nothing: print settings, what is inferred, and the findings",
    )
    parser.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="with --explain: what config/<dataset>.json in the bucket would be",
    )
    parser.add_argument("--run", metavar="RUN_ID", help="follow this run")
    parser.add_argument("--stage", default="dev", help="the stage (default: dev)")
    parser.add_argument("--region", help="the AWS region, if not the profile's")
    parser.add_argument("--profile", help="the AWS profile")
    parser.add_argument(
        "--output",
        type=Path,
        default=OUTPUT,
        metavar="DIR",
        help="where results are put (default: forecasts/)",
    )
    parser.add_argument(
        "--open", action="store_true", help="open the report in the browser"
    )
    parser.add_argument(
        "--limit",
        type=parse_count,
        default=20,
        metavar="N",
        help="how many runs to list (default: 20)",
    )
    args = parser.parse_intermixed_args(argv)
    command = choose_command(args.words, args.run)
    if command is None:
        parser.error("give one SOURCE, --run RUN_ID, list, or fetch RUN_ID")
    args.command, args.subject = command
    if args.explain:
        if args.command != "upload":
            parser.error("--explain goes with one SOURCE")
        args.command = "explain"
    if args.settings and args.command != "explain":
        parser.error(
            "--settings goes with --explain alone; for a run, put the file into the "
            "upload as config.json, or into the bucket as config/<dataset>.json"
        )
    return args


def parse_count(text: str) -> int:
    """Read a number that is at least one."""
    count = int(text) if text.isdecimal() else 0
    if count < 1:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no count (needs a whole number from 1); give one"
        )
    return count


def choose_command(words: list[str], run_id: str | None) -> tuple[str, str] | None:
    """Tell the command that is meant and what it is about; None if it is unclear."""
    match (words, run_id):
        case ([], str(run_id)):
            return "run", run_id
        case (["list"], None):
            return "list", ""
        case (["fetch", run_id], None):
            return "fetch", run_id
        case ([source], None) if source != "fetch":
            return "upload", source
        case _:
            return None


def explain(source: Path, settings: Path | None) -> int:
    """Say what a run would make of a source; the exit code is what it would be."""
    # pandas is not loaded for the other commands.
    from client.explain import explain_source  # noqa: PLC0415 - see above

    accepted, text = explain_source(source, settings)
    print(printable_lines(text), end="")
    return SUCCEEDED if accepted else FAILED


def connect(args: argparse.Namespace) -> tuple[Stage, Clients]:
    """Build the clients, and find out which account they reach."""
    check_stage(args.stage)
    prepare_environment(os.environ, args.stage)
    session = boto3.Session(profile_name=args.profile, region_name=args.region)
    if args.stage == LOCAL_STAGE:
        session.events.register("before-send", refuse_outside)
    config = Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=10)
    sts = session.client("sts", config=config)
    clients = Clients(
        s3=session.client("s3", config=config),
        sfn=session.client("stepfunctions", config=config),
        sagemaker=session.client("sagemaker", config=config),
        logs=session.client("logs", config=config),
    )
    made = [sts, clients.s3, clients.sfn, clients.sagemaker, clients.logs]
    if note := check_endpoints(args.stage, list_endpoints(made)):
        print(f"forecast.py: note: {note}", file=sys.stderr)
    account = sts.get_caller_identity()["Account"]
    expect_owner(clients.s3, account)
    cap = CallCap(CALLS_PER_SECOND)
    for client in (clients.sfn, clients.sagemaker):
        client.meta.events.register("before-send", cap)
    return Stage(args.stage, account, sts.meta.region_name), clients


def build_console() -> Console:
    """Build a console that breaks no lines where there is no terminal."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # An old encoding must not lose a forecast over a character it lacks.
        sys.stdout.reconfigure(errors="replace")
    console = CleanConsole(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    return console


class Command:
    """One command against one stage."""

    def __init__(
        self,
        args: argparse.Namespace,
        stage: Stage,
        clients: Clients,
        console: Console,
    ) -> None:
        self._args = args
        self._stage = stage
        self._clients = clients
        self._console = console
        patience = START_PATIENCE_SECONDS
        if stage.name == LOCAL_STAGE:
            patience = LOCAL_START_PATIENCE_SECONDS
        self._session = Session(
            clients,
            stage,
            output=args.output,
            display=build_display(console),
            start_patience=patience,
        )

    def run(self) -> int:
        """Do what the command line asks for."""
        subject = self._args.subject
        match self._args.command:
            case "list":
                return self._list()
            case "fetch":
                return self._finish(self._session.fetch(subject))
            case "run":
                return self._watch(subject)
            case _:
                return self._upload(Path(subject))

    def _upload(self, source: Path) -> int:
        upload = self._session.upload(source)
        try:
            run_id = self._session.find_run(upload)
        except KeyboardInterrupt:
            self._say(f"its run starts without you; see `{self._again('list')}`")
            return INTERRUPTED
        return self._watch(run_id)

    def _watch(self, run_id: str) -> int:
        try:
            outcome = self._session.watch(run_id)
        except KeyboardInterrupt:
            again = self._again("--run", run_id)
            self._say(f"the run goes on without you; resume with `{again}`")
            return INTERRUPTED
        return self._finish(outcome)

    def _finish(self, outcome: Outcome) -> int:
        for part in present_outcome(outcome):
            self._console.print(part)
        if self._args.open:
            self._open_report(outcome)
        return SUCCEEDED if outcome.succeeded else FAILED

    def _open_report(self, outcome: Outcome) -> None:
        report = outcome.results.find("report.html")
        if report is None:
            self._say("there is no report.html to open")
        elif not webbrowser.open(report.resolve().as_uri()):
            self._say(f"no browser to open; the report is {report}")

    def _list(self) -> int:
        lister = Lister(self._clients.s3, self._clients.sfn, self._stage)
        listing = lister.list_runs(self._args.limit)
        now = datetime.now(UTC)
        for part in render_listing(listing, stage=self._stage.name, now=now):
            self._console.print(part)
        return SUCCEEDED

    def _again(self, *words: str) -> str:
        args = self._args
        options = {
            "--stage": args.stage,
            "--region": args.region,
            "--profile": args.profile,
            "--output": None if args.output == OUTPUT else str(args.output),
        }
        given = [
            part for name, value in options.items() if value for part in (name, value)
        ]
        return shlex.join(["python", "forecast.py", *words, *given])

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, soft_wrap=True)


def build_display(console: Console) -> Display:
    """Choose the display: live on a terminal, lines elsewhere."""
    if console.is_terminal and not console.is_dumb_terminal:
        return LiveDisplay(console)

    def write(line: str) -> None:
        console.print(line, markup=False, soft_wrap=True)

    return PlainDisplay(write)


def complain(message: str) -> int:
    """Print what is wrong, and return the exit code for it."""
    print(f"forecast.py: {printable_lines(message)}", file=sys.stderr)
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
