"""``what-if``: forecast once more, as if what is known of the future were otherwise."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from client.errors import WrongStateError
from client.results import check_output

if TYPE_CHECKING:
    from client.what_if.page import Answer

_SHOWN = 10


@click.command("what-if")
@DATASET
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="CHANGE",
    help="NAME=-10%, NAME=+10%, NAME=VALUE, NAME+=NUMBER or NAME-=NUMBER; repeat it.",
)
@click.option(
    "--rts",
    "plan",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A table of the future, in the form of RTS.csv; --set comes after it.",
)
@click.option(
    "--items", multiple=True, metavar="ID", help="Only this item; repeat it for more."
)
@click.option("--from", "first", metavar="DAY", help="Only from this day on.")
@click.option("--to", "last", metavar="DAY", help="Only until this day.")
@click.option("--run", metavar="RUN", help="The run to ask.  [default: the newest]")
@click.option("-y", "--yes", is_flag=True, help="Do not ask before it costs.")
@OPEN
@with_work(output=True)
def what_if(
    work: Work,
    *,
    dataset: str,
    plan: Path | None,
    run: str | None,
    yes: bool,
    opens: bool,
    **asked: Any,
) -> int:
    """Forecast DATASET as if covariates of its future were otherwise.

    The model of its newest run forecasts once more, in minutes and for cents; nothing
    is trained, and nothing of the run is changed. The same question is answered from
    what was answered before.
    """
    # pandas and numpy are not loaded for the commands that need none.
    from client.what_if.ask import (  # noqa: PLC0415 - see above
        Place,
        Question,
        find_base,
    )
    from client.what_if.scenario import build_scenario  # noqa: PLC0415 - as above
    from client.what_if.transform import Transforms  # noqa: PLC0415 - as above

    if not asked["changes"] and plan is None:
        raise click.UsageError("say what is to be otherwise: --set, or --rts")
    check_output(work.manner.output)
    scenario = build_scenario(**asked)
    clients, stage = work.connection.clients, work.connection.stage
    name = find_dataset(clients.s3, stage, dataset)
    base = find_base(clients.s3, stage.bucket, name, run or find_newest(work, name))
    question = Question(
        Place(clients.s3, clients.sagemaker, stage),
        base,
        scenario,
        Transforms(clients.sagemaker, stage, is_local=work.is_local),
        plan=plan,
    )
    work.say(f"base: run {base.run_id}")
    with work.display.waiting("Forecast with the changes"):
        answer = question.ask(lambda: confirm(work, base.resolved, yes=yes))
    if answer is None:
        return exit_codes.DECLINED
    folder = work.manner.output / name / base.run_id / f"what-if-{question.id}"
    give(work, answer, folder, opens=opens)
    return exit_codes.DONE


def find_newest(work: Work, dataset: str) -> str:
    """Find the newest run of a dataset that has left a forecast."""
    from client.history import read_record  # noqa: PLC0415 - as above

    record = read_record(
        work.connection.clients.s3, work.connection.stage.bucket, dataset
    )
    if not record:
        raise WrongStateError(
            f"no run of dataset {dataset!r} has left a summary; name one with --run"
        )
    return record[-1].run_id


def confirm(work: Work, resolved: dict[str, Any], *, yes: bool) -> bool:
    """Say what it costs, and ask at a terminal whether it is wanted."""
    if work.is_local:
        return True
    resources = resolved["TransformResources"]
    work.say(
        f"This runs a batch transform on {resources.get('InstanceCount', 1)} x "
        f"{resources.get('InstanceType')} for some minutes, which costs cents."
    )
    if yes or not (sys.stdin.isatty() and work.err.is_terminal):
        return True
    return click.confirm("Start it?", default=True, err=True)


def give(work: Work, answer: Answer, folder: Path, *, opens: bool) -> None:
    """Write the page and the table, and show the gist."""
    from client.what_if.page import (  # noqa: PLC0415 - as above
        build_what_if_page,
        list_doubts,
        word_total,
    )

    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "what-if.html"
    page.write_text(build_what_if_page(answer), encoding="utf-8")
    write_table(answer, folder / "what-if.csv")
    if work.manner.as_json:
        work.give(describe(answer, folder))
    else:
        work.show(Text(f"What if {printable(answer.scenario.words)}?"))
        work.show(Text(f"{word_total(answer.comparison)}."), Text())
        work.show(build_table(answer))
        for doubt in list_doubts(answer):
            work.show(Text(f"- {printable(doubt)}."))
    show_page(work, page, opens=opens)


def build_table(answer: Answer) -> Table:
    """Build the table of the items that differ most."""
    from glue.reporting.words import spell_change, spell_short  # noqa: PLC0415 - as above

    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for heading in ("item", "base", "scenario", "per cent"):
        side = "left" if heading == "item" else "right"
        table.add_column(heading, justify=side, no_wrap=True)  # type: ignore[arg-type]  # one of two texts
    for row in answer.comparison.items[:_SHOWN]:
        key = printable(" / ".join(row.key))
        values = (spell_short(row.base), spell_short(row.scenario))
        table.add_row(Text(key), *values, spell_change(row.percent))
    return table


def write_table(answer: Answer, path: Path) -> None:
    """Write every item with both sums."""
    from glue.formulas import defuse  # noqa: PLC0415 - as above

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        keys = answer.base.settings.keys
        names = [*keys, "base", "scenario", "difference", "changed"]
        writer.writerow(map(defuse, names))
        writer.writerows(
            [*map(defuse, row.key), row.base, row.scenario, row.difference, row.touched]
            for row in answer.comparison.items
        )


def describe(answer: Answer, folder: Path) -> dict[str, Any]:
    """Give the same for a program."""
    from client.what_if.page import list_doubts  # noqa: PLC0415 - as above

    total = answer.comparison.total
    return {
        "run_id": answer.base.run_id,
        "dataset": answer.base.dataset,
        "scenario": answer.scenario.words,
        "base": total.base,
        "scenario_total": total.scenario,
        "percent": total.percent,
        "doubts": list_doubts(answer),
        "folder": str(folder),
    }
