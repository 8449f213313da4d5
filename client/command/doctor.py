"""``doctor``: look at a stage, and say what is wrong with it."""

from __future__ import annotations

import click
from rich.padding import Padding
from rich.text import Text

from cli.terminal import printable
from client import exit_codes
from client.command.options import with_work
from client.command.work import Work
from client.doctor import (
    OK,
    UNKNOWN,
    WARNING,
    WRONG,
    Doctor,
    Sign,
    describe_sign,
    is_well,
)
from client.failed_events import Replay, replay_events

_MARKS = {
    OK: ("✓", "green"),
    WARNING: ("!", "yellow"),
    WRONG: ("✗", "red"),
    UNKNOWN: ("?", "dim"),
}
_NAME_WIDTH = 31


@click.command()
@click.option(
    "--replay",
    "replays",
    is_flag=True,
    help="Send the events again that no function could handle.",
)
@with_work()
def doctor(work: Work, *, replays: bool) -> int:
    """Look at a stage: what is missing, stuck or lost.

    Nothing is changed, but that --replay sends failed events again.
    """
    replayed = replay(work) if replays else []
    signs = []
    for sign in Doctor(work.connection).look():
        signs.append(sign)
        if not work.manner.as_json:
            show_sign(work, sign)
    if work.manner.as_json:
        work.give(
            {
                "stage": work.connection.stage.name,
                "well": is_well(signs),
                "signs": [describe_sign(sign) for sign in signs],
                "replayed": [vars(one) for one in replayed],
            }
        )
    return exit_codes.DONE if is_well(signs) else exit_codes.UNHEALTHY


def replay(work: Work) -> list[Replay]:
    """Send the kept events again, and say which."""
    connection = work.connection
    replayed = []
    for one in replay_events(
        connection.make("sqs"), connection.make("lambda"), connection.stage
    ):
        replayed.append(one)
        done = "sent again" if one.sent else f"left ({one.problem})"
        work.say(printable(f"{one.function}: {one.what}: {done}"))
    if not replayed:
        work.say("no failed events are kept")
    return replayed


def show_sign(work: Work, sign: Sign) -> None:
    """Show one sign as a line, and what helps below it."""
    mark, style = _MARKS[sign.level]
    line = Text.assemble(
        (mark, style), " ", f"{sign.name:<{_NAME_WIDTH}}", printable(sign.what)
    )
    work.show(line)
    if sign.remedy:
        note = Text(printable(sign.remedy), style=style)
        work.show(Padding(note, (0, 0, 0, _NAME_WIDTH + 2), expand=False))
