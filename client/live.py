"""A run as a live display on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from cli.terminal import printable
from client.follow import Snapshot
from client.formats import format_duration, format_numbers
from client.phases import ENGINE, Phase, explain_retry
from client.training import Candidate, Training

_SHOWN_CANDIDATES = 5


class LiveDisplay:
    """Redraws the phases of a run in place, the clock included."""

    def __init__(
        self,
        console: Console,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._console = console
        self._clock = clock
        self._snapshot: Snapshot | None = None
        self._spinner = Spinner("dots", style="cyan")
        self._live: Live | None = None

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        """Show a spinner while something is waited for."""
        with self._console.status(Text(text)):
            yield
        self._console.print(Text(f"✓ {text}", style="dim"))

    @contextmanager
    def uploading(self, text: str, size: int) -> Iterator[Callable[[int], None]]:
        """Show a bar that grows."""
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
        with Progress(
            *columns, TimeRemainingColumn(), console=self._console, transient=True
        ) as bar:
            task = bar.add_task("", total=size)
            bar.console.print(Text(text, style="dim"))
            yield lambda done: bar.update(task, completed=done)
        self._console.print(Text("✓ uploaded", style="dim"))

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Keep the display on the screen."""
        with Live(
            console=self._console,
            get_renderable=self._render,
            refresh_per_second=8,
        ) as self._live:
            yield
        self._live = None

    def note(self, text: str) -> None:
        """Print a line above the display."""
        self._console.print(Text(text, style="yellow"))

    def show(self, snapshot: Snapshot) -> None:
        """Draw a snapshot; the clock runs on from it."""
        self._snapshot = snapshot

    def _render(self) -> RenderableType:
        if self._snapshot is None:
            return self._spinner
        return render_run(self._snapshot, now=self._clock(), spinner=self._spinner)


def render_run(
    snapshot: Snapshot, *, now: datetime, spinner: RenderableType
) -> RenderableType:
    """Render a run: a line for every phase, past and to come."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column()
    grid.add_column(justify="right", style="dim")
    grid.add_column()
    for phase in snapshot.phases:
        _add_phase(grid, phase, snapshot, now=now, spinner=spinner)
    if not snapshot.ended:
        for name in _names_to_come(snapshot):
            grid.add_row(Text("·", style="dim"), Text(name, style="dim"))
    took = format_duration((snapshot.stopped or now) - snapshot.started)
    style = {"RUNNING": "cyan", "SUCCEEDED": "green"}.get(snapshot.status, "red")
    head = Text.assemble(
        ("run ", "dim"),
        (snapshot.run_id, "bold"),
        "  ",
        (snapshot.status.lower().replace("_", " "), style),
        (f"  {took}", "dim"),
    )
    return Group(head, grid)


def _add_phase(
    grid: Table,
    phase: Phase,
    snapshot: Snapshot,
    *,
    now: datetime,
    spinner: RenderableType,
) -> None:
    is_last = phase is snapshot.phases[-1]
    mark: RenderableType = Text("✓", style="green")
    if is_last and snapshot.ended and snapshot.status != "SUCCEEDED":
        mark = Text("✗", style="red")
    elif phase.ended is None:
        mark = spinner
    took = format_duration((phase.ended or now) - phase.started)
    remark = _remark(phase, snapshot.training, now)
    grid.add_row(mark, Text(phase.name), took, remark)
    if phase.trains and phase.ended is None and snapshot.training:
        for line in _candidate_lines(snapshot.training):
            grid.add_row("", "", "", line)


def _remark(phase: Phase, training: Training | None, now: datetime) -> Text:
    if waits := explain_retry(phase, now):
        return Text(waits, style="yellow")
    if not phase.trains or training is None:
        return Text()
    tried = len(training.finished)
    counted = f"{tried} candidate{'' if tried == 1 else 's'}"
    return Text(counted if phase.ended else f"{training.words}, {counted}", style="dim")


def _candidate_lines(training: Training) -> list[Text]:
    scored = [c for c in training.finished if c.value is not None]
    scored.sort(key=_value)
    shown = scored[:_SHOWN_CANDIDATES]
    numbers = format_numbers([c.value for c in shown])
    lines = [
        Text.assemble((number, "cyan"), "  ", printable(c.name))
        for number, c in zip(numbers, shown, strict=True)
    ]
    if lines:
        lines.insert(0, Text(f"{shown[0].metric}, smaller is better", style="dim"))
    if len(scored) > len(shown):
        lines.append(Text(f"and {len(scored) - len(shown)} more", style="dim"))
    return lines


def _value(candidate: Candidate) -> float:
    return float("inf") if candidate.value is None else candidate.value


def _names_to_come(snapshot: Snapshot) -> list[str]:
    keys, names = list(snapshot.words), list(snapshot.words.values())
    known = [names.index(p.name) for p in snapshot.phases if p.name in names]
    begun = max(known, default=-1) + 1
    # An engine is one of two: what the settings may not ask for is not announced.
    is_embedded = ENGINE in keys[:begun][-1:]
    unsure = {"train", "transform"} if is_embedded else {ENGINE}
    return [snapshot.words[key] for key in keys[begun:] if key not in unsure]
