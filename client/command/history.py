"""``history``: how the forecasts of a dataset did over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich import box
from rich.table import Table
from rich.text import Text

from cli.terminal import printable
from client import exit_codes
from client.command.options import DATASET, OPEN, with_work
from client.command.outcome import show_page
from client.command.work import Work
from client.dataset_names import find_dataset
from client.results import check_output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from glue.reporting.track_record import Past

_MADE = "made"


@click.command()
@DATASET
@OPEN
@with_work(output=True)
def history(work: Work, *, dataset: str, opens: bool) -> int:
    """Show how the forecasts of DATASET did: what came true, cost, training.

    DATASET is a dataset's name, the beginning of one, or the file that was uploaded.
    """
    # pandas and numpy are not loaded for the commands that need none.
    from client.history import (  # noqa: PLC0415 - see above
        describe_record,
        download_page,
        read_record,
    )

    check_output(work.manner.output)
    s3, stage = work.connection.clients.s3, work.connection.stage
    name = find_dataset(s3, stage, dataset)
    record = read_record(s3, stage.bucket, name)
    page = download_page(s3, stage.bucket, name, work.manner.output)
    if work.manner.as_json:
        work.give(describe_record(record, dataset=name, page=page))
    else:
        show_record(work, record)
    if page is not None:
        show_page(work, page, opens=opens)
    return exit_codes.DONE


def show_record(work: Work, record: Sequence[Past]) -> None:
    """Show the runs, the newest first, and what they come to."""
    from glue.reporting.track_record import strike_balance  # noqa: PLC0415 - as above
    from glue.reporting.track_words import (  # noqa: PLC0415 - as above
        HEADINGS,
        WORDED,
        list_cells,
        word_balance,
    )

    if not record:
        work.show(Text("no run of it has left a summary; the next one will"))
        return
    work.show(Text(f"{word_balance(strike_balance(record))}."), Text())
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for heading in (_MADE, *HEADINGS):
        justify = "left" if heading == _MADE or heading in WORDED else "right"
        table.add_column(heading, justify=justify, no_wrap=heading != "model")  # type: ignore[arg-type]  # one of two texts
    for past in reversed(record):
        cells = (past.made_on, *list_cells(past))
        table.add_row(*(Text(printable(cell)) for cell in cells))
    work.show(table)
