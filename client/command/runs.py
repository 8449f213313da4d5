"""The commands about runs that there are: follow, list, fetch, open, resume, cancel."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from rich.text import Text

from client import exit_codes
from client.as_data import describe_listing
from client.command.options import OPEN, RUN, with_work
from client.command.outcome import finish, name_run, open_report, watch
from client.command.work import Work
from client.control import Control
from client.listing import Lister
from client.listing_table import render_listing
from client.results import check_output


@click.command()
@RUN
@OPEN
@with_work(output=True)
def follow(work: Work, *, run: str, opens: bool) -> int:
    """Follow RUN to its end, and download the forecast.

    RUN is a run's name, the beginning of one, or `latest`.
    """
    check_output(work.manner.output)
    return finish(work, watch(work, name_run(work, run)), opens=opens)


@click.command("list")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    metavar="N",
    help="How many runs to list.",
)
@with_work()
def list_runs(work: Work, *, limit: int) -> int:
    """List the runs of a stage, and the uploads that started none."""
    clients, stage = work.connection.clients, work.connection.stage
    listing = Lister(clients.s3, clients.sfn, stage).list_runs(limit)
    if work.manner.as_json:
        work.give(describe_listing(listing, stage.name))
    else:
        work.show(*render_listing(listing, stage=stage.name, now=datetime.now(UTC)))
    return exit_codes.DONE


@click.command()
@RUN
@OPEN
@with_work(output=True)
def fetch(work: Work, *, run: str, opens: bool) -> int:
    """Download what RUN has left, once it has ended."""
    check_output(work.manner.output)
    run_id = name_run(work, run)
    return finish(work, work.session.fetch(run_id), opens=opens)


@click.command("open")
@RUN
@with_work(output=True)
def open_run(work: Work, *, run: str) -> int:
    """Open the report of RUN in the browser."""
    check_output(work.manner.output)
    outcome = work.session.fetch(name_run(work, run))
    report = outcome.results.find("report.html")
    if work.manner.as_json:
        work.give({"run_id": outcome.run_id, "report": report and str(report)})
    opened = open_report(work, outcome)
    if opened and not work.manner.as_json:
        work.show(Text(str(report), no_wrap=True, overflow="ignore"))
    return exit_codes.DONE if report is not None else exit_codes.WRONG_STATE


@click.command()
@RUN
@click.option(
    "--no-wait",
    "waits",
    is_flag=True,
    flag_value=False,
    default=True,
    help="End when the run goes on.",
)
@OPEN
@with_work(output=True)
def resume(work: Work, *, run: str, waits: bool, opens: bool) -> int:
    """Let RUN go on where it failed, which pays for nothing twice.

    Put the cause right first. Where only a new upload helps, this says so.
    """
    check_output(work.manner.output)
    run_id = name_run(work, run)
    Control(work.connection.clients, work.connection.stage).resume(run_id)
    work.say(f"run {run_id} goes on")
    if waits:
        return finish(work, watch(work, run_id), opens=opens)
    if work.manner.as_json:
        work.give({"run_id": run_id, "status": "RUNNING"})
    return exit_codes.DONE


@click.command()
@RUN
@click.option(
    "--reason",
    default="cancelled by hand",
    metavar="TEXT",
    help="What people are told of why.",
)
@with_work()
def cancel(work: Work, *, run: str, reason: str) -> int:
    """Stop RUN, its training and its transform."""
    run_id = name_run(work, run)
    control = Control(work.connection.clients, work.connection.stage)
    stopped = control.cancel(run_id, reason)
    if work.manner.as_json:
        work.give({"run_id": run_id, "stopped": stopped, "reason": reason})
    else:
        work.show(Text(f"stopped {', '.join(stopped)} ({run_id}): {reason}"))
    return exit_codes.DONE
