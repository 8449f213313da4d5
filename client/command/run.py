"""``run``: upload a source, and follow its run to the forecast."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from cli.terminal import printable_lines
from client import exit_codes
from client.command.options import OPEN_OR_NOT, SETTINGS, SOURCE, with_work
from client.command.outcome import finish, watch
from client.command.work import Work
from client.packing import Package, pack_source
from client.results import check_output

if TYPE_CHECKING:
    from client.uploads import SentUpload


@click.command()
@SOURCE
@SETTINGS
@click.option("-y", "--yes", is_flag=True, help="Do not ask before a run that costs.")
@click.option(
    "--no-check",
    "checks",
    is_flag=True,
    flag_value=False,
    default=True,
    help="Do not check the data here first.",
)
@click.option(
    "--no-wait",
    "waits",
    is_flag=True,
    flag_value=False,
    default=True,
    help="End when the run has started.",
)
@OPEN_OR_NOT
@with_work(output=True)
def run(
    work: Work,
    *,
    source: Path,
    settings: Path | None,
    yes: bool,
    checks: bool,
    waits: bool,
    opens: bool | None,
) -> int:
    """Upload SOURCE, follow its run, and download the forecast.

    SOURCE is a .zip, a folder of tables or of the Parquet parts of one, or a table as
    .csv, .csv.gz, .parquet or .xlsx. It is checked here first, as `check` does, and you
    are asked before a run that costs money. `forecast SOURCE` means the same.
    """
    if waits:
        check_output(work.manner.output)
    with pack_source(source, settings) as package:
        for note in package.notes:
            work.say(note)
        with telling_that_nothing_was_uploaded(work):
            work.session.check_stage(package)
            report = check_here(work, package, source) if checks else None
            if report is not None and report["outcome"] != "accepted":
                return refuse(work, report)
            if not confirm(work, report, yes=yes):
                return exit_codes.DECLINED
        sent = send(work, package)
    wanted = work.is_watched if opens is None else opens
    return see_through(work, sent, waits=waits, opens=wanted)


@contextmanager
def telling_that_nothing_was_uploaded(work: Work) -> Iterator[None]:
    """Say of an interruption that it came in time."""
    try:
        yield
    except (KeyboardInterrupt, click.Abort):
        work.warn(Text("\nstopped; nothing was uploaded"))
        raise


def check_here(work: Work, package: Package, source: Path) -> Mapping[str, Any] | None:
    """Check an upload before it is paid for; None where only its run can."""
    # pandas is not loaded for the commands that check nothing.
    from client.explain import (  # noqa: PLC0415 - see above
        explain_if_possible,
        find_bucket_layer,
        is_accepted,
    )

    connection = work.connection
    layer = find_bucket_layer(
        connection.clients.s3, connection.stage, package, work.say
    )
    with work.display.waiting("Check the data"):
        report = explain_if_possible(package, layer, connection.stage, work.say)
    if report is not None and is_accepted(report):
        work.say(describe_check(report, work.again("check", str(source))))
    return report


def describe_check(report: Mapping[str, Any], more: str) -> str:
    """Say in two lines what a run would forecast."""
    ahead, table = report["forecast"], report["table"]
    targets = [one["name"] for one in report["columns"] if one["role"] == "target"]
    steps = "step" if ahead["steps"] == 1 else "steps"
    lines = [
        f"  {', '.join(targets)} of {table['series']:,} series, every {ahead['every']} "
        f"from {ahead['first']} to {ahead['last']} ({ahead['steps']} {steps})"
    ]
    warnings = sum(one["level"] == "warning" for one in report["findings"])
    if warnings:
        plural = "" if warnings == 1 else "s"
        lines.append(f"  {warnings} warning{plural}; read them with `{more}`")
    return printable_lines("\n".join(lines))


def refuse(work: Work, report: Mapping[str, Any]) -> int:
    """Show why an upload would be refused; nothing was uploaded."""
    from glue.check.page import render_explanation  # noqa: PLC0415 - as above

    if work.manner.as_json:
        work.give(report)
    else:
        work.show_lines(render_explanation(report, width=min(work.out.width, 100)))
        work.say("Nothing was uploaded; --no-check uploads it all the same.")
    return exit_codes.REFUSED


def confirm(work: Work, report: Mapping[str, Any] | None, *, yes: bool) -> bool:
    """Say what the run will cost, and ask at a terminal whether it is wanted."""
    from glue.check.estimate import (  # noqa: PLC0415 - as above
        describe_estimate,
        estimate_run,
    )

    if work.is_local:
        return True
    estimate = estimate_run({}) if report is None else report["estimate"]
    stage = work.connection.stage
    work.say(
        f"This trains in account {stage.account}, {stage.region}, and takes "
        f"{describe_estimate(estimate)}."
    )
    if yes or not (sys.stdin.isatty() and work.err.is_terminal):
        return True
    if click.confirm("Upload it and start?", default=True, err=True):
        return True
    work.say("Nothing was uploaded.")
    return False


def send(work: Work, package: Package) -> SentUpload:
    """Upload, and say of an interruption what it means."""
    try:
        return work.session.upload(package)
    except KeyboardInterrupt:
        work.warn(
            Text(
                "stopped while uploading; the same command goes on with what arrived "
                f"of a large file or a folder of parts; see `{work.again('list')}`"
            )
        )
        raise


def see_through(work: Work, sent: SentUpload, *, waits: bool, opens: bool) -> int:
    """Find the run of an upload, and follow it if that is wanted."""
    try:
        run_id = work.session.find_run(sent)
    except KeyboardInterrupt:
        work.warn(Text(f"its run starts without you; see `{work.again('list')}`"))
        return exit_codes.INTERRUPTED
    if waits:
        return finish(work, watch(work, run_id), opens=opens)
    return tell_started(work, run_id, sent)


def tell_started(work: Work, run_id: str, sent: SentUpload) -> int:
    """Give the run_id of a run that has just started."""
    if work.manner.as_json:
        work.give({"run_id": run_id, "status": "RUNNING", "key": sent.key})
    else:
        work.show(Text(run_id))
        work.say(f"follow it with `{work.again('follow', run_id)}`")
    return exit_codes.DONE
