"""All commands together."""

from __future__ import annotations

import tomllib
from pathlib import Path

import click

from client.command.check import check
from client.command.completion import completion
from client.command.doctor import doctor
from client.command.history import history
from client.command.local import local
from client.command.models import approve, models, reject, rollback
from client.command.run import run
from client.command.runs import cancel, fetch, follow, list_runs, open_run, resume
from client.command.what_if import what_if
from client.command.words import find_command, refuse_word, suggest_command

_PROJECT = Path(__file__).resolve().parents[2]
_HELP_NAMES = ["-h", "--help"]
_EPILOG = """\b
Examples:
  forecast run sales.csv --local
  forecast check sales.csv
  forecast run sales.csv --stage dev
  forecast list --stage dev
  forecast fetch latest --stage dev --open

FORECAST_STAGE names the stage for all commands. docs/cli.md says what the exit
codes mean.
"""


class Commands(click.Group):
    """A group that takes a bare source, old spellings, and options before a command."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order of a run, not of the alphabet."""
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command first that is meant."""
        valued = {
            spelling
            for command in self.commands.values()
            for option in command.params
            if isinstance(option, click.Option) and not option.is_flag
            for spelling in option.opts
        }
        found = find_command(args, self.commands, valued=valued)
        if found is None:
            word = next(word for word in args if not word.startswith("-"))
            raise click.UsageError(refuse_word(word, self.commands), ctx)
        return super().parse_args(ctx, found)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; of one that there is not, say which was meant."""
        if args and args[0] not in self.commands:
            meant = suggest_command(args[0], self.commands)
            hint = f"did you mean {meant!r}?" if meant else "see --help"
            raise click.UsageError(f"there is no command {args[0]!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)


def show_version(context: click.Context, *, asked: bool) -> None:
    """Print the project's version, and end."""
    if asked:
        project = tomllib.loads((_PROJECT / "pyproject.toml").read_text("utf-8"))
        click.echo(f"forecast {project['project']['version']}")
        context.exit()


@click.group(
    cls=Commands,
    epilog=_EPILOG,
    context_settings={"help_option_names": _HELP_NAMES, "max_content_width": 80},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, _option, asked: show_version(context, asked=asked),
    help="Show the version and exit.",
)
def commands() -> None:
    """Forecast from the command line, on AWS and on the local AWS."""


for _command in (
    *(run, check, follow, list_runs, fetch, open_run),
    *(resume, cancel, history, what_if, models, approve, reject, rollback),
    *(doctor, local, completion),
):
    # Also where a command is asked alone, as by a test of the pages.
    _command.context_settings["help_option_names"] = _HELP_NAMES
    commands.add_command(_command)
