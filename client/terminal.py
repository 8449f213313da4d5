"""The console: a last sieve before the terminal, whatever a part forgot to clean."""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from chalicelib.terminal import printable_lines


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
