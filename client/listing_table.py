"""The list of runs as a person reads it."""

from collections.abc import Iterator
from datetime import datetime

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from client.listing import ListedRun, Listing, LostUpload
from client.words import format_age, printable

_STYLES = {"SUCCEEDED": "green", "RUNNING": "cyan", "PENDING_REDRIVE": "cyan"}


def render_listing(
    listing: Listing, *, stage: str, now: datetime
) -> Iterator[RenderableType]:
    """Render the runs, then the uploads without one."""
    if not listing.runs and not listing.lost:
        yield Text(
            f"stage {stage!r} has no runs yet; start one with "
            f"`python forecast.py data.zip --stage {stage}`"
        )
        return
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("run", "dataset", "state"):
        table.add_column(name, no_wrap=True)
    table.add_column("started", justify="right", no_wrap=True)
    table.add_column("verdict, or why not")
    for run in listing.runs:
        table.add_row(*_run_cells(run, now))
    for upload in listing.lost:
        table.add_row(*_lost_cells(upload, now, stage))
    yield table
    if listing.more:
        yield Text("there are older runs; show more with --limit")


def _run_cells(run: ListedRun, now: datetime) -> list[Text]:
    state = Text(run.state.lower().replace("_", " "), _STYLES.get(run.state, "red"))
    note = printable(run.verdict)
    if run.ended and not run.has_status:
        note = f"(no status.json) {note}".strip()
    return [
        Text(printable(run.run_id)),
        Text(printable(run.dataset)),
        state,
        Text(format_age(now - run.started)),
        Text(note),
    ]


def _lost_cells(upload: LostUpload, now: datetime, stage: str) -> list[Text]:
    if upload.starts_run:
        note = f"started no run; see `chalice logs -n on_upload --stage {stage}`"
    else:
        note = "starts no run (needs raw/<name>.zip or raw/<name>.csv)"
    return [
        Text("-"),
        Text(printable(upload.key)),
        Text("no run", "yellow" if upload.starts_run else "dim"),
        Text(format_age(now - upload.uploaded)),
        Text(note),
    ]
