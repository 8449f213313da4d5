"""``check``: say what a run would make of a source, and upload nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.text import Text

from client import exit_codes
from client.command.options import SETTINGS, SOURCE, with_work
from client.command.work import Work
from client.packing import Package, pack_source

_WIDEST = 100
_STYLES = {
    "The upload would be accepted": "bold green",
    "The upload would be refused": "bold red",
    "Errors:": "bold red",
    "Warnings:": "bold yellow",
    "Repaired:": "bold",
    "Forecast:": "bold",
}


@click.command()
@SOURCE
@SETTINGS
@click.option("-v", "--verbose", is_flag=True, help="Say all that was found.")
@with_work(stage=None)
def check(work: Work, *, source: Path, settings: Path | None, verbose: bool) -> int:
    """Say what a run would make of SOURCE; nothing is uploaded.

    With --stage the settings in its bucket count, as they will in the run.
    """
    from glue.check.page import render_explanation  # noqa: PLC0415 - loads pandas

    with pack_source(source, settings) as package:
        for note in package.notes:
            work.say(note)
        report = explain(work, package)
    if work.manner.as_json:
        work.give(report)
    else:
        width = min(work.out.width, _WIDEST) if work.out.is_terminal else 80
        page = render_explanation(report, verbose=verbose, width=width)
        work.out.print(paint(page), soft_wrap=True, end="")
    accepted = report["outcome"] == "accepted"
    return exit_codes.DONE if accepted else exit_codes.REFUSED


def explain(work: Work, package: Package) -> dict[str, Any]:
    """Explain an upload, by the bucket's settings where a stage is named."""
    from client.explain import (  # noqa: PLC0415 - loads pandas
        explain_package,
        find_bucket_layer,
    )

    layer = None
    if work.place.stage:
        layer = find_bucket_layer(
            work.connection.clients.s3, work.connection.stage, package, work.say
        )
        note_code(work)
    return explain_package(package, layer)


def note_code(work: Work) -> None:
    """Say where the stage would check by other code than this."""
    from client.deployed_code import compare_code  # noqa: PLC0415 - seldom needed

    connection = work.connection
    project = Path(__file__).resolve().parents[2]
    said = compare_code(
        connection.clients.s3, connection.make("glue"), connection.stage, project
    )
    if said:
        work.warn(Text(said, style="yellow"))


def paint(page: str) -> Text:
    """Colour the lines of a page that say what kind of thing follows."""
    text = Text()
    for line in page.splitlines(keepends=True):
        style = next((s for start, s in _STYLES.items() if line.startswith(start)), "")
        text.append(line, style)
    return text
