"""The options that commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from cli.endpoints import LOCAL_STAGE
from client.command.work import OUTPUT, Manner, Work
from client.connection import Place
from client.program import OWN_LOCAL

_Function = TypeVar("_Function", bound=Callable[..., Any])

SOURCE = click.argument("source", type=click.Path(path_type=Path))
RUN = click.argument("run", metavar="RUN")
DATASET = click.argument("dataset", metavar="DATASET")
SETTINGS = click.option(
    "--settings",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Settings for this upload: they become its config.json.",
)
OPEN = click.option(
    "--open", "opens", is_flag=True, help="Open the report in the browser at the end."
)
OPEN_OR_NOT = click.option(
    "--open/--no-open",
    "opens",
    default=None,
    help="Open the report in the browser at the end, as --local does on a screen.",
)
_STAGE = "The stage."
_PLACE = (
    click.option(
        OWN_LOCAL,
        "own_local",
        is_flag=True,
        help="Your own local AWS, started if need be; no account is needed.",
    ),
    click.option("--region", help="The AWS region, if not the profile's."),
    click.option("--profile", help="The AWS profile."),
)
_OWN_LOCAL = Place(LOCAL_STAGE, own_local=True)
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


def choose_place(context: click.Context, given: dict[str, Any]) -> Place:
    """Take the options that say where a command goes."""
    stage, own_local = given.pop("stage") or "", given.pop("own_local")
    region, profile = given.pop("region"), given.pop("profile")
    if not own_local:
        return Place(stage, region, profile)
    typed = context.get_parameter_source("stage") is ParameterSource.COMMANDLINE
    other = typed and stage != LOCAL_STAGE
    if other or region or profile:
        raise click.UsageError(
            "--local is one place and needs no --stage, --region or --profile; leave "
            "out the one or the others",
            context,
        )
    return _OWN_LOCAL


def _build_place(stage: str | None) -> tuple[Callable[[_Function], _Function], ...]:
    named = click.option(
        "--stage",
        default=stage,
        envvar="FORECAST_STAGE",
        show_default=stage is not None,
        show_envvar=True,
        help=_STAGE if stage else "Check by the settings and the code of this stage.",
    )
    return (named, *_PLACE)


def with_work(
    *, output: bool = False, stage: str | None = "dev", only_local: bool = False
) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Give a command its work as the first argument, made of the shared options.

    Parameters
    ----------
    output
        Whether the command leaves results.
    stage
        The stage where none is named; None when it then needs none.
    only_local
        Whether it is about the local AWS of one's own, so that no place is asked for.
    """
    options = [
        *(() if only_local else _build_place(stage)),
        *((_OUTPUT,) if output else ()),
        *_MANNER,
    ]

    def decorate(command: Callable[..., int]) -> Callable[..., int]:
        @click.pass_context
        @functools.wraps(command)
        def work_on(context: click.Context, /, **given: Any) -> int:
            place = _OWN_LOCAL if only_local else choose_place(context, given)
            manner = Manner(
                given.pop("as_json"), given.pop("quiet"), given.pop("output", OUTPUT)
            )
            return command(Work(place, manner, context.obj), **given)

        decorated: Callable[..., int] = work_on
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate
