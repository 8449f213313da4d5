"""The options that commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from client.command.work import OUTPUT, Manner, Work
from client.connection import Place

_Function = TypeVar("_Function", bound=Callable[..., Any])

SOURCE = click.argument("source", type=click.Path(path_type=Path))
RUN = click.argument("run", metavar="RUN")
SETTINGS = click.option(
    "--settings",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Settings for this upload: they become its config.json.",
)
OPEN = click.option(
    "--open", "opens", is_flag=True, help="Open the report in the browser at the end."
)
_STAGE = "The stage."
_PLACE = (
    click.option("--region", help="The AWS region, if not the profile's."),
    click.option("--profile", help="The AWS profile."),
)
_MANNER = (
    click.option("--json", "as_json", is_flag=True, help="Print JSON for programs."),
    click.option("-q", "--quiet", is_flag=True, help="Show no progress."),
)
_OUTPUT = click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=OUTPUT,
    metavar="DIR",
    help="Where results are put.  [default: forecasts/]",
)


def with_work(
    *, output: bool = False, stage: str | None = "dev"
) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Give a command its work as the first argument, made of the shared options.

    Parameters
    ----------
    output
        Whether the command leaves results.
    stage
        The stage where none is named; None when it then needs none.
    """
    options = [
        click.option(
            "--stage",
            default=stage,
            envvar="FORECAST_STAGE",
            show_default=stage is not None,
            show_envvar=True,
            help=_STAGE
            if stage
            else "Check by the settings and the code of this stage.",
        ),
        *_PLACE,
        *((_OUTPUT,) if output else ()),
        *_MANNER,
    ]

    def decorate(command: Callable[..., int]) -> Callable[..., int]:
        @click.pass_context
        @functools.wraps(command)
        def work_on(context: click.Context, /, **given: Any) -> int:
            place = Place(
                given.pop("stage") or "", given.pop("region"), given.pop("profile")
            )
            manner = Manner(
                given.pop("as_json"), given.pop("quiet"), given.pop("output", OUTPUT)
            )
            return command(Work(place, manner, context.obj), **given)

        decorated: Callable[..., int] = work_on
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate
