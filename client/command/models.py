"""The commands about a dataset's models: models, approve, reject, rollback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import click
from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from chalicelib.registry import Version
from cli.terminal import printable
from client import exit_codes
from client.command.options import DATASET, with_work
from client.command.work import Work
from client.dataset_names import find_dataset
from client.models import (
    Models,
    Registrar,
    describe_models,
    explain_approval,
    word_champion,
)

_Function = TypeVar("_Function", bound=Callable[..., Any])
_VERSION = click.argument("version", metavar="VERSION", type=click.IntRange(min=1))
_HEADINGS = ("version", "state", "trained", "data until", "model", "backtest", "simple")
_NUMBERS = {"version", "backtest", "simple"}


def _ask_reason(default: str) -> Callable[[_Function], _Function]:
    return click.option(
        "--reason", default=default, metavar="TEXT", help="Why, for the registry."
    )


@click.command()
@DATASET
@with_work()
def models(work: Work, *, dataset: str) -> int:
    """List the models of DATASET, and which of them forecasts."""
    show_models(work, reach(work, dataset).read())
    return exit_codes.DONE


@click.command()
@DATASET
@_VERSION
@_ask_reason("approved by hand")
@with_work()
def approve(work: Work, *, dataset: str, version: int, reason: str) -> int:
    """Let VERSION of DATASET's model forecast.

    The highest approved version is the champion, which forecasts; the console's own
    approval does the same.
    """
    found = reach(work, dataset).approve(version, reason)
    tell(work, found, explain_approval(found, version))
    return exit_codes.DONE


@click.command()
@DATASET
@_VERSION
@_ask_reason("rejected by hand")
@with_work()
def reject(work: Work, *, dataset: str, version: int, reason: str) -> int:
    """Keep VERSION of DATASET's model from forecasting."""
    found = reach(work, dataset).reject(version, reason)
    tell(work, found, f"version {version} is rejected; {word_champion(found)}")
    return exit_codes.DONE


@click.command()
@DATASET
@_ask_reason("rolled back by hand")
@with_work()
def rollback(work: Work, *, dataset: str, reason: str) -> int:
    """Reject DATASET's champion: the approved version before it forecasts again."""
    rejected, found = reach(work, dataset).roll_back(reason)
    tell(work, found, f"version {rejected.number} is rejected; {word_champion(found)}")
    return exit_codes.DONE


def reach(work: Work, dataset: str) -> Registrar:
    """Reach the models of the dataset that is meant."""
    clients, stage = work.connection.clients, work.connection.stage
    name = find_dataset(clients.s3, stage, dataset)
    return Registrar(clients.sagemaker, stage, name)


def tell(work: Work, found: Models, words: str) -> None:
    """Say what was decided."""
    if work.manner.as_json:
        work.give(describe_models(found))
    else:
        work.show(Text(words))


def show_models(work: Work, found: Models) -> None:
    """Show the versions, the newest first."""
    if work.manner.as_json:
        work.give(describe_models(found))
        return
    if not found.versions:
        work.show(Text(f"dataset {found.dataset!r} has no registered model"))
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for heading in _HEADINGS:
        side = "right" if heading in _NUMBERS else "left"
        table.add_column(heading, justify=side, no_wrap=True)  # type: ignore[arg-type]  # one of two texts
    for version in found.versions:
        table.add_row(*(Text(printable(cell)) for cell in describe(found, version)))
    work.show(table)
    for version in found.versions:
        if version.reason:
            note = Text(printable(f"{version.number}: {version.reason}"), style="dim")
            work.show(Padding(note, (0, 0, 0, 1), expand=False))


def describe(found: Models, version: Version) -> Iterator[str]:
    """Give the cells of a version."""
    facts = version.facts
    yield str(version.number)
    yield found.word_state(version)
    yield f"{version.created:%Y-%m-%d %H:%M}"
    yield facts.get("data_end", "-")
    yield facts.get("candidate", "-")
    metric = facts.get("metric", "")
    yield f"{metric} {facts['backtest']}".strip() if "backtest" in facts else "-"
    yield facts.get("baseline", "-")
