"""Runs the benchmarks that need no data of others, and writes their table.

    python -m benchmarks.run_all [PART ...] [--list] [--quick] [--dry]

PART names what to run, all of it when none is named; the rows of other parts stay as
they are in benchmarks/README.md, between its two marks. Each row has the median of what
was found, the smallest and the largest of it, and how many there were. ``--quick``
measures once and small, to see that all of it runs; ``--dry`` prints the table only.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks import cold_start, load, preprocess, scale, startup
from benchmarks.startup import PAIRS, Row

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- run_all: begin -->", "<!-- run_all: end -->"
_HEADER = (
    "| part | measure | median | smallest | largest | unit | of | measured |",
    "|---|---|---:|---:|---:|---|---:|---|",
)
_LIBRARIES = ("boto3", "chalice", "lightgbm", "moto", "numpy", "pandas")
_PREPROCESS_ROWS = 1_000_000
Part = Callable[[], list[Row]]


def measure_preprocess(rows: int, pairs: int) -> list[Row]:
    """Prepare an upload beside bare copies of its table."""
    with tempfile.TemporaryDirectory() as folder:
        upload = Path(folder) / "data.zip"
        preprocess.write_upload(upload, rows)
        # Pair by pair: the machine does other work at the same time.
        turns = [preprocess.run_in_turn(upload, 1) for _ in range(pairs)]
    bare = [turn[preprocess.BARE] for turn in turns]
    found = []
    for way in preprocess.WAYS:
        runs = [turn[way] for turn in turns if turn[way] is not None]
        if runs:
            name = f"{way}, {rows:,} rows"
            ratios = [
                one.cpu / beside.cpu
                for one, beside in zip(runs, bare, strict=True)
                if one is not None and beside is not None
            ]
            found.append(Row(f"{name}, to bare pandas", "ratio", tuple(ratios)))
            peaks = tuple(one.peak for one in runs if one is not None)
            found.append(Row(name, "MB at most", peaks))
    return found


def measure_scale(kind: str, items: int, times: int) -> list[Row]:
    """Train and forecast one size of panel."""
    runs = [scale.run_one(kind, items, 1) for _ in range(times)]
    name = f"{kind} panel of {items:,} series"
    return [Row(name, "CPU s", tuple(run["cpu_s"] for run in runs))]


def measure_load(uploads: int) -> list[Row]:
    """Upload many at once, with faults."""
    asked = load.Load(uploads, duplicates=0.2, faults=0.1)
    found = load.measure(asked, autopilot_jobs=4, seconds=7200)
    right = found["verdicts"].get("right", 0)
    return [
        Row(f"{uploads} uploads at once, right", "runs", (right,)),
        *(
            Row(f"{uploads} uploads at once, {what}", unit, (found[key],))
            for what, unit, key in (
                ("together", "runs a minute", "runs_a_minute"),
                ("server", "CPU s a run", "server_cpu_a_run"),
                ("jobs", "CPU s a run", "jobs_cpu_a_run"),
            )
        ),
    ]


def list_parts(*, quick: bool) -> dict[str, Part]:
    """List the parts by their names, in the order of the table."""
    pairs = 1 if quick else PAIRS
    rows = 20_000 if quick else _PREPROCESS_ROWS
    return {
        "start": partial(startup.measure_ready, pairs, 5.0 if quick else 30.0),
        "imports": partial(startup.measure_imports, pairs),
        "package": startup.measure_package,
        "cold": partial(cold_start.measure_cold_starts, pairs),
        "demo": partial(startup.measure_demo, pairs),
        "again": partial(startup.measure_again, pairs),
        "runs": partial(startup.measure_runs, 12 if quick else startup.RUNS),
        "preprocess": partial(measure_preprocess, rows, pairs),
        "scale": partial(measure_scale, "monthly", 100 if quick else 1_000, pairs),
        "load": partial(measure_load, 5 if quick else 20),
    }


def format_row(part: str, row: Row, moment: str) -> str:
    """Format one measure as a line of the table."""
    figures = (row.median, min(row.found), max(row.found))
    shown = " | ".join(format_figure(figure) for figure in figures)
    return (
        f"| {part} | {row.what} | {shown} | {row.unit} | {len(row.found)} | {moment} |"
    )


def format_figure(figure: float) -> str:
    """Format a figure with about three digits that count."""
    if figure == 0:
        return "0"
    for least, digits in ((100, 0), (10, 1), (0.1, 2)):
        if abs(figure) >= least:
            return f"{figure:,.{digits}f}"
    return f"{figure:.3f}"


def describe_machine() -> str:
    """Describe where the rows were measured, in one sentence."""
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in _LIBRARIES
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"The last part ran on {platform.system()} {platform.machine()} with "
        f"{os.cpu_count()} processors and {memory:.0f} GB, at a load of "
        f"{os.getloadavg()[0]:.0f}; Python {platform.python_version()}, {versions}."
    )


def read_rows(text: str) -> list[str]:
    """Read the rows that a page has between its marks."""
    inside = text.partition(BEGIN)[2].partition(END)[0]
    return [line for line in inside.splitlines() if line.startswith("| ")][1:]


def merge_rows(before: Sequence[str], found: Mapping[str, list[str]]) -> list[str]:
    """Put new rows in the place of those of the same parts, in the parts' order."""
    kept: dict[str, list[str]] = {}
    for line in before:
        kept.setdefault(line.split("|")[1].strip(), []).append(line)
    merged = {**kept, **found}
    return [line for part in list_parts(quick=True) for line in merged.get(part, [])]


def build_table(rows: Sequence[str], machine: str) -> str:
    """Build what stands between the marks."""
    lines = [BEGIN, "", *_HEADER, *rows, "", machine, "", END]
    return "\n".join(lines)


def replace_table(text: str, table: str) -> str:
    """Put a table between the marks of a page."""
    marked = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    return marked.sub(lambda _: table, text, count=1)


def run_parts(names: Sequence[str], *, quick: bool) -> dict[str, list[str]]:
    """Run parts; give the rows of each."""
    parts, found = list_parts(quick=quick), {}
    for name in names or list(parts):
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows = parts[name]()
        moment = datetime.now(UTC).strftime("%Y-%m-%d")
        found[name] = [format_row(name, row, moment) for row in rows]
        print("\n".join(found[name]), file=sys.stderr, flush=True)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the command line names."""
    parts = list(list_parts(quick=True))
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.run_all", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("part", nargs="*", help="; ".join(parts))
    parser.add_argument("--list", action="store_true", help="name the parts")
    parser.add_argument("--quick", action="store_true", help="measure once, and small")
    parser.add_argument("--dry", action="store_true", help="write nothing down")
    chosen = parser.parse_args(arguments)
    if unknown := sorted(set(chosen.part) - set(parts)):
        parser.error(f"no part {unknown[0]!r} (needs one of {', '.join(parts)})")
    if chosen.list:
        print("\n".join(parts))
        return
    found = run_parts(chosen.part, quick=chosen.quick)
    page = README.read_text()
    table = build_table(merge_rows(read_rows(page), found), describe_machine())
    print(table)
    if not chosen.dry:
        README.write_text(replace_table(page, table))


if __name__ == "__main__":
    main()
