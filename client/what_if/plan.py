"""A table of the future in place of the run's own, read as RTS.csv of an upload is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from client.errors import SourceError
from glue.findings.finding import Findings
from glue.reading.tables import open_table
from glue.reading.timestamps import Reading, format_moment
from glue.reading.typed_rows import ReadPlan, read_rows
from glue.rows import Rows, concatenate
from glue.run_documents import RunSettings
from glue.settings.layers import merge_settings
from glue.understanding.history import HistoryTable
from glue.understanding.related import RelatedTable, understand_related
from glue.understanding.roles import Roles

SECONDS = "\0seconds"
_OWN = Reading("year-month-day")


@dataclass(frozen=True)
class Plan:
    """What a table says of the future.

    Parameters
    ----------
    keys
        Those of the run's key columns that it has; none where it is for every item.
    table
        Its rows, [n]: the keys, ``SECONDS`` since 1970, and a column of texts for each
        covariate, empty where it says nothing.
    past
        How many more rows it has of what has happened, which change nothing.
    """

    name: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    table: pd.DataFrame
    past: int = 0


def hash_file(path: Path) -> str:
    """Hash what is in a file."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise SourceError(
            f"{str(path)!r} cannot be read ({error.strerror}); name a file"
        ) from error


def read_plan(path: Path, run_input: Path, settings: RunSettings, first: float) -> Plan:
    """Read a table as the run would have read it beside its upload.

    Parameters
    ----------
    run_input
        A file that the run's transform has read.
    first
        When the forecast begins, in seconds since 1970.

    Raises
    ------
    SourceError
        When it cannot be read, or says nothing of the future.
    """
    findings = Findings()
    related = _understand(path, run_input, settings, findings)
    pieces = (
        []
        if related is None
        else list(read_rows(related.table, related.plan, findings))
    )
    errors = [f"{one.what}; {one.remedy}" for one in findings if one.level == "error"]
    if errors or related is None:
        said = errors[0] if errors else f"{path.name} cannot be read"
        more = f" (and {len(errors) - 1} more)" if errors[1:] else ""
        raise SourceError(f"{said}{more}")
    rows = concatenate(pieces)
    ahead = rows.take(rows.seconds >= first)
    if not len(ahead):
        last = (
            f"ends {format_moment(int(rows.seconds.max()))}" if len(rows) else "empty"
        )
        raise SourceError(
            f"{path.name} says nothing of the future (found {last}; needs rows from "
            f"{format_moment(int(first))} on); add them"
        )
    return Plan(
        path.name,
        related.keys,
        related.columns,
        _build_table(path.name, related, ahead),
        past=len(rows) - len(ahead),
    )


def _understand(
    path: Path, run_input: Path, settings: RunSettings, findings: Findings
) -> RelatedTable | None:
    """Find out how the table is to be read, by what the run's own input is."""
    table = open_table(path, path.name, findings)
    own = open_table(run_input, "the run's data", Findings())
    if table is None or own is None:
        return None
    roles = Roles(
        settings.keys[0], settings.timestamp, settings.target, settings.keys[1:]
    )
    plan = ReadPlan(settings.keys, settings.timestamp, _OWN)
    history = HistoryTable(own, roles, plan, _OWN, frozenset())
    return understand_related(table, history, merge_settings([], Findings()), findings)


def _build_table(name: str, related: RelatedTable, rows: Rows) -> pd.DataFrame:
    keys = related.keys
    columns = {key: np.asarray(rows[key], dtype=object) for key in keys}
    table = pd.DataFrame({**columns, SECONDS: rows.seconds})
    twice = table.duplicated()
    if twice.any():
        where = rows.numbers[np.flatnonzero(twice)[0]]
        raise SourceError(
            f"{name} has a series and moment twice (found row {where}); keep one"
        )
    for column in related.columns:
        table[column] = list(_spell(rows[column].tolist()))
    return table


def _spell(values: Sequence[str | float]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        else:
            yield "" if np.isnan(value) else f"{value:.10g}"
