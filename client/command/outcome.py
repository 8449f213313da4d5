"""What the commands do with a run: watch it, and show how it ended."""

from __future__ import annotations

import webbrowser
from typing import TYPE_CHECKING

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.text import Text

from client import exit_codes
from client.as_data import describe_outcome
from client.present import present_findings, present_outcome
from client.run_names import find_run_id

if TYPE_CHECKING:
    from pathlib import Path

    from client.command.work import Work
    from client.session import Outcome


def name_run(work: Work, text: str) -> str:
    """Find the run that is meant by a name, its beginning, or ``latest``."""
    connection = work.connection
    run_id = find_run_id(connection.clients.sfn, connection.stage, text)
    if run_id != text:
        work.say(f"run {run_id}")
    return run_id


def watch(work: Work, run_id: str) -> Outcome:
    """Follow a run to its end; an interruption says how to come back to it."""
    try:
        return work.session.watch(run_id)
    except KeyboardInterrupt:
        again = work.again("follow", run_id)
        work.warn(Text(f"the run goes on without you; resume with `{again}`"))
        raise click.exceptions.Exit(exit_codes.INTERRUPTED) from None
    except (BotoCoreError, ClientError):
        again = work.again("follow", run_id)
        work.warn(Text(f"the run goes on without you; come back with `{again}`"))
        raise


def finish(work: Work, outcome: Outcome, *, opens: bool = False) -> int:
    """Show how a run ended; give the exit code that says so."""
    if work.manner.as_json:
        work.give(describe_outcome(outcome))
    else:
        work.warn(*present_findings(outcome))
        work.show(*present_outcome(outcome, work.again))
    if opens:
        open_report(work, outcome)
    return exit_codes.DONE if outcome.succeeded else exit_codes.RUN_FAILED


def open_report(work: Work, outcome: Outcome) -> bool:
    """Open the report in the browser, or say why not."""
    report = outcome.results.find("report.html")
    if report is None:
        work.warn(Text("there is no report.html to open"))
        return False
    return show_page(work, report, opens=True)


def show_page(work: Work, page: Path, *, opens: bool) -> bool:
    """Open a page in the browser where that is wanted, or say where it is."""
    if opens and webbrowser.open(page.resolve().as_uri()):
        return True
    words = "no browser to open; the page is" if opens else "as a page:"
    work.warn(Text(f"{words} {page}", overflow="fold"))
    return False
