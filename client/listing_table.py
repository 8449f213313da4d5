"""The list of runs as a person reads it."""

from collections.abc import Iterator
from datetime import datetime

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from chalicelib.uploads import NEEDED_KEYS
from cli.terminal import printable
from client.formats import format_age
from client.listing import ListedRun, Listing, LostUpload
from client.program import spell_command, spell_place

_STYLES = {"SUCCEEDED": "green", "RUNNING": "cyan", "PENDING_REDRIVE": "cyan"}
_STATE_WIDTH, _AGE_WIDTH, _RUN_WIDTH = 11, 12, 33


def render_listing(
    listing: Listing, *, stage: str, now: datetime
) -> Iterator[RenderableType]:
    """Render the runs, then the uploads without one; notes stand below their line."""
    if not listing.runs and not listing.lost:
        yield Text(
            f"stage {stage!r} has no runs yet; start one with "
            f"`{spell_command('run', 'data.zip', *spell_place(stage))}`"
        )
        return
    yield _line(Text("state"), "started", "run", "dataset", style="bold")
    for run in listing.runs:
        yield from _render_run(run, now)
    for upload in listing.lost:
        yield from _render_lost(upload, now, stage)
    if listing.more:
        yield Text("there are older runs; show more with --limit")


def _render_run(run: ListedRun, now: datetime) -> Iterator[RenderableType]:
    word = run.state.lower().replace("_", " ")
    state = Text(word, _STYLES.get(run.state, "red"))
    yield _line(state, format_age(now - run.started), run.run_id, run.dataset)
    note = run.waits or run.verdict
    if run.ended and not run.has_status:
        note = f"(no status.json) {note}".strip()
    warnings = [f"warning: {warning}" for warning in run.warnings]
    for words in (note, run.model, *warnings):
        if words:
            yield _note(words)


def _render_lost(
    upload: LostUpload, now: datetime, stage: str
) -> Iterator[RenderableType]:
    state = Text("no run", "yellow" if upload.starts_run else "dim")
    yield _line(state, format_age(now - upload.uploaded), "-", upload.key)
    if upload.starts_run:
        yield _note(f"started no run; see `chalice logs -n on_upload --stage {stage}`")
    else:
        yield _note(f"starts no run (needs {NEEDED_KEYS})")


def _line(state: Text, age: str, run: str, dataset: str, *, style: str = "") -> Text:
    state.pad_right(_STATE_WIDTH - len(state))
    rest = f"{age:<{_AGE_WIDTH}}{printable(run):<{_RUN_WIDTH}}{printable(dataset)}"
    return Text.assemble(state, rest, style=style)


def _note(text: str) -> RenderableType:
    note = Text(printable(text), style="dim")
    return Padding(note, (0, 0, 0, _STATE_WIDTH), expand=False)
