"""``completion``: the lines that make a shell complete this command."""

import click
from click.shell_completion import get_completion_class

from client import exit_codes
from client.program import NAME

COMPLETE_VARIABLE = "_FORECAST_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print what SHELL has to run to complete `forecast`.

    For bash: eval "$(forecast completion bash)" in ~/.bashrc.
    """
    maker = get_completion_class(shell)
    if maker is None:
        raise click.UsageError(f"there is no completion for {shell!r}; choose another")
    group = context.find_root().command
    click.echo(maker(group, {}, NAME, COMPLETE_VARIABLE).source())
    return exit_codes.DONE
