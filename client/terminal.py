"""The console: a last sieve before the terminal, whatever a part forgot to clean."""

import io
import sys
from collections.abc import Iterable, Mapping

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from cli.terminal import printable_lines

# Lines in a pipe are for other programs and must not be broken.
PIPED_WIDTH = 10_000


class CleanConsole(Console):
    """A console that only its own styles and controls can steer, and no text."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render, with texts that hold nothing but characters to be seen."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(printable_lines(segment.text), segment.style)


def build_console(*, stderr: bool = False) -> Console:
    """Build a console that breaks no lines where there is no terminal."""
    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        # An old encoding must not lose a forecast over a character it lacks.
        stream.reconfigure(errors="replace")
    console = CleanConsole(stderr=stderr, highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    return console


def has_screen(environ: Mapping[str, str], platform: str) -> bool:
    """Tell whether a browser would have a screen to open a page on.

    Over SSH there is none, or it is far away.
    """
    if environ.get("SSH_CONNECTION"):
        return bool(environ.get("DISPLAY"))
    return platform == "darwin" or bool(
        environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    )
