"""What every command has at hand: its stage, its two consoles, its display."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from cli.endpoints import LOCAL_STAGE
from client.follow import Display
from client.live import LiveDisplay
from client.plain import PlainDisplay
from client.program import OWN_LOCAL, spell_command
from client.quiet import QuietDisplay
from client.session import Session
from client.terminal import build_console, has_screen
from client.uploads import START_PATIENCE_SECONDS

if TYPE_CHECKING:
    from rich.console import RenderableType

    from client.connection import Connect, Connection, Place

OUTPUT = Path("forecasts")
_LOCAL_START_PATIENCE_SECONDS = 45.0
_LEAVING_RESULTS = {"run", "follow", "fetch", "open", "resume", "history", "what-if"}


@dataclass(frozen=True)
class Manner:
    """How a command speaks: in JSON, without progress, and where it puts results."""

    as_json: bool = False
    quiet: bool = False
    output: Path = OUTPUT


class Work:
    """One command's means; AWS is reached when it is first needed.

    Results go to stdout, and everything else that is said to stderr.
    """

    def __init__(self, place: Place, manner: Manner, connect: Connect) -> None:
        self.place = place
        self.manner = manner
        self._connect = connect
        self.out = build_console()
        self.err = build_console(stderr=True)

    @property
    def environ(self) -> Mapping[str, str]:
        """The caller's variables."""
        return self._connect.environ

    @property
    def is_local(self) -> bool:
        """Tell whether the stage is the local AWS, where nothing is paid for."""
        return self.place.stage == LOCAL_STAGE

    @property
    def is_watched(self) -> bool:
        """Tell whether a person at a screen uses the local AWS of their own."""
        is_person = self.err.is_terminal and not (
            self.manner.as_json or self.manner.quiet
        )
        return (
            self.place.own_local
            and is_person
            and has_screen(self.environ, sys.platform)
        )

    @cached_property
    def connection(self) -> Connection:
        """Reach the stage."""
        return self._connect(self.place, say=self.say)

    @cached_property
    def display(self) -> Display:
        """Choose how progress is shown: live on a terminal, in lines elsewhere."""
        if self.manner.quiet:
            return QuietDisplay()
        if self.err.is_terminal and not self.err.is_dumb_terminal:
            return LiveDisplay(self.err)
        return PlainDisplay(
            lambda line: self.err.print(line, markup=False, soft_wrap=True)
        )

    @cached_property
    def session(self) -> Session:
        """Begin the work against the stage."""
        patience = _LOCAL_START_PATIENCE_SECONDS if self.is_local else None
        return Session(
            self.connection.clients,
            self.connection.stage,
            output=self.manner.output,
            display=self.display,
            start_patience=patience or START_PATIENCE_SECONDS,
        )

    def again(self, *words: str) -> str:
        """Spell a command about the same stage."""
        place, output = self.place, self.manner.output
        options = {
            "--stage": None if place.own_local else place.stage,
            "--region": place.region,
            "--profile": place.profile,
            "--output": str(output) if words[0] in _LEAVING_RESULTS else None,
        }
        given = [
            part
            for name, value in options.items()
            if value and value != str(OUTPUT)
            for part in (name, value)
        ]
        own = [OWN_LOCAL] if place.own_local else []
        return spell_command(*words, *own, *given)

    def say(self, text: str) -> None:
        """Say something beside the result, unless quiet is wanted."""
        if not self.manner.quiet:
            self.err.print(text, markup=False, soft_wrap=True)

    def warn(self, *parts: RenderableType) -> None:
        """Print what a person should know of a result, quiet or not."""
        for part in parts:
            self.err.print(part)

    def show(self, *parts: RenderableType) -> None:
        """Print a part of the result for a person."""
        for part in parts:
            if isinstance(part, Text) and part.no_wrap:
                # Rich asks the call and not the text.
                self.out.print(part, no_wrap=True, overflow="ignore", crop=False)
            else:
                self.out.print(part)

    def give(self, data: Mapping[str, Any]) -> None:
        """Print the result for a program."""
        text = json.dumps(data, indent=2, ensure_ascii=False, default=str)
        sys.stdout.write(f"{text}\n")

    def show_lines(self, text: str) -> None:
        """Print lines just as they are."""
        self.out.print(Text(text), soft_wrap=True, end="")
